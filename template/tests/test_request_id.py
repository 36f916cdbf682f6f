"""The request's id, in the answer and in the logs."""

import json
import logging
import uuid
from io import StringIO

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from apps.accounts.tests.factories import UserFactory

PROXY_ID = "0b3f5e6a-9c1d-4e2f-8a7b-6c5d4e3f2a1b"


def test_a_request_gets_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/health/live").headers["X-Request-ID"] for _ in range(2))

    assert uuid.UUID(first) != uuid.UUID(second)


@pytest.mark.parametrize("given", [PROXY_ID, PROXY_ID.upper(), PROXY_ID.replace("-", "")])
def test_the_callers_id_is_kept(client: Client, given: str) -> None:
    """B07: one id through proxy, application and logs."""
    response = client.get("/health/live", headers={"X-Request-ID": given})

    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "a b",
        '"}',
        "né",
        "CHASECK-4f0bd3fd5b0b4f64",
        "eyJhbGciOiJIUzI1NiJ9.e30.sig",
        f"{PROXY_ID}\n",
        f"{{{PROXY_ID}}}",
        PROXY_ID.replace("-", "", 1),
        PROXY_ID * 2,
    ],
)
def test_an_id_that_is_no_uuid_is_replaced(client: Client, given: str) -> None:
    """B07, P03: neither a forged line nor a token gets into the logs this way."""
    response = client.get("/health/live", headers={"X-Request-ID": given})

    assert str(uuid.UUID(response.headers["X-Request-ID"])) not in {given, PROXY_ID}


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{"X-Request-ID": PROXY_ID}, {}])
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


def test_under_asgi_no_middleware_needs_a_thread_of_its_own(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    """C03: one that is only synchronous would hold a thread as long as the request lasts."""
    settings.DEBUG = True  # Django tells
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "apps.core.middleware.StaticFilesMiddleware"]

    with caplog.at_level(logging.DEBUG, "django.request"):
        BaseHandler().load_middleware(is_async=True)

    assert [message for message in caplog.messages if "handler adapted" in message] == []
