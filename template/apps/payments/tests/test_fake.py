"""The fake Chapa answers as the real one does, and is never there in production."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.payments.checks import live_key
from apps.payments.tests.chapa import Site
from apps.payments.tests.chapa import settle as pay
from apps.payments.tests.factories import PaymentFactory
from tests.test_settings import PRODUCTION, python

INITIALIZE = "/fake-chapa/v1/transaction/initialize"
BODY = {"amount": "10.00", "currency": "ETB", "tx_ref": "pay-1"}


def post(client: Client, body: Any) -> tuple[int, dict[str, Any]]:
    """Begin a transaction; return the status, and what it says."""
    headers = {"Authorization": f"Bearer {settings.CHAPA_SECRET_KEY}"}
    response = client.post(INITIALIZE, json.dumps(body), "application/json", headers=headers)
    return response.status_code, response.json()


def test_it_begins_a_transaction_once(client: Client, chapa: Site) -> None:
    """P01: a second one of the same reference is refused."""
    status, answer = post(client, BODY)
    assert (status, answer["message"]) == (200, "Hosted Link")
    assert client.get(answer["data"]["checkout_url"]).status_code == 200

    status, answer = post(client, BODY)
    assert (status, answer["message"]) == (400, "Transaction reference has been used before")


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {**BODY, "amount": 10},
        {**BODY, "amount": "0.00"},
        {**BODY, "amount": "10.001"},
        {**BODY, "amount": "-1"},
        {**BODY, "currency": "EUR"},
        {**BODY, "tx_ref": ""},
        {**BODY, "customization": {"title": "a" * 17}},
    ],
)
def test_it_refuses_what_chapa_refuses(body: Any, client: Client, chapa: Site) -> None:
    """P02: so that a mistake is found before the real one is asked."""
    status, answer = post(client, body)

    assert (status, answer["status"], answer["data"]) == (400, "failed", None)


def test_it_refuses_what_is_no_json(client: Client, chapa: Site) -> None:
    headers = {"Authorization": f"Bearer {settings.CHAPA_SECRET_KEY}"}
    response = client.post(INITIALIZE, "amount=1", "text/plain", headers=headers)

    assert response.status_code == 400


def test_what_is_paid_is_paid_once(client: Client, chapa: Site) -> None:
    """P01: the page of a transaction that was paid takes nothing more."""
    address = post(client, BODY)[1]["data"]["checkout_url"]
    pay(PaymentFactory.build(tx_ref="pay-1"))

    assert 'name="outcome"' not in client.get(address).content.decode()
    assert client.post(address, {"outcome": "fail"}).status_code == 302
    headers = {"Authorization": f"Bearer {settings.CHAPA_SECRET_KEY}"}
    found = client.get("/fake-chapa/v1/transaction/verify/pay-1", headers=headers).json()
    assert found["data"]["status"] == "success"


def test_production_never_has_it() -> None:
    """S05: it is not mounted, and cannot even be imported."""
    code = """
import django
django.setup()
from django.urls import Resolver404, resolve
resolve("/payments/pay-1/")
try:
    resolve("/fake-chapa/v1/transaction/initialize")
except Resolver404:
    print("not mounted")
try:
    import apps.payments.fake.views
except django.core.exceptions.ImproperlyConfigured:
    print("not imported")
"""
    environment = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings.production"}

    result = python(code, environment)

    assert result.stdout.split() == ["not", "mounted", "not", "imported"], result.stderr


@pytest.mark.parametrize(
    ("key", "warnings"),
    [
        ("CHASECK_TEST-abc", 1),
        ("CHAPA_TEST_PRIV_abc", 1),
        ("CHASECK-abc", 0),
        ("CHAPA_PRIV_abc", 0),
        ("CHASECK-abc_TEST-", 0),
    ],
)
def test_a_test_key_is_named_before_a_deployment(
    key: str, warnings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S05: `check --deploy` says that no money moves."""
    monkeypatch.setattr(settings, "CHAPA_SECRET_KEY", key)

    assert len(live_key()) == warnings
