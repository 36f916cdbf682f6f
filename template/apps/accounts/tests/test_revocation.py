"""What ends sessions: everywhere, at once, and with all that came from them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.accounts.tests.auth import EMAIL, AuthClient, last_code
from apps.accounts.tests.factories import PASSWORD, VerifiedUserFactory

pytestmark = pytest.mark.django_db

NEW = "battery-horse-staple"


def change_password(browser: AuthClient) -> None:
    """Change the password, knowing the old one."""
    path = "account/password/change"
    assert browser.post(path, current_password=PASSWORD, new_password=NEW).status_code == 401


def reset_password(browser: AuthClient) -> None:
    """Set a new password by a code, from elsewhere."""
    elsewhere = AuthClient()
    elsewhere.post("auth/password/request", email=EMAIL)
    reset = elsewhere.post("auth/password/reset", key=last_code(), password=NEW)
    assert reset.status_code == 200


def set_password_as_an_operator(browser: AuthClient) -> None:
    """Set a new password as `manage.py changepassword` and Django's admin do."""
    user = User.objects.get()
    user.set_password(NEW)
    user.save()


def switch_off(browser: AuthClient) -> None:
    """Switch the user off."""
    User.objects.update(is_active=False)


@pytest.mark.parametrize(
    "revoke", [change_password, reset_password, set_password_as_an_operator, switch_off]
)
def test_every_session_and_token_ends(revoke: Callable[[AuthClient], None]) -> None:
    """T12, S04: two clients of the API and a session of Django's admin, before and after."""
    VerifiedUserFactory.create(email=EMAIL, role=Role.ADMIN)
    one, two, page = AuthClient(), AuthClient(), Client()
    one.log_in()
    two.log_in()
    index = reverse("admin:index")
    page.post(reverse("admin:login"), {"username": EMAIL, "password": PASSWORD})
    assert one.profile().status_code == two.profile().status_code == 200
    assert page.get(index).status_code == 200

    revoke(one)

    assert one.profile().status_code == two.profile().status_code == 401
    assert one.refresh().status_code == two.refresh().status_code == 400
    assert page.get(index).status_code == 302
    assert AuthClient().log_in(password=PASSWORD).status_code != 200


def test_a_session_that_logs_out_ends_alone() -> None:
    """T12: log-out is for one device."""
    VerifiedUserFactory.create(email=EMAIL)
    one, two = AuthClient(), AuthClient()
    one.log_in()
    two.log_in()

    one.request("delete", "auth/session")

    assert one.profile().status_code == 401
    assert two.profile().status_code == two.refresh().status_code == 200
