"""Users: the model, the profile, and what admins see."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts import services
from apps.accounts.models import Profile, Role, User
from apps.accounts.tests.factories import UserFactory
from apps.core.errors import ApplicationError

pytestmark = pytest.mark.django_db

Login = Callable[[User], APIClient]
USERS = "/api/v1/accounts/users/"
ME = "/api/v1/accounts/me/"
OTHER_ROLE = list(Role)[-1]


@pytest.fixture
def admin() -> User:
    """Return the only admin."""
    return UserFactory.create(email="root@example.org", full_name="Root", role=Role.ADMIN)


def emails(response: Any) -> list[str]:
    """Return the addresses of a list, in its order."""
    return [user["email"] for user in response.json()["results"]]


class TestUser:
    """The model."""

    def test_an_address_is_one_whatever_its_case(self) -> None:
        """C01: unique, and found, without regard to case."""
        ada = User.objects.create_user("Ada@Example.com", full_name="Ada")

        assert User.objects.get(email="ADA@example.COM") == ada
        assert User.objects.get_by_natural_key("ada@EXAMPLE.com") == ada
        with pytest.raises(ValidationError, match="already exists"):
            User.objects.create_user("ada@example.com", full_name="Ada")
        with pytest.raises(IntegrityError):
            User.objects.bulk_create([User(email="aDa@example.com")])

    def test_an_unknown_role_never_reaches_the_database(self) -> None:
        """C01: a check constraint."""
        with pytest.raises(IntegrityError):
            User.objects.bulk_create([User(email="ada@example.com", role="king")])

    def test_without_a_password_nobody_logs_in(self) -> None:
        user = User.objects.create_user("ada@example.com", full_name="Ada")

        assert str(user) == "ada@example.com"
        assert not user.has_usable_password()

    def test_only_an_active_admin_has_djangos_permissions(self, admin: User) -> None:
        """S04: the role alone decides."""
        permission = "accounts.change_user"
        assert admin.has_perm(permission)
        assert admin.has_perms([permission])
        assert admin.has_module_perms("accounts")
        assert admin.is_staff
        assert admin.is_superuser

        other = UserFactory.build()
        assert not other.is_staff
        assert not other.has_perm(permission)

        admin.is_active = False
        assert not admin.has_perm(permission)

    def test_createsuperuser_makes_an_admin(self) -> None:
        user = User.objects.create_superuser("root@example.com", "a-good-password", full_name="R")

        assert user.role == Role.ADMIN


class TestProfile:
    """One's own account."""

    def test_is_made_with_the_user_or_not_at_all(self) -> None:
        """C11: the signal writes in the transaction of the user, and goes with it."""
        assert User.objects.create_user("ada@example.com", full_name="Ada").profile.headline == ""

        with transaction.atomic():
            UserFactory.create()
            transaction.set_rollback(True)

        assert Profile.objects.count() == 1

    def test_is_made_later_for_a_user_whom_no_signal_announced(self, login: Login) -> None:
        """C11: a fixture brings a profile of its own, or none."""
        ada = UserFactory.build(created_at=timezone.now(), updated_at=timezone.now())
        ada.save_base(raw=True)

        assert not Profile.objects.exists()
        assert login(ada).get(ME).json()["headline"] == ""
        assert login(ada).patch(ME, {"about": "Ten years of payments."}).status_code == 200
        assert Profile.objects.get().about == "Ten years of payments."

    def test_says_what_its_owner_wants_it_to(self, login: Login) -> None:
        """C11: what is not given stays."""
        ada = UserFactory.create(full_name="Ada Lovelace")
        changes = {"headline": "Engineer", "about": "Ten years\nof payments."}

        assert login(ada).patch(ME, changes).status_code == 200
        answer = login(ada).patch(ME, {"headline": ""}).json()

        assert answer["full_name"] == "Ada Lovelace"
        assert (answer["headline"], answer["about"]) == ("", changes["about"])
        assert login(User.objects.get()).get(ME).json() == answer

    @pytest.mark.parametrize(("name", "length"), [("headline", 120), ("about", 2_000)])
    def test_has_its_limits(self, login: Login, name: str, length: int) -> None:
        ada = UserFactory.create()

        assert login(ada).patch(ME, {name: "a" * length}).status_code == 200
        assert login(ada).patch(ME, {name: "a" * (length + 1)}).status_code == 400

    def test_is_read_and_renamed_by_its_owner(self, login: Login) -> None:
        ada = UserFactory.create(full_name="Ada Lovelace")

        assert login(ada).get(ME).json()["full_name"] == "Ada Lovelace"
        assert login(ada).patch(ME, {"full_name": "Ada King"}).status_code == 200

        ada.refresh_from_db()
        assert ada.full_name == "Ada King"

    @pytest.mark.parametrize(("name", "value"), [("role", "admin"), ("email", "root@example.com")])
    def test_keeps_role_and_address(self, login: Login, name: str, value: str) -> None:
        """S04: nobody promotes themselves."""
        ada = UserFactory.create(email="ada@example.com")

        login(ada).patch(ME, {name: value})

        ada.refresh_from_db()
        assert getattr(ada, name) != value

    def test_has_its_time_in_utc(self, login: Login, settings: Settings) -> None:
        """T03: the zone of the project is for its people, and not for clients."""
        settings.TIME_ZONE = "Africa/Addis_Ababa"

        created_at = login(UserFactory.create()).get(ME).json()["created_at"]

        assert datetime.fromisoformat(created_at).utcoffset() == timedelta(0)

    def test_refuses_an_empty_name(self, login: Login) -> None:
        assert login(UserFactory.create()).patch(ME, {"full_name": ""}).status_code == 400


