"""`manage.py seed`."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import module_has_submodule
from pytest_django import Settings

from apps.accounts.models import Role, User
from apps.accounts.tests.auth import AuthClient

pytestmark = pytest.mark.django_db


def seed(users: int = 100) -> str:
    """Run the command; return what it says."""
    call_command("seed", f"--users={users}", stdout=(out := StringIO()))
    return out.getvalue()


def counts() -> dict[str, int]:
    """Return the number of rows of each model of the apps that are seeded."""
    return {
        model._meta.label: model._default_manager.count()
        for app in apps.get_app_configs()
        if app.name.startswith("apps.") and module_has_submodule(app.module, "seed")
        for model in app.get_models()
    }


@pytest.fixture(autouse=True)
def _debug(settings: Settings) -> None:
    settings.DEBUG = True


def test_a_demo_account_of_each_role_can_log_in(settings: Settings) -> None:
    settings.DEMO_PASSWORD = "a-demo-password"

    seed()

    for role in Role:
        client = AuthClient()
        client.log_in(f"{role}@example.com", "a-demo-password")
        assert client.profile().json()["role"] == role


def test_a_password_is_made_up_where_none_is_given(settings: Settings) -> None:
    """S05: no password that everybody knows."""
    settings.DEMO_PASSWORD = ""

    password = seed().partition("with the password ")[2].split()[0]

    assert AuthClient().log_in("admin@example.com", password).status_code == 200


def test_every_model_gets_rows_and_a_second_run_adds_none() -> None:
    seed()
    first = counts()

    seed()

    assert all(first.values())
    assert counts() == first


def test_there_are_as_many_users_as_one_wants_to_measure_with() -> None:
    """C02, C15: and all else grows with them."""
    seed()
    first = counts()
    assert first[User._meta.label] == 100

    seed(250)

    assert counts()[User._meta.label] == 250


def test_the_number_of_queries_does_not_follow_the_number_of_users() -> None:
    """C15: ten thousand users are made in batches, and no password is hashed for each."""
    queries = []
    for users in (100, 500):
        with CaptureQueriesContext(connection) as captured:
            seed(users)
        queries.append(len(captured))

    assert queries[1] - queries[0] < 400 / 10  # SQLite takes a hundred rows at a time


def test_nobody_but_the_demo_accounts_can_log_in() -> None:
    seed()

    able = [user.email for user in User.objects.all() if user.has_usable_password()]

    assert sorted(able) == sorted(f"{role}@example.com" for role in Role)


def test_production_is_seeded_only_with_a_password_of_ones_own(settings: Settings) -> None:
    """S05: no demo account appears in production by accident."""
    settings.DEBUG = False
    settings.DEMO_PASSWORD = ""

    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        seed()


def test_no_users_at_all_are_refused() -> None:
    with pytest.raises(CommandError, match="1 or more"):
        seed(0)
