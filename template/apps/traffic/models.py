"""What was asked of us, who looks suspicious, and who may not come in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import TimeStampedModel
from apps.traffic.networks import NetworkField


class RequestLog(models.Model):
    """A request. It is written after it was answered: see recorder.py."""

    at = models.DateTimeField()
    address = models.GenericIPAddressField(
        null=True, help_text="The client's; after some days, that of its network."
    )
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    duration = models.PositiveIntegerField(help_text="In milliseconds.")
    # Without a constraint: when the row is written, the user may be gone; and to check it, the
    # database would lock the user's row.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=64)
    anonymised = models.BooleanField(default=False)

    class Meta:
        ordering = ("-at",)
        verbose_name = "request"
        indexes = (
            models.Index(fields=["at"], name="requestlog_at_idx"),
            models.Index(fields=["address", "at"], name="requestlog_address_at_idx"),
            models.Index(
                fields=["user"], condition=Q(user__isnull=False), name="requestlog_user_idx"
            ),
            # What still has to be anonymised: the days that are not over.
            models.Index(
                fields=["at"], condition=Q(anonymised=False), name="requestlog_personal_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Reason(models.TextChoices):
    """Why an address looks suspicious."""

    MANY_REQUESTS = "many_requests", "Many requests"
    FAILED_LOGINS = "failed_logins", "Many failed log-ins"
    NOT_FOUND = "not_found", "Many addresses that do not exist"
    SCAN = "scan", "Asked for what intruders look for"


class SuspiciousIP(models.Model):
    """An address that did, within an hour, what others do not."""

    address = models.GenericIPAddressField()
    reason = models.CharField(max_length=20, choices=Reason)
    count = models.PositiveIntegerField(help_text="Of the requests that were the reason.")
    hour = models.DateTimeField(help_text="When it was found, as a full hour.")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    anonymised = models.BooleanField(default=False)

    class Meta:
        ordering = ("-last_seen",)
        verbose_name = "suspicious address"
        verbose_name_plural = "suspicious addresses"
        indexes = (models.Index(fields=["last_seen"], name="suspiciousip_last_seen_idx"),)
        constraints = (
            # Addresses of one network become the same when they are anonymised.
            models.UniqueConstraint(
                fields=["hour", "address", "reason"],
                condition=Q(anonymised=False),
                name="suspiciousip_once_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values), name="suspiciousip_reason_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.address}: {self.get_reason_display()}"


class BlockedIP(TimeStampedModel):
    """An address or a network that is not served."""

    network = NetworkField(
        "address or network", max_length=49, unique=True, help_text="203.0.113.7, 2001:db8::/32"
    )
    reason = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="Without it: until unblocked.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "blocked address"
        verbose_name_plural = "blocked addresses"

    def __str__(self) -> str:
        return self.network
