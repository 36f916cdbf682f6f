"""Failures, as Sentry would get them."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from apps.core.observability import errors

SECRET = "Correct-Horse-9"
TRACE = "0af7651916cd43dd8448eb211c80319c"


def fail(request: HttpRequest, word: str) -> HttpResponse:
    """Fail by two exceptions, which repeat what came in."""
    held = request.GET["q"]
    try:
        raise KeyError(held)
    except KeyError as cause:
        raise ValueError(f"no {word}, {held}") from cause


urlpatterns = [path("fail/<str:word>/", fail)]


class Transport(sentry_sdk.transport.Transport):
    """Keeps what would be sent."""

    def __init__(self, events: list[Any]) -> None:
        super().__init__()
        self.events = events

    def capture_envelope(self, envelope: Any) -> None:
        """Keep an event."""
        if event := envelope.get_event():
            self.events.append(event)


@pytest.fixture
def events() -> Iterator[list[Any]]:
    """Return what Sentry was told."""
    told: list[Any] = []
    handler = errors.SentryHandler(logging.ERROR)
    root = logging.getLogger()
    root.addHandler(handler)
    errors.start(dsn="http://key@127.0.0.1:9/1", transport=Transport(told))
    yield told
    root.removeHandler(handler)
    sentry_sdk.init()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_request_that_fails_is_one_event(client: Client, events: list[Any]) -> None:
    """P03: with the ids of the request and the trace, and without what came in."""
    client.raise_request_exception = False
    headers = {
        "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
        "Authorization": f"Bearer {SECRET}",
    }

    answer = client.get(f"/fail/{SECRET}/?q=ada@example.org", headers=headers)

    (event,) = events
    cause, error = event["exception"]["values"]
    assert (cause["type"], error["type"]) == ("KeyError", "ValueError")
    assert error["value"] == "no ***, ***"
    assert event["transaction"] == "GET /fail/***/"
    assert event["tags"]["request_id"] == answer.headers["X-Request-ID"]
    assert event["tags"]["trace_id"] == TRACE
    assert error["stacktrace"]["frames"][-1]["function"] == "fail"
    for told in (SECRET, "ada@", "'held'", "127.0.0.1"):
        assert told not in str(event)


def test_what_is_logged_without_an_exception_is_no_event(events: list[Any]) -> None:
    """C14: a line of the log is for the log; and a warning is no failure."""
    structlog.get_logger("any").error("server_unreachable")
    try:
        raise ValueError("none")
    except ValueError:
        logging.getLogger("any").warning("tried again", exc_info=True)

    assert not events


def test_an_exception_that_is_logged_twice_is_one_event(events: list[Any]) -> None:
    """P03: by structlog and by the standard library."""
    error = ValueError(f"token={SECRET}")

    structlog.get_logger("any").error("failed", exc_info=error)
    logging.getLogger("a.library").error("failed", exc_info=error)

    (event,) = events
    assert SECRET not in str(event)


def test_without_an_address_nothing_is_set_up() -> None:
    """C14: no handler, no client."""
    before = [*logging.getLogger().handlers]

    errors.set_up()

    assert logging.getLogger().handlers == before
