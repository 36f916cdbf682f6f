"""How lists are ordered."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import filters
from rest_framework.request import Request
from rest_framework.views import APIView


class OrderingFilter(filters.OrderingFilter):
    """Order by the view's ``ordering_fields`` alone (others are ignored), and by key among equals.

    Without the key, equal rows may change places between two pages, so that one is seen twice.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Return the rows in the order asked for."""
        ordering = self.get_ordering(request, queryset, view)
        return queryset.order_by(*ordering, "pk") if ordering else queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Tell the OpenAPI document what may be ordered by."""
        (parameter,) = super().get_schema_operation_parameters(view)
        fields = ", ".join(getattr(view, "ordering_fields", None) or ())
        description = f"Order by: {fields}. A minus before the name turns the order round."
        return [{**parameter, "description": description}]
