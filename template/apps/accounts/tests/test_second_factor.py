"""The second factor, over HTTP: enrolment, log-in, recovery."""

import time
from collections.abc import Callable
from io import StringIO
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import mail
from django.core.management import CommandError, call_command
from pytest_django import Settings
from structlog.testing import capture_logs

from apps.accounts.mfa import MFAAdapter
from apps.accounts.models import User
from apps.accounts.tests.auth import EMAIL, AuthClient, AuthenticatorApp, last_code
from apps.accounts.tests.factories import PASSWORD, VerifiedUserFactory

pytestmark = pytest.mark.django_db

APP = "account/authenticators/totp"
RECOVERY_CODES = "account/authenticators/recovery-codes"


@pytest.fixture(autouse=True)
def half_minute(next_half_minute: Callable[[], None]) -> Callable[[], None]:
    """Stop the clock, so that a code is good until the test says otherwise."""
    return next_half_minute


@pytest.fixture
def ada() -> AuthClient:
    """Return a client that is logged in as Ada."""
    VerifiedUserFactory.create(email=EMAIL)
    browser = AuthClient()
    assert browser.log_in().status_code == 200
    return browser


@pytest.fixture
def app(ada: AuthClient) -> AuthenticatorApp:
    """Return Ada's authenticator app, which is enrolled."""
    return ada.enrol()


def half_logged_in(address: str = "127.0.0.1") -> AuthClient:
    """Return a client that has given Ada's password, and is asked for the code."""
    browser = AuthClient(address)
    response = browser.log_in()
    assert response.status_code == 401
    flow = next(flow for flow in response.json()["data"]["flows"] if flow.get("is_pending"))
    assert flow["id"] == "mfa_authenticate"
    assert flow["types"] == ["recovery_codes", "totp"]
    return browser


class TestEnrolment:
    """How an authenticator app becomes the second factor."""

    def test_takes_the_secret_a_proof_and_a_code(self, ada: AuthClient) -> None:
        """T12: the proof is the password, given again: a stolen token enrols nothing."""
        data = ada.request("get", APP).json()["data"]
        app = AuthenticatorApp(data["secret"])
        assert not data["is_active"]

        refused = ada.post(APP, code=app.code())
        assert refused.status_code == 401
        assert refused.json()["data"]["flows"][0] == {"id": "reauthenticate"}
        assert refused.json()["meta"]["is_authenticated"]
        assert not Authenticator.objects.exists()

        assert ada.post("auth/reauthenticate", password=PASSWORD).status_code == 200
        assert ada.post(APP, code=app.code()).status_code == 200

        data = ada.request("get", APP).json()["data"]
        assert data["is_active"]
        assert "secret" not in data
        listed = ada.request("get", "account/authenticators").json()["data"]
        assert {entry["type"] for entry in listed} == {"totp", "recovery_codes"}

    def test_names_the_project_and_the_user_in_the_app(
        self, ada: AuthClient, settings: Settings
    ) -> None:
        url = ada.request("get", APP).json()["data"]["totp_url"]

        assert url.startswith("otpauth://totp/ada%40example.com?secret=")
        assert f"issuer={quote(settings.PROJECT_NAME)}" in url

    def test_refuses_a_wrong_code(self, ada: AuthClient) -> None:
        ada.request("get", APP)
        ada.post("auth/reauthenticate", password=PASSWORD)

        assert ada.post(APP, code="wrong").status_code == 400
        assert not Authenticator.objects.exists()

    def test_refuses_a_wrong_proof(self, ada: AuthClient) -> None:
        """S03: and ends the guessing at the password."""
        answers = [ada.post("auth/reauthenticate", password="wrong") for _ in range(6)]

        assert [answer.status_code for answer in answers] == [400] * 5 + [429]
        assert answers[-1].headers["Retry-After"] == "300"

    @pytest.mark.django_db(transaction=True)  # the mail is sent when all of it is committed
    def test_tells_the_owner(self, app: AuthenticatorApp) -> None:
        assert "Authenticator App Activated" in mail.outbox[-1].subject

    def test_leaves_the_sessions_that_are_there(self, ada: AuthClient) -> None:
        elsewhere = AuthClient()
        elsewhere.log_in()

        ada.enrol()

        assert ada.profile().status_code == elsewhere.profile().status_code == 200

    @pytest.mark.parametrize("path", ["account/authenticators", APP, RECOVERY_CODES])
    def test_is_for_who_is_logged_in(self, path: str) -> None:
        """S04: nobody reads the second factor of somebody."""
        assert AuthClient().client.get(f"/api/v1/{path}").status_code in {401, 404}
        assert not Authenticator.objects.exists()


