"""How lists are searched, filtered and ordered.

A parameter or a value that a list does not know is refused: a typing error must not return every row.
"""

from typing import Any

from django.db.models import F, QuerySet
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class KnownParameters(filters.BaseFilterBackend):
    """Filters nothing, and refuses a parameter that the list does not know."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows as they came."""
        known = {
            *view.filterset_class.base_filters,
            *(view.paginator.page_query_param, view.paginator.page_size_query_param),
            *(filters.SearchFilter.search_param, filters.OrderingFilter.ordering_param),
        }
        unknown = sorted(request.query_params.keys() - known)
        if unknown:
            raise ValidationError(dict.fromkeys(unknown, "This list has no such parameter."))
        return queryset


class SearchFilter(filters.SearchFilter):
    """Looks for each word in all of the view's fields, by one query for each field.

    A database cannot use its indexes for "in this table or in that one": it would read every row.
    What has an index for this is in the migrations: see apps/core/postgresql/indexes.py.
    """

    limit = 10  # words; each costs as many queries as there are fields

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows that have all words."""
        rows = queryset.order_by()
        for word in list(dict.fromkeys(self.get_search_terms(request)))[: self.limit]:
            first, *others = (
                rows.filter(**{self.construct_search(name, rows): word}).values("pk")
                for name in view.search_fields
            )
            queryset = queryset.filter(pk__in=first.union(*others) if others else first)
        return queryset


class OrderingFilter(filters.OrderingFilter):
    """Orders by the fields that the view allows; rows without a value last, equal ones newest first.

    Without an order among equals, a row may change its place between two pages, and be seen twice.
    """

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Any, view: Any, request: Request
    ) -> Any:
        """Refuse what the view does not allow."""
        allowed = view.ordering_fields
        if any(name.removeprefix("-") not in allowed for name in fields):
            raise ValidationError({self.ordering_param: f"Choose from: {', '.join(allowed)}."})
        return fields

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows in one order, the same on every database and on every page."""
        ordering = self.get_ordering(request, queryset, view)
        if not ordering:
            return queryset
        terms = []
        for name in ordering:
            column = name.removeprefix("-")
            nulls_last = queryset.model._meta.get_field(column).null or None
            order = F(column).desc if name.startswith("-") else F(column).asc
            terms.append(order(nulls_last=nulls_last))
        return queryset.order_by(*terms, "-pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Say in the OpenAPI document what the view allows."""
        allowed = [sign + name for name in view.ordering_fields for sign in ("", "-")]
        return [
            {
                "name": self.ordering_param,
                "required": False,
                "in": "query",
                "description": "By what, in this order; a minus reverses.",
                "schema": {"type": "array", "items": {"type": "string", "enum": allowed}},
                "style": "form",
                "explode": False,
            }
        ]
