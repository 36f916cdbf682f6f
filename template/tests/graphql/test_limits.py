"""What a document may cost: what is too much is refused before it asks the database anything."""

from collections.abc import Callable
from time import perf_counter

import pytest
from graphql import parse
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from apps.core.graphql.limits import CEILING, Meter, Need
from config.graphql import schema
from tests.graphql.documents import (
    INTROSPECTION,
    ask,
    codes,
    errors,
    exponential,
    users,
)

pytestmark = pytest.mark.django_db

COSTS = {
    "a field": ("{ __typename }", 1, 1),
    "a page of 20": (users(), 4, 1 + 20 * 3),
    "two fields of each": (users("id email"), 4, 1 + 20 * 4),
    "a page of 5": (users("id", "(first: 5)"), 4, 1 + 5 * 3),
    "the last 5": (users("id", "(last: 5)"), 4, 1 + 5 * 3),
    "what is of the page, once": ("{ users { totalCount pageInfo { endCursor } } }", 3, 1 + 3),
    "twice by aliases": ("{ a: users { totalCount } b: users { totalCount } }", 2, 4),
    "a variable": ("query ($n: Int) { users(first: $n) { edges { cursor } } }", 3, 1 + 7 * 2),
    "its default": ("query ($m: Int = 3) { users(first: $m) { edges { cursor } } }", 3, 1 + 3 * 2),
    "no value": ("query ($m: Int) { users(first: $m) { edges { cursor } } }", 3, 1 + 20 * 2),
    "null": ("{ users(first: null) { edges { cursor } } }", 3, 1 + 20 * 2),
    "more than a page": ("{ users(first: 9999999999) { edges { cursor } } }", 3, 1 + 100 * 2),
    "less than a page": ("{ users(first: -5) { edges { cursor } } }", 3, 1 + 100 * 2),
    "a fragment": (
        "{ users(first: 5) { ...P } } fragment P on UserConnection { totalCount edges { cursor } }",
        3,
        1 + 1 + 5 * 2,
    ),
    "a fragment in place": ("{ users { edges { ... on CursorEdge { cursor } } } }", 3, 1 + 20 * 2),
    "what the schema does not have": ("{ nobody { knows { this } } }", 3, 3),
    "a circle": ("{ ...A } fragment A on Query { __typename ...A }", 1, 1),
}


@pytest.mark.parametrize(("query", "depth", "cost"), COSTS.values(), ids=COSTS)
def test_what_a_document_costs(query: str, depth: int, cost: int) -> None:
    """T04: each field one, as many times as the pages around it have rows."""
    meter = Meter(schema._schema, parse(query), {"n": 7})

    assert meter.operation(meter.operations[0]) == Need(depth, cost)


def test_what_is_dearer_than_the_limit_is_refused(
    login: Callable[[User], APIClient],
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """T04, S03: without a query, in words that tell what to do."""
    settings.GRAPHQL_MAX_COST = 60
    client = login(UserFactory.create(role="admin"))

    with django_assert_num_queries(0):
        (refusal,) = errors(client, users())
    allowed = ask(client, users("id", "(first: 19)"))

    assert refusal["extensions"]["code"] == "too_costly"
    assert refusal["extensions"]["status"] == 400
    assert "costs 61, and 60 is allowed: ask for shorter pages" in refusal["message"]
    assert "errors" not in allowed


def test_what_is_deeper_than_the_limit_is_refused(
    login: Callable[[User], APIClient],
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """T04, S03: without a query, through fragments too."""
    settings.GRAPHQL_MAX_DEPTH = 3
    client = login(UserFactory.create(role="admin"))
    hidden = "{ users { ...P } } fragment P on UserConnection { edges { node { id } } }"

    with django_assert_num_queries(0):
        refusals = [errors(client, query) for query in (users(), hidden)]

    for (refusal,) in refusals:
        assert refusal["extensions"]["code"] == "too_deep"
        assert "is 4 levels deep, and 3 are allowed" in refusal["message"]


DEEP = "{ a" * 150 + " }" * 150
TOO_MUCH = {
    "aliases": ("{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", "too_many_aliases"),
    "directives": ("{ __typename " + "@skip(if: false) " * 31 + "}", "too_many_directives"),
    "words": ("{ " + "id " * 2_000 + "}", "syntax_error"),
    "comments": ("#\n" * 2_001 + "{ __typename }", "syntax_error"),
    "characters": ("{ __typename } #" + " " * 20_000, "too_long"),
    "levels": (DEEP, "too_deep"),
    "brackets": ("{" * 5_000, "syntax_error"),
    "operations": ("query A { __typename } query B { __typename }", "unknown_operation"),
    "null characters": ('{ users(search: "\\u0000") { totalCount } }', "invalid_document"),
}


@pytest.mark.parametrize(("query", "code"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_of_anything_is_refused(
    login: Callable[[User], APIClient],
    django_assert_num_queries: DjangoAssertNumQueries,
    query: str,
    code: str,
) -> None:
    """T04, S03."""
    client = login(UserFactory.create(role="admin"))

    with django_assert_num_queries(0):
        assert codes(client, query)[0] == code


def test_fragments_that_multiply_are_measured_once() -> None:
    """S03: two to the power of 100 fields, in no time."""
    start = perf_counter()

    meter = Meter(schema._schema, parse(exponential(100)), {})

    assert meter.operation(meter.operations[0]) == Need(1, CEILING)
    assert perf_counter() - start < 1


@pytest.mark.parametrize(
    "query",
    [
        INTROSPECTION,
        '{ __type(name: "User") { name } }',
        "{ ...F } fragment F on Query { __schema { description } }",
    ],
)
def test_the_schema_is_told_where_that_is_on(
    api_client: APIClient, settings: Settings, query: str
) -> None:
    """T13, S04: what GraphiQL asks first is answered; production does not answer it."""
    assert codes(api_client, query) == ["introspection_off"]

    settings.GRAPHQL_INTROSPECTION = True

    assert "errors" not in ask(api_client, query)


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name"
        + " }" * 10,
        INTROSPECTION.replace(
            "types {", "a: types { ...FullType } b: types { ...FullType } types {"
        ),
    ],
)
def test_the_schema_is_told_once(api_client: APIClient, settings: Settings, query: str) -> None:
    """S03: a document cannot have it told over and over."""
    settings.GRAPHQL_INTROSPECTION = True

    assert codes(api_client, query)[0] in {"too_costly", "invalid_document"}


@pytest.mark.parametrize(
    "query", ["{ user { id } }", "{ usr }", users("emial"), "{ users(serch: 1) { totalCount } }"]
)
def test_suggestions_do_not_tell_the_schema(
    api_client: APIClient, settings: Settings, query: str
) -> None:
    """S04: they help where it may be asked for."""
    assert not [error for error in errors(api_client, query) if "Did you" in error["message"]]

    settings.GRAPHQL_INTROSPECTION = True

    if query != "{ user { id } }":
        assert "Did you mean '" in errors(api_client, query)[0]["message"]
