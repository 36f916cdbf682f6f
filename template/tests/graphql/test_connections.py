"""Lists: pages by cursors, which stay right while rows come and go."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from tests.graphql.documents import ask, errors

pytestmark = pytest.mark.django_db

PAGE = """
query ($first: Int, $last: Int, $after: String, $before: String) {
  users(first: $first, last: $last, after: $after, before: $before) {
    totalCount
    edges { cursor node { email } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@pytest.fixture
def admin(login: Callable[[User], APIClient]) -> APIClient:
    """Return the client of an admin, among 25 users."""
    UserFactory.create_batch(24)
    return login(UserFactory.create(role="admin"))


def emails(page: dict[str, Any]) -> list[str]:
    """Return who is on a page."""
    return [edge["node"]["email"] for edge in page["edges"]]


def cursor(*values: Any) -> str:
    """Return a cursor that somebody made up."""
    return b64encode(f"orderedcursor:{json.dumps(values)}".encode()).decode()


def test_pages_follow_each_other(admin: APIClient) -> None:
    """T04: 20 rows unless told otherwise, each row once, also while others go."""
    everybody = list(User.objects.order_by("-created_at", "pk").values_list("email", flat=True))

    first = ask(admin, PAGE)["data"]["users"]
    User.objects.get(email=everybody[0]).delete()
    second = ask(admin, PAGE, after=first["pageInfo"]["endCursor"])["data"]["users"]

    assert first["totalCount"] == 25
    assert len(first["edges"]) == 20
    assert first["pageInfo"]["hasNextPage"]
    assert not second["pageInfo"]["hasNextPage"]
    assert sorted(emails(first) + emails(second)) == sorted(everybody)


def test_pages_from_the_end(admin: APIClient) -> None:
    """T04: `last` and `before` lead back."""
    last = ask(admin, PAGE, last=3)["data"]["users"]
    before = ask(admin, PAGE, last=3, before=last["pageInfo"]["startCursor"])["data"]["users"]

    everybody = emails(ask(admin, PAGE, first=100)["data"]["users"])
    assert emails(before) + emails(last) == everybody[-6:]
    assert last["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_page_has_up_to_100_rows(admin: APIClient, size: int) -> None:
    """T04, C15."""
    assert len(ask(admin, PAGE, first=size)["data"]["users"]["edges"]) == min(size, 25)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "more than 100": ({"first": 101}, "first"),
    "less than none": ({"first": -1}, "first"),
    "many of the last": ({"last": 2**31 - 1}, "last"),
    "both": ({"first": 5, "last": 5}, "last"),
    "no cursor": ({"after": "nonsense"}, "after"),
    "no base64": ({"before": "é§"}, "before"),
    "a cursor of another list": ({"after": cursor("1")}, "after"),
    "no values": ({"after": cursor()}, "after"),
    "an object": ({"after": b64encode(b'orderedcursor:{"a": 1}').decode()}, "after"),
    "no date": ({"after": cursor("yesterday", "1")}, "after"),
    "no id": ({"after": cursor("2026-01-01T00:00:00+00:00", "x")}, "after"),
    "an id that no column has": ({"after": cursor("2026-01-01T00:00:00+00:00", "9" * 30)}, "after"),
    "a number with too many digits": (
        {"after": cursor("2026-01-01T00:00:00+00:00", "9" * 1_400)},
        "after",
    ),
    "a null character": ({"after": cursor("2026-01-01T00:00:00+00:00", "1\0")}, "after"),
    "numbers": ({"after": cursor(1, 2)}, "after"),
    "what is nested": ({"after": b64encode(b"orderedcursor:" + b"[" * 1_400).decode()}, "after"),
    "what is long": ({"after": "a" * 10_000}, "after"),
}


@pytest.mark.parametrize(("variables", "param"), WRONG.values(), ids=WRONG)
def test_what_is_no_page_is_refused(
    admin: APIClient, variables: dict[str, Any], param: str
) -> None:
    """T04: by the name of the argument, and not by the database."""
    (refusal,) = errors(admin, PAGE, **variables)

    assert refusal["path"] == ["users"]
    assert refusal["extensions"]["status"] == 400
    assert [error["param"] for error in refusal["extensions"]["errors"]] == [param]
