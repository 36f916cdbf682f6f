"""Logs: one event a line on standard error, JSON for machines or columns for people.

All that is logged, by structlog or by the standard library, passes `redact_event` before it is
written: no secret and no personal data is in a line, an exception's message included.
"""

import sys
from typing import Any, Literal

import structlog
from django.http import HttpRequest
from structlog.dev import plain_traceback
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, WrappedLogger

from apps.core.redaction import redact, redact_path, redact_value

SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# One list, whoever configures structlog again: loggers that were used before keep what they were given.
PROCESSORS: list[structlog.typing.Processor] = [
    structlog.stdlib.filter_by_level,
    *SHARED_PROCESSORS,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]
META = {"_record", "_from_structlog"}
# Texts that the code itself writes, or that are clean: RequestIDMiddleware, apps/core/incoming.py.
CLEAN = {"level", "logger", "timestamp", "request_id", "request", "user_id"}
CLEAN_OF_STRUCTLOG = {*CLEAN, "event"}


def redact_event(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Mask the secrets and the personal data in an event."""
    clean = CLEAN_OF_STRUCTLOG if event.get("_from_structlog") else CLEAN
    if isinstance(request := event.get("request"), HttpRequest):  # Django's loggers name its path
        message = str(event["event"])
        event["event"] = message.replace(request.path, redact_path(request.path))
    for key, value in event.items():
        if key == "exception" and isinstance(value, list):
            redact_stacks(value)
        elif key not in META and not (key in clean and isinstance(value, str)):
            (event[key],) = redact_value({key: value}).values()
    return event


def redact_stacks(stacks: list[dict[str, Any]]) -> None:
    """Mask what exceptions say; where they were raised is no secret."""
    for stack in stacks:
        stack["exc_value"] = redact(stack["exc_value"])
        stack["exc_notes"] = redact_value(stack["exc_notes"])
        stack["syntax_error"] = redact_value(stack["syntax_error"])
        for group in stack["exceptions"]:
            redact_stacks(group)


def logging_config(level: int | None, renderer: Literal["json", "console"]) -> dict[str, Any]:
    """Send structlog's events and those of the standard library down one road; return LOGGING."""
    structlog.configure(
        processors=PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # Without local variables: they hold passwords and tokens.
    as_data = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    processors: dict[str, list[structlog.typing.Processor]] = {
        "json": [
            as_data,
            redact_event,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
        "console": [
            structlog.processors.format_exc_info,
            redact_event,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=plain_traceback
            ),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": processors[renderer],
            },
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "structlog"},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # django_structlog logs each request and each failure, once, and without the query.
            "django.request": {"level": "CRITICAL"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},
            # They write whole addresses, with the passwords in them: apps/core/http.py does not.
            "httpcore2": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
        },
    }
