"""Indexes that only PostgreSQL has, for migrations; other databases do without."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def search_index(table: str, column: str) -> RunPython:
    """Return the operation that makes an index for `icontains`: by the trigrams of a text.

    It needs the extension pg_trgm: let `TrigramExtension()` come before it.
    """
    name = f"{table}_{column}_search"

    def create(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        """Make the index, of what Django's lookup compares."""
        if editor.connection.vendor == "postgresql":
            editor.execute(
                f"CREATE INDEX {name} ON {table} USING gin (UPPER({column}) gin_trgm_ops)"
            )

    def drop(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        """Drop it."""
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP INDEX {name}")

    return RunPython(create, drop)
