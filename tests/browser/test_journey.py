"""From a new account to a paid promotion, in Chromium, as `make run` serves it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.swagger import Swagger
from tests.generated.test_first_hour import site
from tests.site import Site

__all__ = ["site"]

pytestmark = pytest.mark.browser

SIGNUP = "/api/v1/auth/signup"
CANDIDATE = {"email": "amina@example.com", "password": "a long walk in Kigali"}


def code_for(site: Site, email: str) -> str:
    """The code of the last e-mail to somebody, which development prints."""
    for _ in range(100):
        for mail in reversed(site.log.split("\nTo: ")[1:]):
            if mail.startswith(email) and (code := re.search(r"^ *([A-Z0-9-]{6,})$", mail, re.M)):
                return code[1]
        time.sleep(0.1)
    pytest.fail(site.log)


def own_posting(site: Site, employer: str) -> int:
    """The id of an open posting of an employer's, the one that comes last: it is not promoted."""
    _, me = site.ask("GET", "/api/v1/accounts/me/", token=employer)
    _, companies = site.ask("GET", f"/api/v1/companies/?owner={me['id']}")
    company = companies["results"][0]["id"]
    _, postings = site.ask("GET", f"/api/v1/postings/?company={company}")
    last = postings["results"][-1]
    assert not last["promoted"]
    posting: int = last["id"]
    return posting


def test_register_verify_log_in_apply_promote_pay(watched: Callable[..., Page], site: Site) -> None:
    """P01, B09, T12: and nothing on the way is refused by a policy."""
    swagger = Swagger(watched(site.address, refused=[SIGNUP]), site.address)
    status, pending = swagger.try_out(
        "POST", SIGNUP, {**CANDIDATE, "full_name": "Amina Uwase", "role": "candidate"}
    )
    assert status == 401, pending
    status, session = swagger.try_out(
        "POST",
        "/api/v1/auth/email/verify",
        {"key": code_for(site, CANDIDATE["email"])},
        **{"X-Session-Token": pending["meta"]["session_token"]},
    )
    assert status == 200, session
    status, session = swagger.try_out("POST", "/api/v1/auth/login", CANDIDATE)
    assert status == 200, session

    swagger.log_in_with(session["meta"]["access_token"])
    found = site.ask("GET", "/api/v1/postings/")[1]["results"][0]
    status, application = swagger.try_out(
        "POST",
        "/api/v1/postings/{id}/apply/",
        {"cover_letter": "I have perfect pitch."},
        id=found["id"],
    )
    assert (status, application["status"]) == (201, "submitted"), application

    employer = site.log_in("employer@example.com")
    posting = own_posting(site, employer)
    page = watched(site.address)  # another person's browser
    swagger = Swagger(page, site.address)
    swagger.log_in_with(employer)
    status, payment = swagger.try_out("POST", "/api/v1/postings/{id}/promote/", id=posting)
    assert (status, payment["status"]) == (201, "pending"), payment

    page.goto(payment["checkout_url"])
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_role("heading", name="Paid", exact=True).wait_for()
    assert payment["tx_ref"] in page.url
    assert payment["tx_ref"] in page.locator("main").inner_text()

    status, paid = site.ask("GET", f"/api/v1/payments/{payment['tx_ref']}/", token=employer)
    assert (status, paid["status"]) == (200, "paid"), paid
    status, promoted = site.ask("GET", f"/api/v1/postings/{posting}/")
    assert (status, promoted["promoted"]) == (200, True), promoted
