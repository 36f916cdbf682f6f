"""The log: one line a request, and no secret in any line, whoever writes it."""

import json
import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from config.urls import urlpatterns as project_urls
from tests.logs import captured

SECRET = "CHASECK_TEST-0123456789"


@csrf_protect
def form(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Take a form."""
    return HttpResponse()


urlpatterns = [*project_urls, path("form/<value>", form)]


def last(log: StringIO) -> dict[str, Any]:
    """Return the last line."""
    line: dict[str, Any] = json.loads(log.getvalue().splitlines()[-1])
    return line


@pytest.mark.django_db
def test_a_request_is_one_line_that_says_who_and_how_long(
    login: Callable[[User], APIClient], log: StringIO
) -> None:
    """P03, B07: the user's id; no query, no address of the client, no browser."""
    user = UserFactory.create()

    login(user).get("/api/v1/accounts/me/?search=ada", headers={"User-Agent": "a browser"})

    (text,) = log.getvalue().splitlines()
    line = json.loads(text)
    assert (line["request"], line["code"]) == ("GET /api/v1/accounts/me/", 200)
    assert line["user_id"] == user.pk
    assert line["milliseconds"] > 0
    for untold in ("ada", "127.0.0.1", "browser", user.email):
        assert untold not in text


def test_an_event_is_masked_by_the_names_of_its_keys_and_by_form(log: StringIO) -> None:
    """P03: an event of structlog."""
    structlog.get_logger("any").info("happened", password="x", data={"otp": 1234}, text=SECRET)

    line = last(log)
    assert (line["event"], line["password"], line["text"]) == ("happened", "***", "***")
    assert line["data"] == {"otp": "***"}


def test_the_standard_librarys_messages_are_masked(log: StringIO) -> None:
    """P03: what a library writes, with its arguments and its extras."""
    logging.getLogger("a.library").warning("got %s", SECRET, extra={"token": "x", "other": SECRET})

    line = last(log)
    assert (line["event"], line["token"], line["other"]) == ("got ***", "***", "***")


@pytest.mark.parametrize("renderer", ["json", "console"])
def test_what_exceptions_say_is_masked(renderer: Any) -> None:
    """P03: with their causes, notes and groups; where they were raised stays."""
    with captured(renderer) as log:
        try:
            try:
                raise KeyError(f"cause {SECRET}")
            except KeyError as cause:
                error = ExceptionGroup(f"group {SECRET}", [ValueError(f"member {SECRET}")])
                error.add_note(f"note {SECRET}")
                raise error from cause
        except ExceptionGroup:
            logging.getLogger("any").exception("failed")

    text = log.getvalue()
    assert SECRET not in text
    assert "test_logging.py" in text
    for word in ("cause", "group", "member", "note"):
        assert f"{word} ***" in text


@pytest.mark.urls(__name__)
def test_djangos_own_loggers_name_no_secret_path(log: StringIO) -> None:
    """P03, S05: the reason why a form was refused stays, the path is clean, the query is gone."""
    client = Client(enforce_csrf_checks=True)

    response = client.post("/form/Correct-Horse-9?q=asked", headers={"Referer": "http://x.org/y"})

    assert response.status_code == 403
    refused = json.loads(log.getvalue().splitlines()[0])
    assert refused["logger"] == "django.security.csrf"
    assert refused["event"] == "Forbidden (CSRF cookie not set.): /form/***"
    assert refused["request"] == "POST /form/***"
    assert "asked" not in log.getvalue()
    assert "Correct-Horse-9" not in log.getvalue()


def test_a_forged_host_is_not_logged(client: Client, log: StringIO) -> None:
    """P03: Django would write the header into the log."""
    client.get("/", headers={"Host": f"{SECRET}.example"})

    assert SECRET not in log.getvalue()
