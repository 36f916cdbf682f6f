"""`manage.py erd`: the data model of this project's apps, as a Mermaid diagram."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import ForeignKey, Model

# What most tables have, and the diagram leaves out.
LEFT_OUT = {"created_at", "updated_at"}
# What a type of Django's is called in a database, where the words differ.
TYPES = {
    "auto": "integer",
    "bigauto": "bigint",
    "biginteger": "bigint",
    "char": "varchar",
    "file": "varchar",
    "filepath": "varchar",
    "genericipaddress": "inet",
    "positivebiginteger": "bigint",
    "positiveinteger": "integer",
    "positivesmallinteger": "smallint",
    "slug": "varchar",
    "smallinteger": "smallint",
}


class Command(BaseCommand):
    """Print the tables, columns and relations of this project's apps: `make hub` puts them into the docs."""

    help = __doc__ or ""
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the diagram, app by app: first the relations that start there, then the tables."""
        self.stdout.write("erDiagram")
        for config in apps.get_app_configs():
            models = list(config.get_models()) if config.name.startswith("apps.") else []
            for part in (relations, columns):
                for model in models:
                    for line in part(model):
                        self.stdout.write(f"    {line}")


def relations(model: type[Model]) -> Iterator[str]:
    """Return a line for each relation that starts at a model."""
    for field in model._meta.get_fields():
        if field.auto_created or not isinstance(field.related_model, type):
            continue
        here, there = model.__name__, field.related_model.__name__
        one = "|o" if field.null else "||"
        if field.many_to_many:
            yield f"{here} }}o--o{{ {there} : {field.name}"
        elif field.one_to_one:
            yield f"{there} {one}--o| {here} : {field.name}"
        else:
            yield f"{there} {one}--o{{ {here} : {field.name}"


def columns(model: type[Model]) -> Iterator[str]:
    """Return the lines of a table."""
    yield f"{model.__name__} {{"
    for field in model._meta.concrete_fields:
        if field.name not in LEFT_OUT:
            holder = field.target_field if isinstance(field, ForeignKey) else field
            kind = holder.get_internal_type().removesuffix("Field").lower()
            keys = [
                key
                for key, holds in (
                    ("PK", field.primary_key),
                    ("FK", field.is_relation),
                    ("UK", field.unique and not field.primary_key),
                )
                if holds
            ]
            yield f"    {TYPES.get(kind, kind)} {field.attname} {', '.join(keys)}".rstrip()
    yield "}"
