"""The one endpoint: what is posted, who asks, and what is answered."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from django.test import AsyncClient, Client
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from tests.graphql.documents import URL, USERS, ask, errors

pytestmark = pytest.mark.django_db
JSON = "application/json"

BODIES: dict[str, tuple[str, str]] = {
    "nothing": ("", "query"),
    "no document": ("{}", "query"),
    "an empty document": ('{"query": ""}', "query"),
    "no text": ('{"query": 5}', "query"),
    "null": ('{"query": null}', "query"),
    "an object": ('{"query": {"a": 1}}', "query"),
    "variables that are a list": ('{"query": "{__typename}", "variables": [1]}', "variables"),
    "variables that are text": ('{"query": "{__typename}", "variables": "{}"}', "variables"),
    "a null character": ('{"query": "{__typename}", "variables": {"a": "\\u0000"}}', "variables"),
    "half a character": ('{"query": "{__typename}", "variables": {"a": ["\\ud800"]}}', "variables"),
    "such a name": ('{"query": "{__typename}", "variables": {"\\ud800": 1}}', "variables"),
    "such a document": ('{"query": "{__typename} # \\ud800"}', "query"),
    "an operation that is a number": (
        '{"query": "{__typename}", "operationName": 1}',
        "operationName",
    ),
}


def test_a_document_is_answered(api_client: APIClient) -> None:
    """T04: with data, as JSON."""
    response = api_client.post(URL, {"query": "query Name { __typename }"})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == JSON
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "accept", ["application/graphql-response+json, application/json;q=0.9", "text/html", "*/*"]
)
def test_whatever_a_client_accepts_it_gets_json(api_client: APIClient, accept: str) -> None:
    """T04."""
    response = api_client.post(URL, {"query": "{ __typename }"}, headers={"Accept": accept})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == JSON


@pytest.mark.parametrize(("body", "param"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_wrong_is_refused_by_name(
    api_client: APIClient, body: str, param: str
) -> None:
    """T04: as problem details, before anything is executed."""
    response = api_client.post(URL, body, content_type=JSON)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["param"] for error in response.json()["errors"]] == [param]


@pytest.mark.parametrize(
    "body",
    [
        '[{"query": "{ __typename }"}]',
        '"{ __typename }"',
        "[]",
        "{ __typename }",
        "[" * 100_000,
        '{"query": "{ __typename }", "variables": {"a": ' + '{"a":' * 50_000,
        '{"query": "{ __typename }", "variables": {"a": ' + "9" * 5_000 + "}}",
    ],
)
def test_what_is_no_document_is_refused(api_client: APIClient, body: str) -> None:
    """T04: several at once, and what is no JSON or too much of it."""
    response = api_client.post(URL, body, content_type=JSON)

    assert response.status_code == 400
    assert response.json()["code"] in {"invalid", "parse_error"}


def test_a_body_that_is_too_large_is_not_read(api_client: APIClient, settings: Settings) -> None:
    """T04, S03: whatever is in it."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    response = api_client.post(URL, {"query": "{ __typename }", "variables": {"a": "a" * 1_000}})

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=a", "text/plain", "text/html"])
def test_no_form_can_ask(api_client: APIClient, kind: str) -> None:
    """S04: a page elsewhere can send forms without asking, and JSON only by CORS."""
    response = api_client.post(URL, '{"query": "{ __typename }"}', content_type=kind)

    assert response.status_code == 415


@pytest.mark.parametrize("graphiql", [False, True])
def test_a_document_is_never_executed_by_get(
    api_client: APIClient, settings: Settings, graphiql: bool
) -> None:
    """T04, S04: an address that is followed does nothing."""
    settings.GRAPHIQL = graphiql

    response = api_client.get(URL, {"query": "{ __typename }"})

    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    assert ("GET" in response.headers["Allow"]) is graphiql


def test_a_session_is_no_login_here() -> None:
    """S04: so a page elsewhere gains nothing by sending cookies along."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root@example.com", "x", full_name="Root"))

    response = client.post(URL, {"query": USERS}, content_type=JSON)

    assert response.json()["errors"][0]["extensions"]["status"] == 401


def test_a_wrong_token_is_refused(api_client: APIClient) -> None:
    """S04: for the whole request, as by REST."""
    response = api_client.post(
        URL, {"query": "{ __typename }"}, headers={"Authorization": "Bearer nonsense"}
    )

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"]


def test_who_may_ask_is_answered(login: Callable[[User], APIClient]) -> None:
    """S04, T04: the rule is that of REST."""
    admin = UserFactory.create(role="admin")

    answer = ask(login(admin), USERS)

    assert answer["data"]["users"]["edges"][0]["node"] == {
        "id": str(admin.pk),
        "email": admin.email,
    }
    assert errors(login(UserFactory.create()), USERS)[0]["extensions"]["status"] == 403


def test_the_operation_is_chosen_by_name(api_client: APIClient) -> None:
    """T04: one that is not there, and none of several, are refused."""
    query = "query A { a: __typename } query B { b: __typename }"

    found = api_client.post(URL, {"query": query, "operationName": "B"}).json()
    unknown = api_client.post(URL, {"query": query, "operationName": "C"}).json()
    none = api_client.post(URL, {"query": query}).json()

    assert found == {"data": {"b": "Query"}}
    for answer in (unknown, none):
        assert answer["data"] is None
        assert answer["errors"][0]["extensions"]["code"] == "unknown_operation"


def test_it_works_under_asgi() -> None:
    """T04: the same answer."""

    async def post() -> Any:
        return await AsyncClient().post(URL, {"query": "{ __typename }"}, content_type=JSON)

    assert json.loads(async_to_sync(post)().content) == {"data": {"__typename": "Query"}}


def test_the_log_says_what_was_asked_and_not_for_what(
    login: Callable[[User], APIClient], log: Any
) -> None:
    """S05, T04: names of the schema, and none that the caller wrote."""
    query = 'query Operation { alias: users(search: "needle") { totalCount } me { role } }'

    ask(login(UserFactory.create(role="admin")), query)

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert lines[-1]["graphql"] == "query me users"
    assert not [word for word in ("Operation", "alias", "needle") if word in log.getvalue()]


def test_a_database_that_is_away_is_said_of_the_whole_request(
    login: Callable[[User], APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: 503, and when to ask again, as by REST."""

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused by 10.0.0.7")

    client = login(UserFactory.create(role="admin"))
    monkeypatch.setattr("apps.accounts.api.views.UserViewSet.get_queryset", away)

    response = client.post(URL, {"query": USERS})

    assert response.status_code == 503
    assert response.json()["code"] == "database_unavailable"
    assert response.headers["Retry-After"]
