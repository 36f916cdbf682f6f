"""Requests, suspicious addresses and the block list in Django's admin."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from apps.core.admin import ReadOnly
from apps.traffic import selectors, services
from apps.traffic.models import BlockedIP, RequestLog, SuspiciousIP

DAY = timedelta(days=1)


class FirstPages(Paginator):
    """Pages of the first rows: to count all of a large table takes long."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, if they are not too many to count."""
        rows: Any = self.object_list
        return int(rows[: self.most].count())


class StatusFilter(admin.SimpleListFilter):
    """By the first digit of the status: Django's own filter would look through the table."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the classes of statuses."""
        return [(digit, f"{digit}xx") for digit in "2345"]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RequestLog]
    ) -> QuerySet[RequestLog]:
        """Return the requests with such a status."""
        first = int(self.value() or 0) * 100
        return queryset.filter(status__range=(first, first + 99)) if first else queryset


class CountryFilter(admin.SimpleListFilter):
    """By country, of those that requests came from since yesterday."""

    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the countries."""
        return [(code, code) for code in selectors.countries(timezone.now() - DAY)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RequestLog]
    ) -> QuerySet[RequestLog]:
        """Return the requests from that country."""
        return queryset.filter(country=self.value()) if self.value() else queryset


@admin.register(RequestLog)
class RequestLogAdmin(ReadOnly, admin.ModelAdmin):
    """The log of requests."""

    list_display = (
        *("at", "method", "path", "status", "duration", "address", "country", "city", "user"),
    )
    list_filter = (StatusFilter, ("at", admin.DateFieldListFilter), CountryFilter)
    list_select_related = ("user",)
    search_fields = ("path",)
    search_help_text = "An address, or the beginning of a path."
    paginator = FirstPages
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RequestLog], search_term: str
    ) -> tuple[QuerySet[RequestLog], bool]:
        """Find an address by an index, and paths by how they begin."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(address=str(ip_address(term))), False
        except ValueError:
            return queryset.filter(path__startswith=term), False


@admin.register(SuspiciousIP)
class SuspiciousIPAdmin(ReadOnly, admin.ModelAdmin):
    """Addresses that behaved strangely, with a way to block them."""

    list_display = ("address", "reason", "count", "first_seen", "last_seen")
    list_filter = ("reason", ("last_seen", admin.DateFieldListFilter))
    search_fields = ("address",)
    actions = ("block",)

    def has_block_permission(self, request: HttpRequest) -> bool:
        """Allow whoever may block an address by hand."""
        return request.user.has_perm("traffic.add_blockedip")

    @admin.action(description="Block for a day", permissions=["block"])
    def block(self, request: HttpRequest, queryset: QuerySet[SuspiciousIP]) -> None:
        """Block the addresses; of those that were anonymised only the network is known."""
        user: Any = request.user  # who is let in here is one of ours
        until = timezone.now() + DAY
        blocked = 0
        for row in queryset:
            if row.anonymised:
                messages.error(request, f"{row.address} is no address, but the network of one.")
                continue
            try:
                services.block(row.address, reason=row.get_reason_display(), until=until, by=user)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                blocked += 1
        messages.info(request, f"Blocked: {blocked}.")


@admin.register(BlockedIP)
class BlockedIPAdmin(admin.ModelAdmin):
    """The block list: delete a row to unblock."""

    list_display = ("network", "reason", "until", "created_at", "created_by")
    list_filter = (("until", admin.EmptyFieldListFilter),)
    list_select_related = ("created_by",)
    search_fields = ("network", "reason")
    readonly_fields = ("created_by", "created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: BlockedIP, form: object, change: bool) -> None:
        """Remember who blocked it."""
        if not change:
            user: Any = request.user
            obj.created_by = user
        super().save_model(request, obj, form, change)
