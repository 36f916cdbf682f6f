"""What the schema says of itself: docstrings, and the help texts of models."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType
from strawberry import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


def described(schema: Schema) -> Schema:
    """Describe the types and the fields that have no description of their own."""
    for kind in schema._schema.type_map.values():
        definition = kind.extensions.get(DEFINITION)
        if definition is None or not isinstance(
            kind, GraphQLObjectType | GraphQLInputObjectType | GraphQLInterfaceType
        ):
            continue
        kind.description = kind.description or docstring(definition.origin)
        model = getattr(
            getattr(definition.origin, "__strawberry_django_definition__", None), "model", None
        )
        for field in kind.fields.values():
            source = field.extensions.get(DEFINITION)
            if source is not None and not field.description:
                field.description = docstring(resolver(source)) or help_text(model, source)
    return schema


def docstring(thing: Any) -> str | None:
    """Return what somebody wrote of a class or a function."""
    text = getattr(thing, "__doc__", None)
    if thing is None or text is None or text.startswith(f"{thing.__name__}("):
        return None  # such as what a dataclass writes by itself
    return cleandoc(text)


def resolver(field: Any) -> Any:
    """Return the function that resolves a field, if it has one."""
    found = getattr(field, "base_resolver", None)
    return found and found.wrapped_func


def help_text(model: Any, field: Any) -> str | None:
    """Return what the model says of a field."""
    try:
        found = model._meta.get_field(getattr(field, "django_name", None) or field.python_name)
    except (AttributeError, FieldDoesNotExist):
        return None
    return str(getattr(found, "help_text", "")) or None
