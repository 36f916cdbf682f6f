"""Failures, told to Sentry: each exception that is logged as an error is one event.

Each failure is logged once, with the secrets of what came in already hidden, by whoever knows most of
it. So the log is where to listen: there is nothing that reports twice, and nothing that patches.
"""

import logging
import sys
from typing import Any

import sentry_sdk
import structlog
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.types import Event, Hint

from apps.core.redaction import redact

TAGS = ("request_id", "trace_id", "task_id")


def set_up() -> None:
    """Send failures if the environment says where to; called after the logs were set up."""
    if not settings.SENTRY_DSN:
        return
    start(dsn=settings.SENTRY_DSN)
    logging.getLogger().addHandler(SentryHandler(logging.ERROR))


def start(**options: Any) -> None:
    """Start the client. It collects nothing by itself: what it would is full of personal data."""
    sentry_sdk.init(
        environment=settings.SENTRY_ENVIRONMENT,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[DedupeIntegration(), AtexitIntegration(callback=lambda *args: None)],
        include_local_variables=False,
        max_breadcrumbs=0,
        send_client_reports=False,
        before_send=clean,
        **options,
    )


class SentryHandler(logging.Handler):
    """Sends the exception of a line of the log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Send it, if there is one."""
        line = record.msg if isinstance(record.msg, dict) else {}
        if error := exception(line.get("exc_info") or record.exc_info):
            with sentry_sdk.new_scope() as scope:
                scope.set_transaction_name(str(line.get("task") or line.get("request") or ""))
                scope.set_tag("logger", record.name)
                for name in TAGS:
                    if value := line.get(name) or structlog.contextvars.get_contextvars().get(name):
                        scope.set_tag(name, str(value))
                scope.capture_exception(error)


def exception(exc_info: Any) -> BaseException | None:
    """Return the exception, in whatever form a line of the log has it."""
    if isinstance(exc_info, BaseException):
        return exc_info
    found = exc_info if isinstance(exc_info, tuple) else sys.exc_info() if exc_info else ()
    return found[1] if len(found) > 1 else None


def clean(event: Event, hint: Hint) -> Event:
    """Mask what exceptions say; where they were raised is no secret."""
    for value in event.get("exception", {}).get("values", []):
        value["value"] = redact(str(value.get("value") or ""))
    return event
