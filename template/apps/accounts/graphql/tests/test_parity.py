"""REST and GraphQL give everyone the same data about accounts, and the same refusals."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from graphql import get_named_type
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.api.serializers import ProfileSerializer, UserSerializer
from apps.accounts.api.views import UserViewSet
from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.core.graphql.tests.authorization import (
    as_rest,
    ask,
    camel,
    fields,
    selection_of,
    served,
)

pytestmark = pytest.mark.django_db

USERS = "/api/v1/accounts/users/"
ME = "/api/v1/accounts/me/"


@pytest.fixture
def people() -> dict[str, User]:
    """Return a user for each role, and one who is switched off."""
    UserFactory.create(is_active=False, full_name="Grace Hopper")
    return {role: UserFactory.create(role=role) for role in Role}


@pytest.fixture
def clients(people: dict[str, User], login: Callable[[User], APIClient]) -> dict[str, APIClient]:
    """Return a client for each role."""
    return {"nobody": APIClient(), **{who: login(user) for who, user in people.items()}}


def compare(rest: Any, status: int, found: Any, who: str) -> None:
    """Check that both answered the same."""
    if rest.status_code >= 400:
        assert (status, found["code"]) == (rest.status_code, rest.json()["code"]), who
    else:
        assert (status, as_rest(found)) == (200, rest.json()), who


@pytest.mark.parametrize(
    ("address", "variables"),
    [
        ("", {}),
        ("?role=admin", {"filters": {"role": "ADMIN"}}),
        ("?is_active=true", {"filters": {"isActive": True}}),
        ("?is_active=false", {"filters": {"isActive": False}}),
        ("?search=hopper", {"search": "hopper"}),
        ("?ordering=-email", {"ordering": ["EMAIL_DESC"]}),
        ("?ordering=full_name,email", {"ordering": ["FULL_NAME", "EMAIL"]}),
    ],
)
def test_users(address: str, variables: dict[str, Any], clients: dict[str, APIClient]) -> None:
    """C13, T04: the list, for each role."""
    for who, client in clients.items():
        rest = client.get(USERS + address)
        status, found = ask(client, "query users", selection_of(UserSerializer()), **variables)
        assert status == rest.status_code, who
        if status == 200:
            nodes = [as_rest(edge["node"]) for edge in found["edges"]]
            assert (nodes, found["totalCount"]) == (rest.json()["results"], rest.json()["count"])
        else:
            assert found["code"] == rest.json()["code"]


def test_one_user_and_oneself(clients: dict[str, APIClient], people: dict[str, User]) -> None:
    """C13, T04: each row, none, and one's own profile, for each role."""
    for who, client in clients.items():
        for pk in (*(user.pk for user in people.values()), 987_654, "ada"):
            found = ask(client, "query user", selection_of(UserSerializer()), id=pk)
            compare(client.get(f"{USERS}{pk}/"), *found, who)
        found = ask(client, "query me", selection_of(ProfileSerializer()))
        compare(client.get(ME), *found, who)


def test_times_are_the_same_in_every_zone(
    clients: dict[str, APIClient], settings: Settings
) -> None:
    """T04: TIME_ZONE does not change what clients are told."""
    settings.TIME_ZONE = "Africa/Addis_Ababa"
    for who, client in clients.items():
        found = ask(client, "query me", selection_of(ProfileSerializer()))
        compare(client.get(ME), *found, who)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"full_name": "Ada King", "headline": "Engineer"},
        {"headline": "", "about": "Two\nlines"},
        {"full_name": ""},
        {"full_name": None},
        {"headline": "a" * 121},
    ],
)
def test_profiles_are_changed(changes: dict[str, Any], clients: dict[str, APIClient]) -> None:
    """C13, T04: what is answered, and what is written, is the same for each role."""
    for who, client in clients.items():
        cache.clear()
        with transaction.atomic():
            rest = client.patch(ME, changes)
            transaction.set_rollback(True)
        given = {camel(name): value for name, value in changes.items()}
        shown = selection_of(ProfileSerializer())
        compare(rest, *ask(client, "mutation updateProfile", shown, input=given), who)


@pytest.mark.parametrize("role", list(Role))
def test_roles_are_changed(
    role: Role, clients: dict[str, APIClient], people: dict[str, User]
) -> None:
    """C13, T04: by admins alone, and never the last one's."""
    for who, client in clients.items():
        for pk in (*(user.pk for user in people.values()), 987_654):
            cache.clear()
            with transaction.atomic():
                rest = client.patch(f"{USERS}{pk}/", {"role": role})
                transaction.set_rollback(True)
            with transaction.atomic():
                shown = selection_of(UserSerializer())
                found = ask(client, "mutation changeRole", shown, id=pk, role=role.upper())
                transaction.set_rollback(True)
            compare(rest, *found, who)


def test_arguments() -> None:
    """C13, T04: whatever REST's list is filtered and ordered by, GraphQL's is, too."""
    arguments = fields(served())["query users"].args
    orders: Any = get_named_type(arguments["ordering"].type)
    allowed = {sign + one for one in UserViewSet.ordering_fields for sign in ("", "-")}
    assert {value.value for value in orders.values.values()} == allowed
    filters: Any = get_named_type(arguments["filters"].type)
    known: Any = UserViewSet.filterset_class
    assert set(filters.fields) == {camel(one) for one in known.base_filters}