class TestUserList:
    """All users, for admins."""

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
    def test_is_for_admins(self, login: Login, api_client: APIClient, role: Role) -> None:
        """S04: role by role."""
        user = UserFactory.create(role=role)

        assert api_client.get(USERS).status_code == 401
        assert login(user).get(USERS).status_code == 403
        assert login(user).get(f"{USERS}{user.pk}/").status_code == 403
        assert login(user).patch(f"{USERS}{user.pk}/", {"role": "admin"}).status_code == 403

    def test_filters_searches_and_orders(self, login: Login, admin: User) -> None:
        """H10: by role, by words, by an allowed field."""
        client = login(admin)
        UserFactory.create(email="b@example.com", full_name="Grace Hopper")
        UserFactory.create(email="a@example.com", full_name="Ada Lovelace", is_active=False)

        assert emails(client.get(USERS, {"role": "admin"})) == [admin.email]
        assert emails(client.get(USERS, {"is_active": "false"})) == ["a@example.com"]
        assert emails(client.get(USERS, {"search": "hopper"})) == ["b@example.com"]
        assert emails(client.get(USERS, {"ordering": "email"})) == [
            "a@example.com",
            "b@example.com",
            admin.email,
        ]
        assert emails(client.get(USERS, {"ordering": "-full_name"}))[0] == admin.email

    def test_is_the_newest_first(self, login: Login, admin: User) -> None:
        newest = UserFactory.create()

        assert emails(login(admin).get(USERS)) == [newest.email, admin.email]

    @pytest.mark.parametrize(
        "parameter", ["ordering=password", "rol=admin", "is_active=null", "is_active=2"]
    )
    def test_refuses_what_it_does_not_know(self, login: Login, admin: User, parameter: str) -> None:
        """H10, S04: no sorting by what is secret, and no typing error that finds everything."""
        response = login(admin).get(f"{USERS}?{parameter}")

        assert response.status_code == 400
        assert response.json()["errors"][0]["param"] == parameter.partition("=")[0]

    def test_refuses_an_unknown_role(self, login: Login, admin: User) -> None:
        """H10: a filter that finds nothing by mistake says so."""
        response = login(admin).get(USERS, {"role": "king"})

        assert response.status_code == 400
        assert response.json()["errors"][0]["param"] == "role"

    def test_comes_in_pages_of_a_limited_size(self, login: Login, admin: User) -> None:
        """H10, C15: no request for everything."""
        UserFactory.create_batch(101)
        client = login(admin)

        assert len(emails(client.get(USERS))) == 20
        assert len(emails(client.get(USERS, {"page_size": 5}))) == 5
        assert len(emails(client.get(USERS, {"page_size": 1000}))) == 100
        assert client.get(USERS, {"page": 99}).status_code == 404

    @pytest.mark.parametrize("size", ["0", "00", "-1", "2.5", "null", "five", "", "\0"])
    def test_refuses_a_page_size_that_is_none(self, login: Login, admin: User, size: str) -> None:
        """H10: a typing error is not answered with pages of the usual size."""
        response = login(admin).get(USERS, {"page_size": size})

        assert response.status_code == 400
        assert [error["param"] for error in response.json()["errors"]] == ["page_size"]

    def test_shows_each_user_once_over_all_pages(self, login: Login, admin: User) -> None:
        """H10: equal rows keep their places from page to page."""
        UserFactory.create_batch(9, full_name="Ada")
        client = login(admin)

        query = {"ordering": "full_name", "page_size": "2"}
        seen = [
            email
            for page in range(1, 6)
            for email in emails(client.get(USERS, {**query, "page": str(page)}))
        ]

        assert len(set(seen)) == 10

    def test_costs_the_same_for_one_user_and_for_fifty(self, login: Login, admin: User) -> None:
        """H02: no N+1."""
        client = login(admin)
        with CaptureQueriesContext(connection) as one:
            client.get(USERS, {"page_size": 50})
        UserFactory.create_batch(50)
        with CaptureQueriesContext(connection) as fifty:
            client.get(USERS, {"page_size": 50})

        assert len(one) == len(fifty)


class TestRoleChange:
    """Who may do what is an admin's choice."""

    def test_gives_a_user_another_role(self, login: Login, admin: User) -> None:
        """S04: an admin promotes."""
        user = UserFactory.create(role=OTHER_ROLE)

        response = login(admin).patch(f"{USERS}{user.pk}/", {"role": "admin"})

        assert response.json()["role"] == "admin"
        user.refresh_from_db()
        assert user.is_admin

    def test_changes_nothing_else(self, login: Login, admin: User) -> None:
        user = UserFactory.create(email="ada@example.com")

        response = login(admin).patch(f"{USERS}{user.pk}/", {"email": "root@example.com"})

        assert response.status_code == 200
        assert login(admin).get(f"{USERS}{user.pk}/").json()["email"] == "ada@example.com"

    def test_keeps_the_last_admin(self, login: Login, admin: User) -> None:
        """S04: nobody locks everybody out."""
        UserFactory.create(role=Role.ADMIN, is_active=False)

        response = login(admin).patch(f"{USERS}{admin.pk}/", {"role": OTHER_ROLE})

        assert response.status_code == 409
        assert response.json()["code"] == "last_admin"

    def test_lets_an_admin_go_while_another_stays(self, admin: User) -> None:
        other = UserFactory.create(role=Role.ADMIN)

        services.change_role(other, OTHER_ROLE)

        with pytest.raises(ApplicationError):
            services.change_role(admin, OTHER_ROLE)