class TestLogIn:
    """Log-in with a password and a code."""

    def test_takes_the_code_and_gives_tokens(
        self, app: AuthenticatorApp, half_minute: Callable[[], None]
    ) -> None:
        """T12: the password alone gives no token, and opens nothing."""
        half_minute()
        browser = half_logged_in()
        assert not browser.access_token
        assert browser.profile().status_code == 401

        response = browser.post("auth/2fa/authenticate", code=app.code())

        assert response.status_code == 200
        methods = [entry["method"] for entry in response.json()["data"]["methods"]]
        assert methods == ["password", "mfa"]
        assert browser.profile().json()["email"] == EMAIL
        assert browser.refresh().status_code == 200

    def test_takes_a_code_once(self, app: AuthenticatorApp) -> None:
        """T12: who looked over the shoulder comes too late."""
        code = app.code()
        assert half_logged_in().post("auth/2fa/authenticate", code=code).status_code == 200

        response = half_logged_in().post("auth/2fa/authenticate", code=code)

        assert response.status_code == 400
        assert response.json()["errors"][0]["code"] == "incorrect_code"

    def test_takes_a_recovery_code_once(self, ada: AuthClient, app: AuthenticatorApp) -> None:
        """T12: for the day when the app is lost."""
        code, *others = ada.recovery_codes()
        assert len(others) == 9
        assert half_logged_in().post("auth/2fa/authenticate", code=code).status_code == 200

        assert half_logged_in().post("auth/2fa/authenticate", code=code).status_code == 400
        assert ada.recovery_codes() == others

    def test_refuses_an_old_code(
        self, app: AuthenticatorApp, half_minute: Callable[[], None]
    ) -> None:
        code = app.code()
        half_minute()

        assert half_logged_in().post("auth/2fa/authenticate", code=code).status_code == 400

    def test_ends_guessing(self, app: AuthenticatorApp, monkeypatch: pytest.MonkeyPatch) -> None:
        """S03: five codes in five minutes, from wherever they come, and the right one is no help."""
        for number in range(5):
            browser = half_logged_in(f"203.0.113.{number}")
            assert browser.post("auth/2fa/authenticate", code="wrong").status_code == 400

        browser = half_logged_in("198.51.100.1")
        response = browser.post("auth/2fa/authenticate", code=app.code())
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "300"
        assert response.json()["code"] == "too_many_login_attempts"

        later = time.time() + 301
        monkeypatch.setattr(time, "time", lambda: later)
        assert browser.post("auth/2fa/authenticate", code=app.code()).status_code == 200

    def test_asks_for_no_code_without_a_password(self, app: AuthenticatorApp) -> None:
        """S04: a code alone is nothing."""
        response = AuthClient().post("auth/2fa/authenticate", code=app.code())

        assert response.status_code == 401

    def test_asks_for_the_code_after_a_password_reset(self, app: AuthenticatorApp) -> None:
        """S04: who reads the mails of a user is not the user yet."""
        browser = AuthClient()
        browser.post("auth/password/request", email=EMAIL)

        response = browser.post("auth/password/reset", key=last_code(), password="a-new-password")

        assert response.status_code == 401
        assert not browser.access_token
        assert browser.post("auth/2fa/authenticate", code=app.code()).status_code == 200
        assert browser.profile().status_code == 200


