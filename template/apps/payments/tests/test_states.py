"""What may become of a payment, as a table; and what the database refuses."""

from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import ApplicationError
from apps.core.redaction import redact
from apps.payments import services
from apps.payments.chapa import Outcome, Transaction
from apps.payments.models import Payment, PaymentStatus, Source
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db

# What Chapa says down the side, what the payment is along the top, what it is then inside.
TABLE = """
              created  pending  failed  expired  paid
paid          paid     paid     paid    paid     paid
failed        failed   failed   failed  expired  paid
waiting       created  pending  failed  expired  paid
late          expired  expired  failed  expired  paid
too_little    failed   failed   failed  expired  paid
other_money   failed   failed   failed  expired  paid
other_payment failed   failed   failed  expired  paid
"""
HEAD, *ROWS = (line.split() for line in TABLE.splitlines() if line)
CASES = [
    (said, before, after) for said, *row in ROWS for before, after in zip(HEAD, row, strict=True)
]


def say(said: str, payment: Payment) -> Transaction:
    """Return what Chapa says of a payment."""
    true: dict[str, Any] = {
        "tx_ref": payment.tx_ref,
        "outcome": Outcome.PAID,
        "amount": Decimal(500),
        "currency": "ETB",
    }
    changes: dict[str, dict[str, Any]] = {
        "paid": {},
        "failed": {"outcome": Outcome.FAILED},
        "waiting": {"outcome": Outcome.WAITING, "amount": None, "currency": ""},
        "late": {"outcome": Outcome.WAITING},
        "too_little": {"amount": Decimal("499.99")},
        "other_money": {"currency": "USD"},
        "other_payment": {"tx_ref": "pay-2"},
    }
    return Transaction(**{**true, **changes[said]})


@pytest.mark.parametrize(("said", "before", "after"), CASES)
def test_what_becomes_of_a_payment(said: str, before: str, after: str, done: list[str]) -> None:
    """P01: every answer of Chapa in every state; said again, it changes nothing more."""
    payment = PaymentFactory.create(
        status=before, paid_at=timezone.now() if before == "paid" else None
    )
    if said == "late":
        Payment.objects.update(created_at=timezone.now() - timedelta(hours=25))
    transaction = say(said, payment)

    for _ in range(2):
        payment = services.settle(payment, transaction, source=Source.WEBHOOK)

    payment.refresh_from_db()
    assert payment.status == after
    changed = before != after
    assert [(event.from_status, event.to_status) for event in payment.events.all()] == [
        (before, after)
    ] * changed
    assert len(done) == (changed and after == "paid")


@pytest.mark.parametrize("before", PaymentStatus.values)
@pytest.mark.parametrize("after", PaymentStatus.values)
def test_no_other_change_is_made(before: str, after: str) -> None:
    """P01: the table of transitions is the only way."""
    payment = PaymentFactory.create(
        status=before, paid_at=timezone.now() if before == "paid" else None
    )
    allowed = after in services.NEXT_STATUSES[before]
    paid_at = timezone.now() if after == "paid" else None

    with nullcontext() if allowed else pytest.raises(ApplicationError):
        services._move(payment, PaymentStatus(after), Source.ADMIN, paid_at=paid_at)

    payment.refresh_from_db()
    assert payment.status == (after if allowed else before)
    assert payment.events.count() == allowed


def test_what_is_paid_is_final_and_what_is_given_up_is_not_refused() -> None:
    """P01: the two rules that the table has to keep."""
    assert services.NEXT_STATUSES[PaymentStatus.PAID] == frozenset()
    assert services.NEXT_STATUSES.keys() == set(PaymentStatus)
    for status in set(PaymentStatus) - {PaymentStatus.PAID}:
        assert PaymentStatus.PAID in services.NEXT_STATUSES[status]


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"status": "lost"},
        {"status": "paid"},
        {"paid_at": timezone.now()},
        {"checkout_url": ""},
    ],
)
def test_the_database_refuses(wrong: dict[str, Any]) -> None:
    """C01: whoever writes it."""
    payment = PaymentFactory.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**wrong)


def test_the_database_keeps_one_open_payment_for_a_thing() -> None:
    """C01: those that ended do not count."""
    payment = PaymentFactory.create()
    again = {"user": payment.user, "reference": payment.reference}
    PaymentFactory.create(**again, paid=True)
    PaymentFactory.create(**again, status="failed")

    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentFactory.create(**again, status="created", checkout_url="")


def test_references_cannot_be_guessed() -> None:
    """S04: 122 random bits, in letters that Chapa takes, and in a form that logs show."""
    references = {Payment().tx_ref for _ in range(100)}

    assert len(references) == 100
    assert all(redact(reference) == reference and reference.isascii() for reference in references)


def test_history_is_not_rewritten(done: list[str]) -> None:
    """P01: append only."""
    payment = PaymentFactory.create()
    services.settle(payment, say("paid", payment), source=Source.API)
    event = payment.events.get()

    event.note = "nothing happened"
    with pytest.raises(TypeError):
        event.save()
