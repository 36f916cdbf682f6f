"""What the pages of Django's admin share."""

from django.http import HttpRequest


class ReadOnly:
    """Rows that the code writes, and that people look at: a mixin for admins and their inlines."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: the code writes these rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: a row says what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: what goes, goes by itself."""
        return False