class TestRemoval:
    """How the second factor goes, and how recovery codes are renewed."""

    def test_takes_a_proof(self, app: AuthenticatorApp, half_minute: Callable[[], None]) -> None:
        """T12: a code is a proof, too."""
        half_minute()
        browser = half_logged_in()
        browser.post("auth/2fa/authenticate", code=app.code())
        half_minute()
        for method, path in (("delete", APP), ("get", RECOVERY_CODES), ("post", RECOVERY_CODES)):
            assert browser.request(method, path).status_code == 401
        assert Authenticator.objects.count() == 2

        assert browser.post("auth/2fa/reauthenticate", code="wrong").status_code == 400
        assert browser.post("auth/2fa/reauthenticate", code=app.code()).status_code == 200

        assert browser.request("delete", APP).status_code == 200
        assert not Authenticator.objects.exists()
        assert "Authenticator App Deactivated" in mail.outbox[-1].subject
        assert browser.request("get", RECOVERY_CODES).status_code == 404
        assert AuthClient().log_in().status_code == 200

    def test_renewed_recovery_codes_end_the_old(
        self, ada: AuthClient, app: AuthenticatorApp
    ) -> None:
        old = ada.recovery_codes()

        new = ada.post(RECOVERY_CODES).json()["data"]["unused_codes"]

        assert not set(old) & set(new)
        assert half_logged_in().post("auth/2fa/authenticate", code=old[0]).status_code == 400
        assert half_logged_in().post("auth/2fa/authenticate", code=new[0]).status_code == 200

    def test_without_an_app_there_are_no_recovery_codes(self, ada: AuthClient) -> None:
        ada.post("auth/reauthenticate", password=PASSWORD)

        assert ada.post(RECOVERY_CODES).status_code == 400


class TestReset:
    """The operator's way to let in who has lost everything."""

    def test_lets_the_password_alone_log_in(self, app: AuthenticatorApp) -> None:
        with capture_logs() as logs:
            call_command("reset_second_factor", EMAIL.upper(), verbosity=0)

        assert AuthClient().log_in().status_code == 200
        assert [(log["event"], log["log_level"]) for log in logs] == [
            ("second_factor_reset", "warning")
        ]
        assert logs[0]["user_id"] == User.objects.get().pk

    def test_needs_a_user(self) -> None:
        with pytest.raises(CommandError, match="No user has the address"):
            call_command("reset_second_factor", "nobody@example.com")


class TestSecrets:
    """What the database knows."""

    def test_are_encrypted(self, ada: AuthClient) -> None:
        """S05: who reads the database makes no codes."""
        secret = ada.request("get", APP).json()["data"]["secret"]
        ada.post("auth/reauthenticate", password=PASSWORD)
        ada.post(APP, code=AuthenticatorApp(secret).code())

        stored = Authenticator.objects.get(type="totp").data["secret"]

        assert secret not in stored
        assert MFAAdapter().decrypt(stored) == secret

    def test_outlive_a_new_key_while_the_old_is_kept(
        self, app: AuthenticatorApp, settings: Settings
    ) -> None:
        """S05: SECRET_KEY can be changed."""
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]

        browser = half_logged_in()
        assert browser.post("auth/2fa/authenticate", code=app.code()).status_code == 200

    def test_are_encrypted_anew(self, app: AuthenticatorApp, settings: Settings) -> None:
        """S05: then the old key may go."""
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
        out = StringIO()
        call_command("rotate_second_factors", stdout=out)
        assert out.getvalue().startswith("2 ")
        settings.SECRET_KEY_FALLBACKS = []

        browser = half_logged_in()
        assert browser.post("auth/2fa/authenticate", code=app.code()).status_code == 200
        assert browser.request("get", APP).json()["data"]["is_active"]

    def test_are_worth_nothing_without_the_key(self, settings: Settings) -> None:
        stored = MFAAdapter().encrypt("secret")
        settings.SECRET_KEY = "new" * 20

        with pytest.raises(InvalidToken):
            MFAAdapter().decrypt(stored)
