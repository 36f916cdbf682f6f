"""1,000 documents and bodies that nobody means well with: not one is an error of ours."""

import json
import random
import re
from collections.abc import Callable, Iterator
from itertools import islice
from time import perf_counter
from typing import Any

import pytest
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from config.graphql import schema
from tests.graphql.documents import INTROSPECTION, URL, USERS, exponential

COUNT = 500  # of each of two callers, and the bodies that are none
SLOWEST = 5.0  # seconds, on a machine that does other things too
RANDOM = random.Random(5)
SCHEMA = schema._schema
TEXTS = [
    *(
        "",
        " ",
        "\t\r\n",
        "\ufeff",
        "\u202e",
        "\u2028",
        "é" * 50,
        "\U0001d54f",
        "🙂" * 20,
        "\x01\x1f\x7f",
    ),
    *(
        "\\",
        '"',
        '"""',
        "'",
        "`",
        "#",
        "$",
        "@",
        "...",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "|",
        "&",
        ":",
    ),
    *("null", "true", "-0", "1e999", "-1e-999", "0x1F", "9" * 400, "1.", ".5", "00", "NaN", "$x"),
    *("' OR 1=1 --", "'; DROP TABLE users; --", "%00", "../../etc/passwd", "<script>", "${7*7}"),
    *("{{7*7}}", "%s%s%n", "__class__", "a" * 5_000, "\\u{110000}", "\\uD800", "\\x00", "\\u0000"),
]
VALUES: list[Any] = [
    *(None, True, 0, -1, 2**31, 2**63, 2**64, 10**300, 1.5, -0.0, 1e308, "", "x", "\n", "\x00"),
    *([], {}, [[]], [None], {"a": None}, {"": ""}, {"__proto__": 1}, [1] * 500, "é" * 1_000),
    *("9" * 400, "1970-01-01T00:00:00Z", "null", "-1", "1e5", "\ud800", "a" * 20_000),
    {"contains": {"in": [{"not": {}}]}},
]


def deep(value: Any, levels: int) -> Any:
    """Return a value in lists in lists."""
    for _ in range(levels):
        value = [value]
    return value


def scalar() -> str:
    """Return what may stand where a value is expected."""
    text = RANDOM.choice(TEXTS)
    return RANDOM.choice(
        [json.dumps(text), f'"""{text}"""', f'"{text}"', text, f"[{text}]", f"{{a: {text}}}", "$v"]
    )


def selection(kind: Any, levels: int) -> str:
    """Return a selection that the schema has, with arguments that it does not take."""
    while isinstance(kind, GraphQLList | GraphQLNonNull):
        kind = kind.of_type
    if is_leaf_type(kind):
        return ""
    if levels == 0 or not isinstance(kind, GraphQLObjectType):
        return "{ __typename }"
    found = []
    for name in RANDOM.sample(sorted(kind.fields), min(len(kind.fields), 4)):
        field = kind.fields[name]
        given = [f"{argument}: {scalar()}" for argument in field.args if RANDOM.random() < 0.6]
        arguments = f"({', '.join(given)})" if given else ""
        found.append(f"{name}{arguments} {selection(field.type, levels - 1)}")
    return "{ " + " ".join(found) + " }"


def broken() -> str:
    """Return a document that was right, and was then cut, doubled, or mixed up."""
    text = RANDOM.choice([USERS, INTROSPECTION[:600], "mutation M($v: ID!) { changeRole(id: $v) }"])
    for _ in range(RANDOM.randint(1, 6)):
        start, end = sorted(RANDOM.choices(range(len(text) + 1), k=2))
        text = RANDOM.choice(
            [
                text[:start] + text[end:],
                text[:start] + RANDOM.choice(TEXTS) + text[start:],
                text + text[start:end],
                text[end:] + text[:end],
                text.swapcase(),
            ]
        )
    return text


def noise() -> str:
    """Return pieces of the language in no order."""
    return " ".join(RANDOM.choices([*TEXTS, "query", "fragment", "on", "users", "Query"], k=30))


