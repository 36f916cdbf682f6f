"""How lists are cut into pages."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pagination(PageNumberPagination):
    """Pages of 20; ``page_size`` asks for another size, up to 100 (more is cut to 100)."""

    page_size = 20
    page_size_query_param = "page_size"
    page_size_query_description = "Rows on a page, up to 100."
    max_page_size = 100

    def get_page_size(self, request: Request) -> int | None:
        """Refuse a size that is none, which DRF would take for the usual one."""
        size = request.query_params.get(self.page_size_query_param, "1")
        if not (size.isdecimal() and size.strip("0")):
            raise ValidationError({self.page_size_query_param: "This is no number of rows."})
        return super().get_page_size(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Say in the OpenAPI document that both begin with 1."""
        parameters = super().get_schema_operation_parameters(view)
        return [{**each, "schema": {**each["schema"], "minimum": 1}} for each in parameters]
