"""The door of Django's admin: password, second factor, and the limits on both."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import Role, User
from apps.accounts.tests.auth import EMAIL, AuthClient, AuthenticatorApp
from apps.accounts.tests.factories import PASSWORD, VerifiedUserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def half_minute(next_half_minute: Callable[[], None]) -> Callable[[], None]:
    """Stop the clock, so that a code is good until the test says otherwise."""
    return next_half_minute


@pytest.fixture
def ada() -> User:
    """Return an admin."""
    return VerifiedUserFactory.create(email=EMAIL, role=Role.ADMIN)


@pytest.fixture
def browser(ada: User) -> AuthClient:
    """Return Ada's client of the API."""
    client = AuthClient()
    client.log_in()
    return client


@pytest.fixture
def app(browser: AuthClient) -> AuthenticatorApp:
    """Return Ada's authenticator app."""
    return browser.enrol()


def log_in(client: Client, password: str = PASSWORD, code: str = "") -> Any:
    """Send the form."""
    form = {"username": EMAIL, "password": password, "code": code}
    return client.post(reverse("admin:login"), form)


def is_in(client: Client) -> bool:
    """Return whether the admin shows its pages."""
    return client.get(reverse("admin:index")).status_code == 200


def test_the_form_has_a_field_for_the_code_and_nothing_that_the_policy_forbids(
    client: Client,
) -> None:
    """S05: no script or style of its own."""
    page = client.get(reverse("admin:login")).content.decode()

    assert 'name="code"' in page
    assert 'autocomplete="one-time-code"' in page
    content = page.partition('id="content-main"')[2]
    assert not re.search(r"<script|<style|\bstyle=|\bon\w+=", content)


def test_the_code_is_asked_for_and_lets_in(client: Client, app: AuthenticatorApp) -> None:
    """T12: staff with a second factor need it here as in the API."""
    assert "This field is required." in log_in(client).content.decode()
    assert "Incorrect code." in log_in(client, code="wrong").content.decode()
    assert not is_in(client)

    assert log_in(client, code=app.code()).status_code == 302
    assert is_in(client)


def test_a_session_of_the_admin_ends_after_a_day_of_work(
    client: Client, app: AuthenticatorApp
) -> None:
    """S05: sooner than those of the API, which are as long as a refresh token."""
    log_in(client, code=app.code())

    cookie = client.cookies["sessionid"]
    assert client.session.get_expiry_age() == cookie["max-age"] == 12 * 60 * 60


def test_a_recovery_code_lets_in_once(
    client: Client, browser: AuthClient, app: AuthenticatorApp
) -> None:
    """T12: as in the API."""
    code = browser.recovery_codes()[0]
    assert log_in(client, code=code).status_code == 302
    assert is_in(client)

    assert log_in(Client(), code=code).status_code == 200


def test_a_code_without_the_password_is_nothing(client: Client, app: AuthenticatorApp) -> None:
    """S04: and the code is not used up by it."""
    log_in(client, password="wrong", code=app.code())
    assert not is_in(client)

    assert log_in(client, code=app.code()).status_code == 302


def test_who_has_no_second_factor_is_let_in_without(client: Client, ada: User) -> None:
    log_in(client)

    assert is_in(client)


class TestSecondFactorForStaff:
    """ADMIN_SECOND_FACTOR, which is on in production."""

    @pytest.fixture(autouse=True)
    def _on(self, settings: Settings) -> None:
        settings.ADMIN_SECOND_FACTOR = True

    def test_refuses_staff_without_one_and_says_what_to_do(self, client: Client, ada: User) -> None:
        """T12: even with the right password."""
        page = log_in(client).content.decode()

        assert reverse("totp") in page
        assert not is_in(client)

    def test_lets_staff_with_one_in(self, client: Client, app: AuthenticatorApp) -> None:
        """T12: after the log-in of another admin, too."""
        client.force_login(VerifiedUserFactory.create(role=Role.ADMIN))

        assert log_in(client, code=app.code()).status_code == 302
        assert is_in(client)

    def test_does_not_let_a_session_of_the_api_in(
        self, client: Client, browser: AuthClient
    ) -> None:
        """S04: it is a session too, but of a log-in that asked for no code."""
        client.cookies["sessionid"] = browser.session_token

        assert not is_in(client)

    def test_tells_others_nothing(self, client: Client) -> None:
        """S04: who is no staff hears what everybody hears."""
        VerifiedUserFactory.create(email=EMAIL)

        assert reverse("totp") not in log_in(client).content.decode()


class TestLimits:
    """Guessing ends, and is counted together with that in the API."""

    def test_guesses_at_a_password_lock_the_account(self, ada: User) -> None:
        """S03: five, from wherever they come; then the right one is refused here and there."""
        for number in range(3):
            log_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), password="wrong")
        for number in range(2):
            AuthClient(f"198.51.100.{number}").log_in(password="wrong")

        client = Client(REMOTE_ADDR="192.0.2.1")
        page = log_in(client).content.decode()

        assert "Too many failed login attempts" in page
        assert not is_in(client)
        assert AuthClient("192.0.2.2").log_in().status_code == 429

    def test_guesses_at_a_code_lock_it_too(self, app: AuthenticatorApp) -> None:
        """S03: five codes in five minutes."""
        for number in range(5):
            log_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), code="wrong")

        client = Client(REMOTE_ADDR="192.0.2.1")
        page = log_in(client, code=app.code()).content.decode()

        assert "Too many failed login attempts" in page
        assert not is_in(client)

    def test_one_address_is_slowed_down_whomever_it_tries(self, client: Client, ada: User) -> None:
        """S03: ten failures a minute."""
        for number in range(10):
            form = {"username": f"user{number}@example.com", "password": "wrong"}
            client.post(reverse("admin:login"), form)

        assert "Too many failed login attempts" in log_in(client).content.decode()


def test_secrets_have_no_page(client: Client, ada: User) -> None:
    """S05: an admin sees users, and not what they log in with."""
    client.force_login(ada)

    page = client.get(reverse("admin:index")).content.decode()

    assert "/admin/accounts/user/" in page
    assert "/admin/mfa/" not in page
