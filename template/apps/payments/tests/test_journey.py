"""A payment from its beginning to its end, with the fake Chapa and its page."""

import pytest
from django.test import Client
from pytest_django import Settings

from apps.payments.models import Payment, PaymentStatus
from apps.payments.tests.chapa import SITE, Site, begin

pytestmark = pytest.mark.django_db


def choose(client: Client, payment: Payment, outcome: str) -> str:
    """Choose on Chapa's page; return where it sends the payer."""
    assert client.get(payment.checkout_url).status_code == 200
    response = client.post(payment.checkout_url, {"outcome": outcome})
    assert response.status_code == 302
    return str(response.headers["Location"])


def history(payment: Payment) -> list[tuple[str, str, str]]:
    """Return what became of a payment, and by whom."""
    return list(payment.events.values_list("from_status", "to_status", "source"))


def test_who_pays_has_paid(client: Client, chapa: Site, done: list[str]) -> None:
    """P01: initialize → checkout → webhook → verified → done, and the page says so."""
    payment = begin()
    assert payment.status == PaymentStatus.PENDING
    assert "149.90 ETB" in client.get(payment.checkout_url).content.decode()

    address = choose(client, payment, "pay")
    assert address == f"{SITE}payments/{payment.tx_ref}/"

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert payment.paid_at
    assert payment.provider_reference
    assert done == ["7"]
    assert history(payment) == [
        ("", "created", "api"),
        ("created", "pending", "api"),
        ("pending", "paid", "webhook"),
    ]
    assert "<h1>Paid</h1>" in client.get(address).content.decode()
    # Chapa was told what it takes, and where to send the payer: nowhere but here.
    sent = chapa.requests[0].read().decode()
    assert '"amount":"149.90"' in sent.replace(" ", "").replace("\n", "")
    assert '"A book Fikir"' in sent
    assert done == ["7"]


def test_who_fails_to_pay_can_begin_again(client: Client, chapa: Site, done: list[str]) -> None:
    """P01: a failed payment stays so; the next is another."""
    payment = begin()

    address = choose(client, payment, "fail")

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.FAILED
    assert done == []
    assert "<h1>Not paid</h1>" in client.get(address).content.decode()


def test_who_pays_at_last_has_paid(client: Client, chapa: Site, done: list[str]) -> None:
    """P01: money that comes after a failure is money."""
    payment = begin()
    choose(client, payment, "fail")
    choose(client, payment, "pay")

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert payment.failure_reason == ""
    assert done == ["7"]


def test_the_page_asks_chapa_where_no_webhook_came(
    client: Client, chapa: Site, done: list[str], settings: Settings
) -> None:
    """P01: the payer comes back first; and looking often does not ask often."""
    settings.CHAPA_WEBHOOK_SECRET = ""  # no webhook is believed
    payment = begin()
    page = f"/payments/{payment.tx_ref}/"
    assert "<h1>Not paid yet</h1>" in client.get(page).content.decode()
    asked = len(chapa.requests)
    client.get(page)
    assert len(chapa.requests) == asked

    Payment.objects.update(checked_at=None)
    choose(client, payment, "pay")

    assert history(payment)[-1] == ("pending", "paid", "return")
    assert done == ["7"]
