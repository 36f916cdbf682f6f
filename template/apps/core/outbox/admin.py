"""What waits and what failed, in Django's admin.

What a task was called with is not shown: it holds e-mails and codes.
"""

from celery.exceptions import NotRegistered
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.core.admin import ReadOnly
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import send
from apps.core.redaction import redact


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnly, admin.ModelAdmin):
    """Events that the broker has not confirmed yet: usually none."""

    list_display = ("name", "created_at", "request_id")
    list_filter = ("name",)
    fields = ("name", "created_at", "request_id")
    date_hierarchy = "created_at"


@admin.register(FailedTask)
class FailedTaskAdmin(ReadOnly, admin.ModelAdmin):
    """Tasks that failed for good, with a way to send them again."""

    list_display = ("name", "error", "failed_at", "retried_at", "request_id")
    list_filter = ("name", ("retried_at", admin.EmptyFieldListFilter))
    search_fields = ("task_id", "request_id")
    exclude = ("args", "kwargs")
    actions = ("retry",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Allow whoever may change such a row."""
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Send again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[FailedTask]) -> None:
        """Send those that were not sent again yet; what the broker confirms is marked."""
        sent = 0
        for failed in queryset.filter(retried_at=None):
            try:
                with transaction.atomic():
                    failed.retried_at = timezone.now()
                    failed.save(update_fields=["retried_at"])  # if it fails again: none
                    send(failed.name, failed.task_id, failed.args, failed.kwargs)
            except NotRegistered:
                messages.error(request, f"There is no task {failed.name} any more.")
            except OperationalError as error:
                reason = redact(str(error))
                messages.error(request, f"The broker does not answer: {reason}. Try again later.")
                break
            else:
                sent += 1
        messages.info(request, f"Sent again: {sent}.")
