"""Payments, and the history of each: tables, and the rules that the database itself keeps."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import TimeStampedModel

CURRENCY = "ETB"  # what Chapa takes here; other currencies need an account of another kind


class PaymentStatus(models.TextChoices):
    """The life of a payment; `services.NEXT_STATUSES` says what may become of each."""

    CREATED = "created", "Created"
    PENDING = "pending", "Waits for the payer"
    PAID = "paid", "Paid"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"


OPEN = (PaymentStatus.CREATED, PaymentStatus.PENDING)


class Source(models.TextChoices):
    """Who caused a change of a payment."""

    API = "api", "API"
    WEBHOOK = "webhook", "Webhook"
    RETURN = "return", "The payer's return"
    RECONCILIATION = "reconciliation", "Reconciliation"
    ADMIN = "admin", "Admin"


def new_tx_ref() -> str:
    """Return a reference that nobody can guess, of letters that Chapa takes."""
    return f"pay-{uuid.uuid4()}"


class Payment(TimeStampedModel):
    """What a user pays for, and how far that is."""

    tx_ref = models.CharField(
        "reference at Chapa", max_length=50, unique=True, default=new_tx_ref, editable=False
    )
    # What was paid is kept: a user who has paid is switched off, not deleted.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments", db_index=False
    )
    purpose = models.CharField(max_length=40, help_text="What is done once it is paid.")
    reference = models.CharField(max_length=64, help_text="What it is done to, such as an id.")
    title = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default=CURRENCY)
    status = models.CharField(
        max_length=10, choices=PaymentStatus, default=PaymentStatus.CREATED, editable=False
    )
    checkout_url = models.URLField(max_length=500, blank=True, editable=False)
    provider_reference = models.CharField(max_length=100, blank=True, editable=False)
    failure_reason = models.CharField(max_length=200, blank=True, editable=False)
    initialized_at = models.DateTimeField(null=True, blank=True, editable=False)
    checked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When Chapa was last asked."
    )
    paid_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["user", "-created_at"], name="payment_user_idx"),
            models.Index(fields=["purpose", "reference"], name="payment_purpose_idx"),
            models.Index(fields=["status", "checked_at"], name="payment_status_idx"),
            models.Index(fields=["created_at"], name="payment_created_at_idx"),
            models.Index(fields=["paid_at"], name="payment_paid_at_idx"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=PaymentStatus.values), name="payment_status_known"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=PaymentStatus.PAID, paid_at__isnull=False)
                    | (~Q(status=PaymentStatus.PAID) & Q(paid_at=None))
                ),
                name="payment_paid_at_set",
            ),
            models.CheckConstraint(
                condition=~Q(status=PaymentStatus.PENDING) | ~Q(checkout_url=""),
                name="payment_pending_has_checkout",
            ),
            models.UniqueConstraint(
                fields=["user", "purpose", "reference"],
                condition=Q(status__in=OPEN),
                name="payment_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.tx_ref})"

    @property
    def is_open(self) -> bool:
        """Whether it waits: neither paid nor given up."""
        return self.status in OPEN


class PaymentEvent(models.Model):
    """A change of a payment, written once and kept as it was."""

    payment = models.ForeignKey(
        Payment, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    from_status = models.CharField(max_length=10, choices=PaymentStatus, blank=True)
    to_status = models.CharField(max_length=10, choices=PaymentStatus)
    source = models.CharField(max_length=15, choices=Source)
    note = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["payment", "id"], name="paymentevent_payment_idx"),)

    def __str__(self) -> str:
        return f"{self.from_status or 'nothing'} → {self.to_status}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, once."""
        if not self._state.adding:
            raise TypeError("The history of a payment is not rewritten.")
        super().save(*args, **kwargs)
