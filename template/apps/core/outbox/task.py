"""The base of all tasks: what is tried again, and what is kept of a failure."""

from smtplib import SMTPException
from typing import Any

import structlog
from celery import Task as CeleryTask
from django.db import Error, InterfaceError, OperationalError, transaction
from django.utils import timezone

from apps.core.outbox.models import FailedTask
from apps.core.redaction import hiding, redact

logger = structlog.get_logger(__name__)


class Task(CeleryTask[Any, Any]):
    """Tries again what may pass, later and later; records what failed for good."""

    # The network, the database, the mail server. Other errors come back however often it is tried.
    autoretry_for = (OSError, OperationalError, InterfaceError, SMTPException)
    max_retries = 6
    retry_backoff = 2
    retry_backoff_max = 600
    retry_jitter = True
    mandatory = True  # a message that reaches no queue is an error
    queue_name = "default"

    def on_failure(
        self, exc: Exception, task_id: str, args: Any, kwargs: dict[str, Any], einfo: Any
    ) -> None:
        """Log the failure, and keep what is needed to try again."""
        # What it was called with is kept to be sent again; neither the log nor the admin shows it.
        with hiding(args, kwargs):
            logger.error("task_failed", task=self.name, task_id=task_id, exc_info=exc)
            error, traceback = redact(repr(exc)), redact(str(einfo))
        record = {
            "name": self.name,
            "args": list(args),
            "kwargs": kwargs,
            "queue": self.queue_name,
            "error": error,
            "traceback": traceback,
            "request_id": current_request_id(),
            "failed_at": timezone.now(),
            "retried_at": None,
        }
        try:
            with transaction.atomic():
                FailedTask.objects.update_or_create(task_id=task_id, defaults=record)
        except Error as error:
            # The message is among the dead letters all the same.
            logger.error("failed_task_not_recorded", task_id=task_id, error=str(error))


def route(name: str, *args: Any, task: Task | None = None, **options: Any) -> dict[str, str]:
    """Return where a task is sent: to the queue that it names."""
    return {"queue": task.queue_name if task else Task.queue_name}


def current_request_id() -> str:
    """Return the id of the request that is being served, or that caused the task that runs."""
    request_id: str = structlog.contextvars.get_contextvars().get("request_id", "")
    return request_id
