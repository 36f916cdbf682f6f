"""Payments in Django's admin: to look at, and to have Chapa asked."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.admin import ReadOnly
from apps.core.errors import ApplicationError
from apps.payments import services
from apps.payments.models import Payment, PaymentEvent, Source


class PaymentEventInline(ReadOnly, admin.TabularInline):
    """The history of a payment."""

    model = PaymentEvent
    fields = ("at", "from_status", "to_status", "source", "note", "request_id")
    readonly_fields = fields


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    """Payments with their history: a payment is what Chapa says."""

    list_display = ("title", "user", "amount", "currency", "status", "created_at", "paid_at")
    list_filter = ("status", "purpose")
    list_select_related = ("user",)
    search_fields = ("tx_ref", "provider_reference", "title", "user__email")
    date_hierarchy = "created_at"
    inlines = (PaymentEventInline,)
    actions = ("ask_chapa",)

    @admin.action(description="Ask Chapa about the selected payments", permissions=["view"])
    def ask_chapa(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        """Ask Chapa about each payment, and say what has become of it."""
        for payment in queryset:
            try:
                payment = services.verify(payment, source=Source.ADMIN)
            except ApplicationError as error:
                self.message_user(request, f"{payment}: {error.detail}", messages.WARNING)
            else:
                status = payment.get_status_display()
                self.message_user(request, f"{payment}: {status.lower()}.", messages.SUCCESS)
