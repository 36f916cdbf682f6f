"""The reports that were asked for, and what each user wants to be told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import TimeStampedModel


class ReportStatus(models.TextChoices):
    """The life of a report; the last two are final."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


UNFINISHED = (ReportStatus.QUEUED, ReportStatus.RUNNING)


class Report(models.Model):
    """A table of values (CSV) that a task builds for the user who asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports", db_index=False
    )
    status = models.CharField(
        max_length=10, choices=ReportStatus, default=ReportStatus.QUEUED, editable=False
    )
    progress = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="In per cent of the rows."
    )
    rows = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many are written so far."
    )
    content = models.TextField(blank=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["requested_by", "-created_at"], name="report_requested_by_idx"),
            models.Index(fields=["created_at"], name="report_created_at_idx"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="report_status_known"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="report_progress_per_cent"),
            models.UniqueConstraint(
                fields=["requested_by", "kind"],
                condition=Q(status__in=UNFINISHED),
                name="report_one_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.created_at:%Y-%m-%d %H:%M}"


class Preferences(TimeStampedModel):
    """What a user wants to be told; who has chosen nothing has no row, and the defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    daily_digest = models.BooleanField(
        default=True, help_text="A mail each morning, if there is something to tell."
    )
    digested_on = models.DateField(
        null=True, blank=True, editable=False, help_text="The day of the last digest."
    )

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of {self.user}"
