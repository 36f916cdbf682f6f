"""Reports and preferences in Django's admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.notifications.models import Preferences, Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """Reports: to see how they go, and to delete them."""

    list_display = ("kind", "requested_by", "status", "progress", "rows", "created_at")
    list_filter = ("status", "kind")
    list_select_related = ("requested_by",)
    search_fields = ("requested_by__email",)
    date_hierarchy = "created_at"
    exclude = ("content",)
    readonly_fields = ("status", "progress", "rows", "error", "created_at", "finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Leave the content, which may be long, where it is."""
        return super().get_queryset(request).defer("content")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever wants a report asks the API for it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        """Only tasks change reports."""
        return False


@admin.register(Preferences)
class PreferencesAdmin(admin.ModelAdmin):
    """What users want to be told."""

    list_display = ("user", "daily_digest", "digested_on")
    list_filter = ("daily_digest",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    autocomplete_fields = ("user",)
    readonly_fields = ("digested_on",)
