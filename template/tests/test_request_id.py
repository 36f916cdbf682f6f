"""The request's id, in the answer and in the logs."""

import json
import logging
import uuid
from collections.abc import Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from apps.accounts.tests.factories import UserFactory
from config.logging import logging_config


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Return what production would log."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    options = logging_config(logging.INFO, renderer="json")
    formatter = {**options["formatters"]["structlog"]}
    handler.setFormatter(formatter.pop("()")(**formatter))
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_a_request_gets_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/health/live").headers["X-Request-ID"] for _ in range(2))

    assert uuid.UUID(first) != uuid.UUID(second)


def test_the_callers_id_is_kept(client: Client) -> None:
    """B07: one id through proxy, application and logs."""
    response = client.get("/health/live", headers={"X-Request-ID": "from-the_proxy.1"})

    assert response.headers["X-Request-ID"] == "from-the_proxy.1"


@pytest.mark.parametrize("forged", ["", "a b", "x" * 65, '"}', "né"])
def test_an_id_that_could_forge_a_log_line_is_replaced(client: Client, forged: str) -> None:
    response = client.get("/health/live", headers={"X-Request-ID": forged})

    assert response.headers["X-Request-ID"] != forged


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{"X-Request-ID": "from-the_proxy.1"}, {}])
def test_each_request_is_one_json_line_with_the_id_of_the_answer(
    client: Client, log: StringIO, headers: dict[str, str]
) -> None:
    """B07, P03: structured logs with the request's id."""
    response = client.get("/api/v1/accounts/me/", headers=headers)

    (line,) = log.getvalue().splitlines()
    event = json.loads(line)
    assert event["event"] == "request_finished"
    assert event["request"] == "GET /api/v1/accounts/me/"
    assert event["code"] == 401
    assert event["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.django_db
def test_a_failure_is_logged_without_what_the_code_held(
    client: Client, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P03: a traceback tells where, and no password or token."""

    def fail(*args: object) -> None:
        held = "a-secret-token"
        raise RuntimeError(f"Failed with {len(held)} characters.")

    monkeypatch.setattr("apps.core.views.HomeView.get_context_data", fail)
    client.raise_request_exception = False

    assert client.get("/").status_code == 500

    (line,) = log.getvalue().splitlines()
    event = json.loads(line)
    assert event["event"] == "request_failed"
    assert event["exception"][0]["exc_type"] == "RuntimeError"
    assert event["request_id"]
    assert "a-secret-token" not in line


@pytest.mark.django_db
def test_a_database_that_is_away_is_one_line_a_request(
    client: Client, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16, P03: no flood of tracebacks, and nobody asks the database who it was."""

    def refuse(*args: object) -> None:
        raise OperationalError("a secret of db.internal")

    client.force_login(UserFactory.create())
    monkeypatch.setattr(f"{settings.SESSION_ENGINE}.SessionStore.load", refuse)

    assert client.get("/admin/").status_code == 503

    (line,) = log.getvalue().splitlines()
    event = json.loads(line)
    assert event["event"] == "request_finished"
    assert event["code"] == 503
    assert "db.internal" not in line


def test_the_middleware_is_in_the_order_that_it_needs() -> None:
    """B09: the id first, then the form of errors, then the probes, then the rest."""
    first = [path.rpartition(".")[2] for path in settings.MIDDLEWARE[:4]]

    assert first == [
        "RequestIDMiddleware",
        "ProblemDetailsMiddleware",
        "HealthMiddleware",
        "SecurityMiddleware",
    ]


def test_under_asgi_no_middleware_needs_a_thread_of_its_own(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    """C03: one that is only synchronous would hold a thread as long as the request lasts."""
    settings.DEBUG = True  # Django tells
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "apps.core.middleware.StaticFilesMiddleware"]

    with caplog.at_level(logging.DEBUG, "django.request"):
        BaseHandler().load_middleware(is_async=True)

    assert [message for message in caplog.messages if "handler adapted" in message] == []
