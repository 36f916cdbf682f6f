"""Sign-up, log-in, tokens and passwords, over HTTP."""

import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core import mail
from django.core.cache import cache
from pytest_django import Settings
from structlog.testing import capture_logs

from apps.accounts.adapters import AccountAdapter
from apps.accounts.forms import SIGNUP_ROLES
from apps.accounts.models import Role, User
from apps.accounts.tests.auth import EMAIL, AuthClient, last_code
from apps.accounts.tests.factories import PASSWORD, VerifiedUserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> AuthClient:
    """Return a client that has no account."""
    return AuthClient()


@pytest.fixture
def ada(browser: AuthClient) -> AuthClient:
    """Return a client that is logged in as Ada."""
    VerifiedUserFactory.create(email=EMAIL)
    assert browser.log_in().status_code == 200
    return browser


def pending(response: Any) -> list[str]:
    """Return the flows that wait for a code."""
    return [flow["id"] for flow in response.json()["data"]["flows"] if flow.get("is_pending")]


def params(response: Any) -> list[str]:
    """Return the names of the values that were refused."""
    return [error.get("param", "") for error in response.json()["errors"]]


class TestSignUp:
    """Sign-up and the proof of the e-mail address."""

    def test_brings_a_code_by_mail_that_logs_in(self, browser: AuthClient) -> None:
        """S04, T12: sign-up, verification and the first token."""
        response = browser.sign_up()

        assert response.status_code == 401
        assert pending(response) == ["verify_email"]
        assert mail.outbox[-1].to == [EMAIL]

        response = browser.post("auth/email/verify", key=last_code())

        assert response.status_code == 200
        assert response.json()["data"]["user"]["email"] == EMAIL
        assert browser.profile().json()["full_name"] == "Ada Lovelace"

    def test_leaves_nothing_behind_when_it_fails(
        self, browser: AuthClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """C11: the user, the address and the profile are written together, or not at all."""

        def fail(*args: Any) -> None:
            assert User.objects.get().profile
            raise ZeroDivisionError

        monkeypatch.setattr(AccountAdapter, "render_mail", fail)

        with pytest.raises(ZeroDivisionError):
            browser.sign_up()

        assert not User.objects.exists()
        assert not EmailAddress.objects.exists()

    def test_signs_its_mail_with_the_projects_name(
        self, browser: AuthClient, settings: Settings
    ) -> None:
        browser.sign_up()

        mailed = mail.outbox[-1]
        assert mailed.subject.startswith(f"[{settings.PROJECT_NAME}] ")
        assert f"Hello from {settings.PROJECT_NAME}!" in mailed.body
        assert settings.FRONTEND_URL in mailed.body

    @pytest.mark.parametrize("role", [value for value, _ in SIGNUP_ROLES])
    def test_gives_the_role_that_was_chosen(self, browser: AuthClient, role: str) -> None:
        browser.sign_up(role=role)

        assert User.objects.get(email=EMAIL).role == role

    def test_gives_the_last_role_by_default(self, browser: AuthClient) -> None:
        browser.sign_up()

        assert User.objects.get(email=EMAIL).role == list(Role)[-1]

    def test_never_makes_an_admin(self, browser: AuthClient) -> None:
        """S04: nobody makes themselves an admin."""
        response = browser.sign_up(role="admin")

        assert response.status_code == 400
        assert params(response) == ["role"]
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "param"),
        [
            ({"email": "ada"}, "email"),
            ({"password": "12345678"}, "password"),
            ({"full_name": ""}, "full_name"),
        ],
    )
    def test_refuses_values_by_name(
        self, browser: AuthClient, wrong: dict[str, str], param: str
    ) -> None:
        response = browser.sign_up(**wrong)

        assert response.status_code == 400
        assert response.json()["code"] == "invalid"
        assert set(params(response)) == {param}

    def test_does_not_tell_whether_an_address_is_known(self, browser: AuthClient) -> None:
        """S04: the answer is the same; the owner of the address learns it by mail."""
        fresh = browser.sign_up(email="new@example.com")
        VerifiedUserFactory.create(email=EMAIL)

        known = AuthClient().sign_up(email=EMAIL.upper())

        assert known.status_code == fresh.status_code
        assert known.json()["data"] == fresh.json()["data"]
        assert "already exists" in mail.outbox[-1].body
        assert User.objects.count() == 2

    def test_refuses_a_wrong_code(self, browser: AuthClient) -> None:
        browser.sign_up()

        response = browser.post("auth/email/verify", key="WRONG1")

        assert response.status_code == 400
        assert params(response) == ["key"]

    def test_sends_the_code_again_after_a_while(self, browser: AuthClient) -> None:
        """S03: one mail at a time."""
        browser.sign_up()
        response = browser.post("auth/email/verify/resend")
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "10"

        cache.clear()

        assert browser.post("auth/email/verify/resend").status_code == 200
        assert browser.post("auth/email/verify", key=last_code()).status_code == 200

    def test_ends_guessing_at_the_code(self, browser: AuthClient) -> None:
        """S03: after three wrong ones the right one is no help."""
        browser.sign_up()

        answers = [browser.post("auth/email/verify", key="WRONG1") for _ in range(3)]

        assert {answer.status_code for answer in answers} == {400}
        assert browser.post("auth/email/verify", key=last_code()).status_code == 409

    def test_refuses_a_code_when_none_is_awaited(self, browser: AuthClient) -> None:
        assert browser.post("auth/email/verify", key="NQ3TM5").status_code == 409


