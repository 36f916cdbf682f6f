"""What waits to be sent, what was done, and what failed."""

import uuid

from django.db import models


class OutboxEvent(models.Model):
    """An event that waits: the row is gone once the broker has confirmed its messages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    payload = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at",)
        indexes = (models.Index(fields=["created_at"], name="outboxevent_created_at_idx"),)

    def __str__(self) -> str:
        return self.name

    @property
    def context(self) -> dict[str, str]:
        """Return what its tasks are to log: the id of the request that caused it, if one did."""
        return {"request_id": self.request_id} if self.request_id else {}


class HandledEvent(models.Model):
    """The mark of a consumer that has handled an event: once is enough."""

    event = models.UUIDField()
    consumer = models.CharField(max_length=200)
    handled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["handled_at"], name="handledevent_handled_at_idx"),)
        constraints = (
            models.UniqueConstraint(fields=["event", "consumer"], name="handledevent_once"),
        )

    def __str__(self) -> str:
        return f"{self.consumer} {self.event}"


class FailedTask(models.Model):
    """A task that failed for good, with all that is needed to send it again."""

    task_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    args = models.JSONField()
    kwargs = models.JSONField()
    queue = models.CharField(max_length=100)
    error = models.TextField()
    traceback = models.TextField()
    request_id = models.CharField(max_length=64, blank=True)
    failed_at = models.DateTimeField()
    retried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-failed_at",)
        indexes = (
            models.Index(fields=["-failed_at"], name="failedtask_failed_at_idx"),
            models.Index(fields=["name"], name="failedtask_name_idx"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.task_id}"
