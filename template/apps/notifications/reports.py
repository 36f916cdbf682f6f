"""What can be reported: each app registers its kinds, and `services.build_report` writes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import Role, User

Rows = Callable[[User], QuerySet[Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of report: who may ask for it, its columns (heading and field), and its rows."""

    roles: tuple[Role, ...]
    columns: Mapping[str, str]
    rows: Rows


KINDS: dict[str, Kind] = {}


def report(
    name: str, *, roles: tuple[Role, ...], columns: Mapping[str, str]
) -> Callable[[Rows], Rows]:
    """Make a function, which returns the rows that a user may see, a kind of report."""

    def register(rows: Rows) -> Rows:
        KINDS[name] = Kind(roles, columns, rows)
        return rows

    return register


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
