"""Errors: those of REST, and nothing of the code or of what was sent."""

import json
import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from tests.graphql.documents import URL, USERS, errors, users

pytestmark = pytest.mark.django_db
VIEW = "apps.accounts.api.views.UserViewSet.get_queryset"


@pytest.fixture
def admin(login: Callable[[User], APIClient]) -> APIClient:
    """Return the client of an admin."""
    return login(UserFactory.create(role="admin"))


def test_a_refusal_is_that_of_rest(api_client: APIClient) -> None:
    """T04, S04: the same code, status and words; the request id is the header's."""
    response = api_client.post(URL, {"query": USERS})
    rest = api_client.get("/api/v1/accounts/users/").json()

    (error,) = response.json()["errors"]
    assert error == {
        "message": rest["detail"],
        "locations": [{"line": 1, "column": 3}],
        "path": ["users"],
        "extensions": {
            "status": 401,
            "code": rest["code"],
            "request_id": response.headers["X-Request-ID"],
        },
    }


def test_what_nobody_expected_is_logged_and_not_told(
    admin: APIClient, monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    """S05, T04: once, with its traceback, and without the values of the document."""

    def fail(*args: Any) -> None:
        raise RuntimeError("a secret of the code, and needle-1234")

    monkeypatch.setattr(VIEW, fail)
    query = '{ a: users(search: "needle-1234") { totalCount } b: users { totalCount } }'

    found = errors(admin, query)

    assert [error["path"] for error in found] == [["a"], ["b"]]
    for error in found:
        assert error["message"].startswith("Something went wrong on our side.")
        assert error["extensions"]["status"] == 500
        assert error["extensions"]["code"] == "internal_server_error"
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    failures = [line for line in lines if line["event"] == "graphql_failed"]
    assert [line["field"] for line in failures] == ["users"]
    assert failures[0]["exception"][0]["exc_type"] == "RuntimeError"
    assert failures[0]["request_id"] == found[0]["extensions"]["request_id"]
    assert "needle" not in log.getvalue()


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", USERS, "{ users(first: 101) { totalCount } }", "query A"]
)
def test_what_is_expected_is_no_error_in_the_log(
    api_client: APIClient, log: StringIO, query: str
) -> None:
    """S05: a wrong document, and a refusal."""
    assert errors(api_client, query)

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["request_finished"]


def test_the_library_logs_nothing(
    admin: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """S05: it would write down the document."""
    caplog.set_level(logging.DEBUG, "strawberry")
    monkeypatch.setattr(VIEW, lambda view: 1 / 0)

    errors(admin, USERS)

    assert not [record for record in caplog.records if record.name.startswith("strawberry")]


def test_other_refusals_keep_their_status(
    admin: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T04: whatever DRF's exception says."""

    def busy(view: Any) -> None:
        raise Throttled(7)

    monkeypatch.setattr(VIEW, busy)

    (error,) = errors(admin, USERS)

    assert error["extensions"]["status"] == 429
    assert error["extensions"]["code"] == "throttled"


MESSAGES = {
    "{ needle_1234 }": "Cannot query field '…' on type 'Query'.",
    users("needle_1234"): "Cannot query field '…' on type 'User'.",
    "{ needle_1234": "Syntax Error: Expected Name.",
    "{ users }": "Field 'users' of type 'UserConnection' must have a selection of subfields.",
    '{ users(first: "needle_1234") { totalCount } }': "Int cannot represent non-integer value.",
    "{ users(search: $needle_1234) { totalCount } }": "Variable '…' is not defined.",
    "{ ...needle_1234 }": "Unknown fragment '…'.",
    "{ __typename @needle_1234 }": "Unknown directive '…'.",
    "query needle_1234($needle_1234: Int) { __typename }": (
        "Variable '…' is never used in operation '…'."
    ),
    '{ users(needle_1234: "x") { totalCount } }': "Unknown argument '…' on field 'Query.users'.",
}


@pytest.mark.parametrize(("query", "message"), MESSAGES.items())
def test_messages_say_what_is_wrong_and_not_what_was_sent(
    api_client: APIClient, query: str, message: str
) -> None:
    """S05, P03: names of the schema stay, those of the caller do not; `locations` has the place."""
    error = errors(api_client, query)[0]

    assert error["message"] == message
    assert error["locations"]
    assert error["extensions"]["status"] == 400


@pytest.mark.parametrize(
    "value", ["needle_1234", "needle_1234 " * 100, ["needle_1234"], {"needle_1234": "needle_1234"}]
)
def test_a_wrong_variable_is_named_by_its_place_alone(api_client: APIClient, value: Any) -> None:
    """S05, P03."""
    query = "query ($needle_1234: Int) { users(first: $needle_1234) { totalCount } }"

    (error,) = errors(api_client, query, needle_1234=value)

    assert error["message"] == (
        "Variable '…' has invalid value: Int cannot represent non-integer value."
    )
    assert error["locations"] == [{"line": 1, "column": 8}]