def bombs() -> list[str]:
    """Return documents that are short, and ask for more than there is."""
    circle = " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % 50} }}" for n in range(50))
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(300))
    nested = "users(first: 100) { edges { node { id } } }"
    return [
        exponential(25),
        exponential(90),
        "{ ...F0 } " + circle,
        "{ ...F0 } " + chain + " fragment F300 on Query { __typename }",
        "{ ...A } fragment A on Query { ...A ...A ...A }",
        "{ " * 190 + "a" + " }" * 190,
        "{ " + "... { " * 180 + "__typename" + " }" * 181,
        "{ a" * 3_000,
        "{ users(search: " + "[" * 190 + "]" * 190 + ") { totalCount } }",
        "query (" + " ".join(f"$v{n}: [[[[Int]]]] = [[[[{n}]]]]" for n in range(90)) + ") { a }",
        "{ " + " ".join(f"a{n}: {nested}" for n in range(30)) + " }",
        "{ " + f"{nested} " * 100 + "}",
        "{ " + " ".join(f"a{n}: __typename" for n in range(900)) + " }",
        "{ " + "__typename " * 1_900 + "}",
        "{ __typename " + "@skip(if: false) " * 300 + "}",
        "{ __typename " + "@a @b @c " * 300 + "}",
        "query Q " * 600,
        " ".join(f"query Q{n} {{ __typename }}" for n in range(390)),
        "query Q { __typename } " * 390,
        "#" * 19_000 + "\n{ __typename }",
        "," * 19_000 + "{ __typename }",
        "{ __schema { types { " + "fields { type { " * 8 + "name" + " } }" * 8 + " } } }",
        "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(30)) + " }",
        "{ __type(name: " + '"User") { ' + "ofType { " * 20 + "name" + " }" * 22,
        "subscription { users { totalCount } }",
        "type Query { a: Int } extend schema { query: Query }",
        "{ users(first: " + "9" * 5_000 + ") { totalCount } }",
        '{ users(after: "' + "a" * 19_000 + '") { totalCount } }',
        "{ users { edges { node { id } } edges { node { id: email } } } }",
        "{ " + " ".join(f"users {{ edges {{ node {{ x: {n} }} }} }}" for n in "abcdefgh") + " }",
        "query ($v: Int = $v) { users(first: $v) { totalCount } }",
        "{ users(first: 5, first: 6, nobody: 7) { totalCount } }",
        'mutation { changeRole(id: "1", role: GOD) { __typename } }',
        "mutation { updateProfile(input: {a: {b: {c: 1}}}) { __typename } }",
    ]


def documents() -> Iterator[Any]:
    """Yield what is sent as `query` and `variables`."""
    for bomb in bombs():
        yield {"query": bomb}
    for value in VALUES:
        yield {"query": value}
        yield {"query": USERS, "variables": value}
        yield {"query": USERS, "operationName": value}
        for kind in ("Int", "[Int!]!", "String", "ID", "UserOrdering", "Boolean = 5", "Nobody"):
            yield {
                "query": f"query ($v: {kind}) {{ users(first: $v, search: $v) {{ totalCount }} }}",
                "variables": {"v": value, "": 1},
            }
    for levels in (10, 100, 250, 900):
        query = "query ($v: [[Int]]) { users(first: $v) { totalCount } }"
        yield {"query": query, "variables": {"v": deep(1, levels)}}
    kinds = [
        lambda: f"query ($v: Int) {selection(SCHEMA.query_type, 4)}",
        lambda: f"mutation ($v: Int) {selection(SCHEMA.mutation_type, 3)}",
        broken,
        noise,
    ]
    while True:
        yield {"query": RANDOM.choice(kinds)(), "variables": {"v": RANDOM.choice(VALUES)}}


BODIES = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"\x00",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"[" * 200_000,
    b'{"query":' * 100_000,
    b'{"query": "{ __typename }", "query": 5}',
    b'{"query": NaN}',
    b'{"query": "\\ud800"}',
    b'{"variables": {}, "query": "{ __typename }", "extensions": [[]]}',
    b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
    b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
    b"query={__typename}",
]


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "introspection"), [(None, False), ("admin", True)])
def test_no_document_is_an_error_of_ours(
    login: Callable[[User], APIClient], settings: Settings, role: str | None, introspection: bool
) -> None:
    """S03, T04: each is answered or refused, quickly, and leaves nothing to be repaired."""
    settings.GRAPHQL_INTROSPECTION = introspection
    RANDOM.seed(f"{role} {introspection}")
    client = login(UserFactory.create(role=role)) if role else APIClient()
    client.raise_request_exception = False
    bodies = [*BODIES, *(json.dumps(document).encode() for document in islice(documents(), COUNT))]

    for body in bodies:
        start = perf_counter()
        response = client.post(URL, body, content_type="application/json")
        seconds = perf_counter() - start

        assert response.status_code < 500, body[:2_000]
        assert b"internal_server_error" not in response.content, body[:2_000]
        assert seconds < SLOWEST, (seconds, body[:2_000])
        assert response.status_code == 200 or re.match(rb"{.*}\Z", response.content, re.DOTALL)
