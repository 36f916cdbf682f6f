"""Types that more than one app uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from django.db.models import Choices

from apps.core.graphql.errors import Problem


@strawberry.type
class Deleted:
    """What was deleted."""

    id: strawberry.ID


DeleteResult = Annotated[Deleted | Problem, strawberry.union("DeleteResult")]


def choices(*enums: type[Choices]) -> None:
    """Make enums of the choices of models; what people read is the description of each value."""
    for enum in enums:
        strawberry.enum(enum, description=enum.__doc__)
        definition = enum.__strawberry_definition__  # type: ignore[attr-defined]
        for value, label in zip(definition.values, enum.labels, strict=True):
            value.description = str(label)


def single(kind: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a field of this type, or null, of a resolver of a row."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver, graphql_type=kind | None)

    return decorate