class TestLogIn:
    """Log-in and its refusals."""

    @pytest.mark.parametrize("email", [EMAIL, EMAIL.upper()])
    def test_gives_tokens_whatever_the_case_of_the_address(
        self, browser: AuthClient, email: str
    ) -> None:
        """T12: log-in with an e-mail address."""
        VerifiedUserFactory.create(email=EMAIL)

        assert browser.log_in(email).status_code == 200

        assert browser.access_token
        assert browser.refresh_token
        assert browser.profile().status_code == 200

    @pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
    def test_says_the_same_of_a_wrong_password_and_an_unknown_address(
        self, browser: AuthClient, email: str
    ) -> None:
        """S04: log-in does not tell which addresses exist."""
        VerifiedUserFactory.create(email=EMAIL)

        response = browser.log_in(email, "wrong-password")

        assert response.status_code == 400
        assert [error["code"] for error in response.json()["errors"]] == ["email_password_mismatch"]

    def test_waits_for_the_proof_of_the_address(self, browser: AuthClient) -> None:
        browser.sign_up()
        cache.clear()  # of the limit of one mail at a time
        later = AuthClient()

        response = later.log_in()

        assert response.status_code == 401
        assert pending(response) == ["verify_email"]
        assert not later.access_token

    def test_refuses_who_is_switched_off(self, browser: AuthClient) -> None:
        VerifiedUserFactory.create(email=EMAIL, is_active=False)

        assert browser.log_in().status_code == 401
        assert not browser.access_token

    def test_is_limited(self, browser: AuthClient) -> None:
        """S03: five a minute from one address, right or wrong."""
        answers = [browser.log_in(f"user{number}@example.com") for number in range(6)]

        assert [answer.status_code for answer in answers] == [400] * 5 + [429]
        assert int(answers[-1].headers["Retry-After"]) <= 60

    def test_is_refused_to_who_is_logged_in(self, ada: AuthClient) -> None:
        assert ada.log_in().status_code == 409

    def test_takes_json_alone(self, browser: AuthClient) -> None:
        response = browser.client.post("/api/v1/auth/login", "{", content_type="application/json")

        assert response.status_code == 400
        assert response.headers["Content-Type"] == "application/problem+json"


class TestLock:
    """An account whose password was guessed at too often, wherever the guesses came from."""

    @pytest.fixture
    def _guesses(self) -> None:
        """Guess at Ada's password five times, each time from another address."""
        VerifiedUserFactory.create(email=EMAIL)
        for number in range(5):
            guesser = AuthClient(f"203.0.113.{number}")
            assert guesser.log_in(password=f"wrong-{number}").status_code == 400

    @pytest.mark.usefixtures("_guesses")
    @pytest.mark.parametrize("password", ["wrong", PASSWORD])
    def test_refuses_the_right_password_too(self, password: str) -> None:
        """S03: who guesses right at last does not learn it."""
        response = AuthClient("198.51.100.1").log_in(EMAIL.upper(), password)

        assert response.status_code == 429
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Retry-After"] == "300"
        assert response.json()["code"] == "too_many_login_attempts"
        assert "password" not in response.content.decode()

    @pytest.mark.usefixtures("_guesses")
    def test_leaves_other_accounts_alone(self) -> None:
        """S03: nobody else is locked out."""
        other = VerifiedUserFactory.create()

        assert AuthClient("198.51.100.1").log_in(other.email).status_code == 200

    @pytest.mark.usefixtures("_guesses")
    def test_ends_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """S03: when `Retry-After` said so."""
        later = time.time() + 301
        monkeypatch.setattr(time, "time", lambda: later)

        assert AuthClient("198.51.100.1").log_in().status_code == 200

    @pytest.mark.usefixtures("_guesses")
    def test_ends_with_a_new_password(self) -> None:
        """S03: the owner of the address has a way in at once."""
        owner = AuthClient("198.51.100.1")
        owner.post("auth/password/request", email=EMAIL)
        owner.post("auth/password/reset", key=last_code(), password="a-new-password")

        assert AuthClient("198.51.100.1").log_in(password="a-new-password").status_code == 200

    def test_does_not_come_from_log_ins_that_succeed(self) -> None:
        VerifiedUserFactory.create(email=EMAIL)

        answers = {AuthClient(f"203.0.113.{n}").log_in().status_code for n in range(10)}

        assert answers == {200}


