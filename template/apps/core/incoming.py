"""What comes in: one line in the log for each request, and what must not be repeated of it."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest
from django_structlog import signals
from rest_framework.request import Request

from apps.core.redaction import SHORTEST_OF_OURS, hide, leaves, redact_value

# What browsers themselves write, in words that are in many a text, and what has been checked.
HARMLESS_HEADERS = ("HTTP_SEC_", "HTTP_X_REQUEST_ID")

# What is kept in META: the method and the clean path, and the data that a view has read.
LINE = "apps.core.line"
DATA = "apps.core.data"

_started: ContextVar[float] = ContextVar("started")


@receiver(signals.bind_extra_request_metadata)
def begin(request: HttpRequest, log_kwargs: dict[str, Any], **kwargs: Any) -> None:
    """Start the clock; from now on, what the request brought is hidden in logs."""
    _started.set(time.perf_counter())
    hide(partial(brought, request))
    del log_kwargs["user_agent"]
    log_kwargs["request"] = request.META[LINE] = redact_value(request)


@receiver(signals.bind_extra_request_finished_metadata)
@receiver(signals.bind_extra_request_failed_metadata)
def end(request: HttpRequest, log_kwargs: dict[str, Any], **kwargs: Any) -> None:
    """Log how long it took, and the path without the query."""
    hide(partial(brought, request))
    log_kwargs["request"] = request.META.get(LINE) or redact_value(request)
    if started := _started.get(None):
        log_kwargs["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)


@receiver(request_finished)
def forget(**kwargs: Any) -> None:
    """Let go of the request: nothing is logged for it any more."""
    hide(None)


def remember(request: Request) -> None:
    """Keep the data that a view of DRF has read: the body can be read only once."""
    request._request.META[DATA] = getattr(request, "_full_data", None)


def brought(request: HttpRequest) -> Iterator[str]:
    """Yield each text and number that came with a request: what no log and no error may repeat."""
    meta = request.META
    query = meta.get("QUERY_STRING", "")
    yield from re.split("[&=]", query)
    for pair in parse_qsl(query, keep_blank_values=True):
        yield from pair
    yield from leaves(list(request.COOKIES.values()))
    for name, value in meta.items():
        if name.startswith(("CONTENT_TYPE", "HTTP_")) and not name.startswith(HARMLESS_HEADERS):
            words = {value, *value.split()}
            yield from (word for word in words if len(word) >= SHORTEST_OF_OURS)
    if request.resolver_match:
        for part in leaves(list(request.resolver_match.kwargs.values())):
            yield from (part, *part.split("/"))
    yield from leaves(meta.get(DATA))
    if post := getattr(request, "_post", None):
        yield from leaves(dict(post.lists()))
    with suppress(ValueError, RecursionError):  # no JSON
        yield from leaves(json.loads(getattr(request, "_body", b"")))
