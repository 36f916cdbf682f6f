"""The outbox's own tasks, which beat starts."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from apps.core.outbox.models import FailedTask, HandledEvent, OutboxEvent
from apps.core.outbox.outbox import publish
from apps.core.outbox.task import Task

BATCH = 100
# What is younger is being sent by the process that wrote it.
PATIENCE = timedelta(seconds=5)
# How long a message may come again, and how long a failure is of interest.
KEPT = timedelta(days=30)


@shared_task(base=Task, queue_name="relay")
def relay() -> None:
    """Send the events that still wait, the oldest first, until there is none or no broker."""
    # A database that is away is no failure to record: the next tick is near.
    with suppress(OperationalError, InterfaceError):
        while _relay_batch():
            pass


def _relay_batch() -> bool:
    """Send some events; return whether there may be more, and the broker takes them."""
    with transaction.atomic():
        events = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(created_at__lt=timezone.now() - PATIENCE)
            .order_by("created_at")[:BATCH]
        )
        return bool(events) and publish(events)


@shared_task(base=Task)
def purge() -> None:
    """Forget what was handled and what failed long ago."""
    long_ago = timezone.now() - KEPT
    HandledEvent.objects.filter(handled_at__lt=long_ago).delete()
    FailedTask.objects.filter(failed_at__lt=long_ago).delete()
