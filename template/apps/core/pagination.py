"""How lists are cut into pages."""

from rest_framework.pagination import PageNumberPagination


class Pagination(PageNumberPagination):
    """Pages of 20; ``page_size`` asks for another size, up to 100 (more is cut to 100)."""

    page_size = 20
    page_size_query_param = "page_size"
    page_size_query_description = "Rows on a page, up to 100."
    max_page_size = 100
