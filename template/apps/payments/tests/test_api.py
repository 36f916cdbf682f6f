"""What users see of their payments, and the page that they come back to."""

import httpx2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.payments.api.serializers import PAYMENT
from apps.payments.tests import Login
from apps.payments.tests.chapa import Site, begin, settle
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db

PAYMENTS = "/api/v1/payments/"


def titles(client: APIClient, query: str) -> list[str]:
    """Return the titles that the list shows."""
    answer = client.get(f"{PAYMENTS}{query}")
    assert answer.status_code == 200, answer.content
    return [payment["title"] for payment in answer.json()["results"]]


class TestList:
    """One's own payments."""

    def test_shows_users_their_own_and_admins_all(self, login: Login) -> None:
        """S04: ownership."""
        own = PaymentFactory.create()
        other = PaymentFactory.create()
        admin = UserFactory.create(role=Role.ADMIN)

        assert titles(login(own.user), "") == [own.title]
        assert titles(login(admin), "") == [other.title, own.title]

    def test_filters_searches_and_orders(self, login: Login) -> None:
        """H10: what it does not know it refuses."""
        user = UserFactory.create()
        first = PaymentFactory.create(user=user, title="Atlas", paid=True, amount=1)
        second = PaymentFactory.create(user=user, title="Bible", amount=2)
        client = login(user)

        for query, found in (
            ("?status=paid", [first]),
            (f"?reference={second.reference}", [second]),
            ("?purpose=book", [second, first]),
            ("?purpose=film", []),
            ("?search=atlas", [first]),
            ("?ordering=amount", [first, second]),
            ("?ordering=paid_at", [first, second]),
        ):
            assert titles(client, query) == [payment.title for payment in found], query
        for query in ("?status=lost", "?user=1", "?ordering=user"):
            assert client.get(f"{PAYMENTS}{query}").status_code == 400

    def test_costs_the_same_for_one_payment_and_for_fifty(self, login: Login) -> None:
        """H02: no N+1."""
        client = login(UserFactory.create(role=Role.ADMIN))
        counts = {}
        for more in (1, 49):
            PaymentFactory.create_batch(more)
            with CaptureQueriesContext(connection) as queries:
                page = client.get(f"{PAYMENTS}?page_size=100").json()
            counts[page["count"]] = len(queries)

        assert counts.keys() == {1, 50}
        assert counts[1] == counts[50] <= 2, counts


class TestVerify:
    """What the front end asks when the payer is back."""

    def test_settles_the_payment(self, login: Login, chapa: Site, done: list[str]) -> None:
        """P01: and shows it as everywhere else."""
        payment = begin()
        settle(payment)

        answer = login(payment.user).post(f"{PAYMENTS}{payment.tx_ref}/verify/")

        assert answer.status_code == 200
        assert answer.json().keys() == PAYMENT.keys()
        assert answer.json()["status"] == "paid"
        assert answer.json()["amount"] == "149.90"
        assert done == ["7"]

    def test_asks_chapa_at_most_once_in_three_seconds(
        self, login: Login, chapa: Site, done: list[str]
    ) -> None:
        """P02: who asks too often gets the last answer."""
        payment = begin()
        asked = len(chapa.requests)

        for _ in range(3):
            answer = login(payment.user).post(f"{PAYMENTS}{payment.tx_ref}/verify/")
            assert (answer.status_code, answer.json()["status"]) == (200, "pending")

        assert len(chapa.requests) == asked + 1

    def test_of_what_has_ended_asks_nobody(self, login: Login, chapa: Site) -> None:
        payment = PaymentFactory.create(paid=True)

        answer = login(payment.user).post(f"{PAYMENTS}{payment.tx_ref}/verify/")

        assert answer.json()["status"] == "paid"
        assert chapa.requests == []

    def test_writes_down_which_request_it_was(
        self, login: Login, chapa: Site, done: list[str]
    ) -> None:
        """B07: the history leads to the logs."""
        payment = begin()
        settle(payment)

        answer = login(payment.user).post(f"{PAYMENTS}{payment.tx_ref}/verify/")

        event = payment.events.get(to_status="paid")
        assert (event.source, event.request_id) == ("api", answer.headers["X-Request-ID"])


class TestPage:
    """The page that payers come back to."""

    def test_tells_no_more_than_what_was_paid_for(
        self, client: Client, chapa: Site, done: list[str], settings: Settings
    ) -> None:
        """S05: whoever has the address may look, and no search engine or cache keeps it."""
        settings.FRONTEND_URL = "https://example.org"
        payment = begin()

        response = client.get(f"/payments/{payment.tx_ref}/")
        html = response.content.decode()

        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert "149.90 ETB" in html
        assert 'href="https://example.org"' in html
        assert payment.user.email not in html
        assert payment.user.full_name not in html

    def test_shows_the_last_state_while_chapa_is_away(
        self, client: Client, chapa: Site, done: list[str]
    ) -> None:
        """P02: no error page for who has just paid."""
        payment = begin()
        chapa.answers += [httpx2.ConnectError("refused")] * 3

        response = client.get(f"/payments/{payment.tx_ref}/")

        assert response.status_code == 200
        assert "<h1>Not paid yet</h1>" in response.content.decode()

    def test_of_an_unknown_payment_is_not_there(self, client: Client) -> None:
        assert client.get("/payments/pay-0/").status_code == 404
        assert client.post("/payments/pay-0/").status_code == 405
