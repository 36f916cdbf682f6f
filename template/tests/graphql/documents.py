"""Asking by GraphQL, and documents that ask for too much."""

from typing import Any

from graphql import get_introspection_query
from rest_framework.test import APIClient

URL = "/graphql/"
# What GraphiQL and other tools ask first.
INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)
USERS = "{ users { totalCount edges { cursor node { id email } } pageInfo { hasNextPage } } }"


def ask(client: APIClient, query: str, **variables: Any) -> dict[str, Any]:
    """Return the whole answer to a document."""
    response = client.post(URL, {"query": query, "variables": variables})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def errors(client: APIClient, query: str, **variables: Any) -> list[dict[str, Any]]:
    """Return the errors of a document that has some."""
    found: list[dict[str, Any]] = ask(client, query, **variables)["errors"]
    return found


def codes(client: APIClient, query: str, **variables: Any) -> list[str]:
    """Return the codes of the errors of a document."""
    return [error["extensions"]["code"] for error in errors(client, query, **variables)]


def users(selection: str = "id", arguments: str = "") -> str:
    """Return a document that asks for users."""
    return f"{{ users{arguments} {{ edges {{ node {{ {selection} }} }} }} }}"


def exponential(levels: int) -> str:
    """Return a document of fragments that each spread the next twice."""
    fragments = [
        f"fragment F{level} on Query {{ a{level}: __typename ...F{level + 1} ...F{level + 1} }}"
        for level in range(levels)
    ]
    return "\n".join(["{ ...F0 }", *fragments, f"fragment F{levels} on Query {{ __typename }}"])
