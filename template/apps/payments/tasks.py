"""Tasks of the payments: the receipt, and what beat starts."""

from celery import shared_task

from apps.core.outbox.outbox import consumer
from apps.notifications.mail import write_mail
from apps.payments import selectors, services


@consumer("payments.paid")
def send_receipt(payment: int) -> None:
    """Tell the payer that the payment has arrived."""
    if found := selectors.payments().select_related("user").filter(pk=payment).first():
        write_mail(found.user, "payments/mail/receipt.txt", payment=found)


@shared_task
def reconcile_payments() -> None:
    """Ask Chapa about the payments that have waited for a while."""
    services.reconcile()
