"""The OpenAPI document: whole, clean, and with an example of everything."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator

from apps.core.tests.authorization import routes
from tests.contracts import stale
from tests.test_settings import PRODUCTION, python

METHODS = {"get", "post", "put", "patch", "delete"}
ABOUT_THE_API = {"/api/schema/", "/api/docs/", "/api/redoc/"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all operations."""
    return [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]


def examples(content: dict[str, Any]) -> bool:
    """Return whether each media type of a body has an example."""
    return all("example" in media or "examples" in media for media in content.values())


def test_it_is_made_without_a_warning(tmp_path: Any) -> None:
    """T13: valid, and nothing that drf-spectacular had to guess."""
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "openapi.yml")
    )


def test_it_has_every_route_of_the_api(document: dict[str, Any]) -> None:
    """T13: log-in and sign-up are in the one document, too."""
    served = {
        address
        for address, _ in routes(get_resolver().url_patterns)
        if address.startswith("/api/") and address not in ABOUT_THE_API
    }
    described = {
        "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
        for path in document["paths"]
    }

    assert described == served


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    """B02: a name, a summary, a description, and an example of what it takes and gives."""
    for operation in operations(document):
        name = operation["operationId"]
        assert operation["summary"], name
        assert operation["description"], name
        assert examples(operation.get("requestBody", {}).get("content", {})), name
        for status, response in operation["responses"].items():
            assert examples(response.get("content", {})), (name, status)


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]

    assert len(names) == len(set(names))


def test_errors_are_problems(document: dict[str, Any]) -> None:
    """H07: each error that is described has the one media type."""
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if "$ref" in response:
                name = response["$ref"].rpartition("/")[2]
                response = document["components"]["responses"][name]
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]


def test_what_needs_a_log_in_asks_for_a_bearer_token(document: dict[str, Any]) -> None:
    """S04, T12."""
    scheme = document["components"]["securitySchemes"]["bearerAuth"]
    profile = document["paths"]["/api/v1/accounts/me/"]["get"]
    login = document["paths"]["/api/v1/auth/login"]["post"]

    assert scheme == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert profile["security"] == [{"bearerAuth": []}]
    assert {"401", "403"} <= set(profile["responses"])
    assert login["security"] == [{}]


def test_a_list_has_no_page_zero_and_may_have_no_such_page(document: dict[str, Any]) -> None:
    """T13, H10."""
    users = document["paths"]["/api/v1/accounts/users/"]["get"]
    schemas = {each["name"]: each["schema"] for each in users["parameters"]}

    assert schemas["page"]["minimum"] == schemas["page_size"]["minimum"] == 1
    assert {"400", "404"} <= set(users["responses"])


def test_a_session_token_may_be_worth_nothing(document: dict[str, Any]) -> None:
    """T13: allauth answers 410 then, whatever else was asked for."""
    for operation in operations(document):
        names = {each["name"] for each in operation.get("parameters", [])}
        assert ("410" in operation["responses"]) == ("X-Session-Token" in names)


def test_the_committed_one_is_what_the_code_says(client: Client) -> None:
    """B11, T13: it is what is served, too, to the byte."""
    served = client.get("/api/schema/").content.decode()

    assert not (why := stale("openapi.yaml", served)), why


def test_production_says_the_same() -> None:
    """T13: no setting and no value of the environment is in the document."""
    result = python(
        "import django; django.setup();"
        " from django.core.management import call_command; call_command('spectacular')",
        {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings.production"},
    )

    assert not (why := stale("openapi.yaml", result.stdout)), why + result.stderr


def test_it_is_served(client: Client) -> None:
    """T13: for Swagger, ReDoc and other tools."""
    response = client.get("/api/schema/", headers={"Accept": "application/json"})

    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.")
