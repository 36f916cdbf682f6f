"""Payments in Django's admin."""

import httpx2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.payments.models import Payment
from apps.payments.tests.chapa import Site, begin, settle
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db

PAYMENTS = reverse("admin:payments_payment_changelist")


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Return a browser in which an admin is logged in."""
    client.force_login(UserFactory.create(role=Role.ADMIN))
    return client


def test_a_list_of_fifty_costs_as_many_queries_as_one(admin_client: Client) -> None:
    """T02, H02: no N+1 query in the admin either."""
    counts = set()
    for more in (1, 49):
        PaymentFactory.create_batch(more)
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(PAYMENTS, {"q": "Book"}).status_code == 200
        counts.add(len(queries))
    assert len(counts) == 1


def test_a_payment_is_shown_with_its_history_and_cannot_be_changed(
    admin_client: Client, chapa: Site, done: list[str]
) -> None:
    """S05: nobody pays by hand, and no secret is shown."""
    payment = begin()
    path = reverse("admin:payments_payment_change", args=[payment.pk])

    html = admin_client.get(path).content.decode()

    assert payment.tx_ref in html
    assert "created → pending" in html
    assert 'name="status"' not in html
    assert settings.CHAPA_SECRET_KEY not in html
    assert admin_client.post(path, {"status": "paid"}).status_code == 403
    assert admin_client.get(reverse("admin:payments_payment_add")).status_code == 403
    delete = reverse("admin:payments_payment_delete", args=[payment.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def test_chapa_is_asked(admin_client: Client, chapa: Site, done: list[str]) -> None:
    """P01: what came, and what it refuses to say."""
    first, second = begin(), begin()
    settle(first)
    settle(second)
    chapa.answers.append(httpx2.Response(401, json={}))
    chosen = {"_selected_action": list(Payment.objects.values_list("pk", flat=True))}

    with zeal_ignore():  # each payment is locked and written by itself
        page = admin_client.post(PAYMENTS, {"action": "ask_chapa", **chosen}, follow=True)

    html = page.content.decode()
    assert f"({first.tx_ref}): paid." in html
    assert f"({second.tx_ref}): The payment service refused the request." in html
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["paid", "pending"]
