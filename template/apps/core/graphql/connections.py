"""Lists: Relay's connections, cut by cursors that stay right while rows come and go.

A list that is asked for by itself is made of a resolver, which returns a queryset in some order:

    @connection(User)
    def users(self, info: Info) -> list[User]: ...

One that belongs to a row is an attribute, with the name of the relation. Its pages are prefetched
for all rows at once, by one query:

    postings: Connection[Posting] = related()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError as FieldValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from strawberry import Info
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.optimizer import (
    is_optimized_by_prefetching,
    mark_optimized_by_prefetching,
)
from strawberry_django.relay.cursor_connection import (
    OrderedCollectionCursor,
    annotate_ordering_fields,
    apply_cursor_pagination,
)

from apps.core.pagination import Pagination

if TYPE_CHECKING:
    # Rows are of any type: their ids are those of REST, not the global ones of Relay's nodes.
    Row = TypeVar("Row")

    class CursorConnection(Generic[Row]):
        """What connections are made of."""

        @classmethod
        def resolve_connection(cls, nodes: Any, **kwargs: Any) -> Any:
            """Cut the page."""

else:
    from strawberry.relay import NodeType as Row
    from strawberry_django.relay import DjangoCursorConnection as CursorConnection

PAGE_SIZE: int = Pagination.page_size
MAX_PAGE_SIZE: int = Pagination.max_page_size
# The argument of related() with which the optimizer says that it prefetches for many rows.
PREFETCHING = "_strawberry_related_field_id"
LONGEST_CURSOR = 2000
CURSOR_ERRORS = (ValueError, TypeError, ArithmeticError, RecursionError, FieldValidationError)


def sizes(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """Return `first` and `last`, with the default if neither says how long a page is.

    Raises:
        ValidationError: They contradict each other, or are no size of a page.
    """
    if first is not None and last is not None:
        raise ValidationError({"last": ["Ask for the first rows or for the last, not for both."]})
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= MAX_PAGE_SIZE:
            message = f"Ask for 0 to {MAX_PAGE_SIZE} rows, and for more with a cursor."
            raise ValidationError({name: [message]})
    return PAGE_SIZE if last is None and first is None else first, last


def check_cursors(rows: QuerySet[Any], **cursors: str | None) -> None:
    """Refuse a cursor that this list has not given.

    Raises:
        ValidationError: It is none, or belongs to a list in another order.
    """
    descriptors = None
    for name, cursor in cursors.items():
        if not cursor:
            continue
        if descriptors is None:
            _, descriptors, _ = annotate_ordering_fields(rows)
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError
            values = OrderedCollectionCursor.from_cursor(cursor, descriptors).field_values
            for descriptor, value in zip(descriptors, values, strict=True):
                expression: Any = descriptor.order_by.expression
                expression.output_field.run_validators(value)
                if "\0" in str(value):
                    raise ValueError
                str(value).encode()
        except CURSOR_ERRORS as error:
            message = "This is no cursor of this list in this order."
            raise ValidationError({name: [message]}, "invalid_cursor") from error


@strawberry.type
class Connection(CursorConnection[Row]):
    """A page of 20 rows, or of as many as `first` or `last` asks for, up to 100."""

    @classmethod
    def resolve_connection(cls, nodes: Any, **kwargs: Any) -> Any:
        """Cut the page; which page is checked first."""
        first, last = sizes(kwargs.get("first"), kwargs.get("last"))
        if not is_optimized_by_prefetching(nodes):
            check_cursors(nodes, after=kwargs.get("after"), before=kwargs.get("before"))
        return super().resolve_connection(nodes, **kwargs | {"first": first, "last": last})


class RelatedField(StrawberryDjangoField):
    """A connection that the optimizer prefetches for many rows: a page for each, by one query."""

    def get_queryset(self, queryset: Any, info: Info, **kwargs: Any) -> Any:
        """Return the rows; cut into pages if they are those of many rows."""
        queryset = super().get_queryset(queryset, info, **kwargs)  # type: ignore[no-untyped-call]
        if PREFETCHING not in kwargs:
            return queryset
        before, after = kwargs.get("before"), kwargs.get("after")
        first, last = sizes(kwargs.get("first"), kwargs.get("last"))
        check_cursors(queryset, before=before, after=after)
        queryset, _ = apply_cursor_pagination(
            queryset,
            related_field_id=kwargs[PREFETCHING],
            info=info,
            before=before,
            after=after,
            first=first,
            last=last,
            max_results=MAX_PAGE_SIZE,
        )
        return mark_optimized_by_prefetching(queryset)


def connection(node: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a connection of a resolver of rows."""
    of: Any = Connection  # which takes a type argument at run time
    # It may be null: a list that is refused leaves the rest of the answer whole.
    field: Any = strawberry_django.connection(of[node] | None, max_results=MAX_PAGE_SIZE, **options)

    def decorate(resolver: Callable[..., Any]) -> Any:
        return field(resolver)

    return decorate


def related(**options: Any) -> Any:
    """Return the rows of a relation as a connection: its annotation says of what."""
    return strawberry_django.connection(
        field_cls=RelatedField, max_results=MAX_PAGE_SIZE, **options
    )