class TestTokens:
    """Access tokens, refresh tokens, and the session behind them."""

    def test_are_refused_when_they_are_not_ours(self, browser: AuthClient) -> None:
        browser.access_token = "not.a.token"

        response = browser.profile()

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")

    def test_expire(
        self, ada: AuthClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """T12: an access token is short-lived."""
        real = time.time
        lifetime = settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN
        monkeypatch.setattr(time, "time", lambda: real() - lifetime - 1)
        ada.refresh()
        monkeypatch.undo()

        assert ada.profile().status_code == 401

    def test_are_refreshed_once(self, ada: AuthClient) -> None:
        """T12: rotation: a refresh token that was used is worth nothing."""
        used = ada.refresh_token

        assert ada.refresh().status_code == 200
        assert ada.refresh_token != used
        assert ada.profile().status_code == 200

        ada.refresh_token = used
        assert ada.refresh().status_code == 400

    def test_end_all_together_when_a_used_one_comes_again(self, ada: AuthClient) -> None:
        """T12: the thief is out whoever refreshed first; other log-ins are not concerned."""
        thief, elsewhere = AuthClient(), AuthClient()
        elsewhere.log_in()
        thief.refresh_token = ada.refresh_token
        assert thief.refresh().status_code == 200
        assert ada.profile().status_code == thief.profile().status_code == 200

        with capture_logs() as logs:
            assert ada.refresh().status_code == 400

        assert [log for log in logs if log["event"] == "refresh_token_reused"] == [
            {
                "event": "refresh_token_reused",
                "log_level": "warning",
                "user_id": str(User.objects.get().pk),
            }
        ]
        assert ada.profile().status_code == thief.profile().status_code == 401
        assert thief.refresh().status_code == 400
        assert elsewhere.profile().status_code == elsewhere.refresh().status_code == 200

    def test_that_expired_are_not_taken_for_stolen(
        self, ada: AuthClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """T12: a client that was away for long logs in again, and no alarm is raised."""
        real = time.time
        lifetime = settings.HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN
        monkeypatch.setattr(time, "time", lambda: real() - lifetime - 1)
        ada.refresh()
        monkeypatch.undo()

        with capture_logs() as logs:
            assert ada.refresh().status_code == 400

        assert "refresh_token_reused" not in [log["event"] for log in logs]
        assert ada.request("get", "auth/session").status_code == 401

    def test_of_one_kind_do_not_pass_for_the_other(self, ada: AuthClient) -> None:
        ada.access_token, ada.refresh_token = ada.refresh_token, ada.access_token

        assert ada.profile().status_code == 401
        assert ada.refresh().status_code == 400

    def test_are_worth_nothing_after_logging_out(self, ada: AuthClient) -> None:
        """T12: log-out ends the access token and the refresh token at once."""
        assert ada.request("delete", "auth/session").status_code == 401

        assert ada.profile().status_code == 401
        assert ada.refresh().status_code == 400

    def test_are_worth_nothing_when_the_user_is_switched_off(self, ada: AuthClient) -> None:
        User.objects.update(is_active=False)

        assert ada.profile().status_code == 401
        assert ada.refresh().status_code == 400

    def test_tell_whose_session_it_is(self, ada: AuthClient, browser: AuthClient) -> None:
        assert ada.request("get", "auth/session").json()["data"]["user"]["email"] == EMAIL
        assert AuthClient().request("get", "auth/session").status_code == 401

    def test_are_signed_with_the_key_where_there_is_one(
        self, browser: AuthClient, settings: Settings
    ) -> None:
        """T12: RS256, as in production."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        settings.HEADLESS_JWT_PRIVATE_KEY = pem.decode()
        settings.HEADLESS_JWT_ALGORITHM = "RS256"
        VerifiedUserFactory.create(email=EMAIL)

        browser.log_in()

        assert browser.profile().status_code == 200


class TestPasswordReset:
    """The way back for who forgot the password."""

    def test_sets_a_new_password_and_ends_other_sessions(self, ada: AuthClient) -> None:
        """S04: password reset by a code."""
        elsewhere = AuthClient()
        response = elsewhere.post("auth/password/request", email=EMAIL)
        assert response.status_code == 401
        assert pending(response) == ["password_reset_by_code"]

        response = elsewhere.post("auth/password/reset", key=last_code(), password="a-new-password")

        assert response.status_code == 200
        assert elsewhere.profile().status_code == 200
        assert ada.profile().status_code == 401
        assert AuthClient().log_in(password=PASSWORD).status_code == 400
        assert AuthClient().log_in(password="a-new-password").status_code == 200

    def test_does_not_tell_whether_an_address_is_known(self, browser: AuthClient) -> None:
        """S04: the answer is the same, and an unknown address resets nothing."""
        VerifiedUserFactory.create(email=EMAIL)

        known = AuthClient().post("auth/password/request", email=EMAIL)
        unknown = browser.post("auth/password/request", email="nobody@example.com")

        assert known.status_code == unknown.status_code
        assert known.json()["data"] == unknown.json()["data"]

    def test_refuses_a_wrong_code(self, browser: AuthClient) -> None:
        VerifiedUserFactory.create(email=EMAIL)
        browser.post("auth/password/request", email=EMAIL)

        response = browser.post("auth/password/reset", key="WRONG1", password="a-new-password")

        assert response.status_code == 400
        assert AuthClient().log_in().status_code == 200

    def test_ends_guessing_at_the_code(self, browser: AuthClient) -> None:
        """S03: three guesses a code, and five codes a minute."""
        VerifiedUserFactory.create(email=EMAIL)
        browser.post("auth/password/request", email=EMAIL)
        for _ in range(3):
            browser.post("auth/password/reset", key="WRONG1", password="a-new-password")
        response = browser.post("auth/password/reset", key=last_code(), password="a-new-password")
        assert response.status_code == 409

        answers = [AuthClient().post("auth/password/request", email=EMAIL) for _ in range(5)]

        assert [answer.status_code for answer in answers] == [401] * 4 + [429]
        assert answers[-1].headers["Retry-After"] == "60"

    def test_refuses_a_weak_password(self, browser: AuthClient) -> None:
        VerifiedUserFactory.create(email=EMAIL)
        browser.post("auth/password/request", email=EMAIL)

        response = browser.post("auth/password/reset", key=last_code(), password="password")

        assert response.status_code == 400
        assert set(params(response)) == {"password"}


class TestPasswordChange:
    """A new password for who knows the old one."""

    def test_ends_all_sessions_and_tells_the_owner(self, ada: AuthClient) -> None:
        """S04: who knew the old password is out."""
        elsewhere = AuthClient()
        elsewhere.log_in()

        response = ada.post(
            "account/password/change", current_password=PASSWORD, new_password="a-new-password"
        )

        assert response.status_code == 401
        assert "Password Changed" in mail.outbox[-1].subject
        assert ada.profile().status_code == elsewhere.profile().status_code == 401
        assert AuthClient().log_in(password=PASSWORD).status_code == 400
        assert AuthClient().log_in(password="a-new-password").status_code == 200

    def test_asks_for_the_old_one(self, ada: AuthClient) -> None:
        response = ada.post(
            "account/password/change", current_password="wrong", new_password="a-new-password"
        )

        assert response.status_code == 400
        assert params(response) == ["current_password"]

    def test_ends_guessing_at_the_old_one(self, ada: AuthClient) -> None:
        """S03: a stolen token does not find out the password."""
        answers = [
            ada.post("account/password/change", current_password="wrong", new_password="a-new-one")
            for _ in range(6)
        ]

        assert [answer.status_code for answer in answers] == [400] * 5 + [429]
        assert answers[-1].headers["Retry-After"] == "60"

    def test_is_for_who_is_logged_in(self, browser: AuthClient) -> None:
        response = browser.post(
            "account/password/change", current_password=PASSWORD, new_password="a-new-password"
        )

        assert response.status_code == 401
