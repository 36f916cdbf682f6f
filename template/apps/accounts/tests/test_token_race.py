"""Requests of one session at the same moment. SQLite has no row locks, so this needs PostgreSQL."""

from functools import partial

import pytest
from rest_framework.test import APIClient

from apps.accounts.tests.auth import EMAIL, AuthClient
from apps.accounts.tests.factories import VerifiedUserFactory
from apps.core.tests.races import at_once, on_postgresql

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
THREADS = 8


def post(path: str, token: str = "", **body: str) -> int:
    """Return the status that a request is answered with."""
    headers = {"X-Session-Token": token} if token else {}
    return APIClient().post(f"/api/v1/{path}", body, headers=headers).status_code


def test_a_refresh_token_that_comes_many_times_at_once_works_once() -> None:
    """T12: the second one to come is a reuse, and ends the session."""
    VerifiedUserFactory.create(email=EMAIL)
    browser = AuthClient()
    browser.log_in()

    refresh = partial(post, "tokens/refresh", refresh_token=browser.refresh_token)
    statuses = at_once([refresh] * THREADS)

    assert sorted(statuses) == [200] + [400] * (THREADS - 1)
    assert browser.profile().status_code == 401


def test_codes_that_are_guessed_at_once_are_counted_one_by_one() -> None:
    """S03: three guesses at the code of an e-mail, not three times the number of threads."""
    browser = AuthClient()
    browser.sign_up()

    guess = partial(post, "auth/email/verify", browser.session_token, key="WRONG1")
    statuses = at_once([guess] * THREADS)

    assert sorted(statuses) == [400] * 3 + [409] * (THREADS - 3)
