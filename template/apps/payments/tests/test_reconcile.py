"""Payments of which nothing was heard."""

from datetime import timedelta
from io import StringIO

import httpx2
import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.payments import services
from apps.payments.models import Payment, Source
from apps.payments.tests.chapa import Site, begin, settle
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


def waiting(count: int, age: timedelta = timedelta(minutes=11)) -> list[Payment]:
    """Begin payments that have waited for a while."""
    payments = [begin() for _ in range(count)]
    Payment.objects.update(created_at=timezone.now() - age)
    return payments


def statuses() -> list[str]:
    """Return what all payments are, in the order of their beginning."""
    return list(Payment.objects.order_by("pk").values_list("status", flat=True))


def reconcile(*options: str) -> str:
    """Run the command; return what it says."""
    call_command("reconcile_payments", *options, stdout=(out := StringIO()))
    return out.getvalue().strip()


def test_what_was_paid_and_what_failed_is_found(chapa: Site, done: list[str]) -> None:
    """P01: no webhook came, and nobody came back."""
    first, second, _ = waiting(3)
    settle(first)
    settle(second, status="failed")

    assert reconcile() == "Asked Chapa about 3."

    assert statuses() == ["paid", "failed", "pending"]
    assert done == ["7"]
    assert first.events.filter(source="reconciliation", to_status="paid").exists()


def test_what_is_new_and_what_was_asked_about_is_left_alone(chapa: Site, done: list[str]) -> None:
    """P01: each payment once in ten minutes, and what has ended never."""
    waiting(2)
    begin()
    for status in ("failed", "expired"):
        PaymentFactory.create(status=status)

    assert reconcile() == "Asked Chapa about 2."
    assert reconcile() == "Asked Chapa about 0."
    Payment.objects.update(checked_at=timezone.now() - timedelta(minutes=11))
    assert reconcile() == "Asked Chapa about 2."


def test_what_nobody_pays_expires(chapa: Site, done: list[str]) -> None:
    """P01: after a day, and only if Chapa says that it is not paid."""
    first, second, third = waiting(3, timedelta(hours=25))
    settle(first)

    reconcile()

    assert statuses() == ["paid", "expired", "expired"]
    assert third.events.get(to_status="expired").note == "Nobody paid in time."
    settle(second)
    services.verify(second, source=Source.API)
    assert statuses() == ["paid", "paid", "expired"]


def test_what_was_given_up_and_paid_all_the_same_is_found(chapa: Site, done: list[str]) -> None:
    """P01: money that came is not lost, although no webhook told of it."""
    (payment,) = waiting(1)
    settle(payment, status="failed")
    reconcile()
    assert statuses() == ["failed"]
    settle(payment)

    assert reconcile() == "Asked Chapa about 0."
    Payment.objects.update(checked_at=timezone.now() - timedelta(hours=7))
    assert reconcile() == "Asked Chapa about 1."

    assert statuses() == ["paid"]
    assert done == ["7"]


def test_what_was_given_up_long_ago_is_not_asked_about(chapa: Site, done: list[str]) -> None:
    """P01: nor what never had an address to pay at."""
    now = timezone.now()
    PaymentFactory.create(status="failed", initialized_at=now - timedelta(hours=49))
    PaymentFactory.create(status="failed", checkout_url="")
    Payment.objects.update(created_at=now - timedelta(hours=49))

    assert reconcile() == "Asked Chapa about 0."


def test_what_chapa_cannot_say_stays(chapa: Site, done: list[str]) -> None:
    """P02: a Chapa that is away ends no payment, however old."""
    waiting(1, timedelta(hours=25))
    chapa.answers += [httpx2.ConnectError("refused")] * 3

    reconcile()

    assert statuses() == ["pending"]


def test_one_that_fails_does_not_stop_the_others(chapa: Site, done: list[str]) -> None:
    """P02: nor does it come first the next time."""
    for payment in waiting(3):
        settle(payment)
    chapa.answers += [httpx2.Response(401, json={})]

    reconcile()

    assert statuses() == ["pending", "paid", "paid"]


def test_a_chapa_that_is_away_is_not_asked_about_each(chapa: Site, done: list[str]) -> None:
    """P02: a run has its limits; the others are asked about in the next."""
    waiting(6)
    asked = len(chapa.requests)
    chapa.answers += [httpx2.ReadTimeout("late")] * 9

    assert reconcile() == "Asked Chapa about 3."
    assert len(chapa.requests) == asked + 9
    assert reconcile() == "Asked Chapa about 3."


def test_a_run_ends_before_its_task_is_ended(
    chapa: Site, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """C05: a Chapa that is slow for all leaves the rest to the next run."""
    waiting(2)
    monkeypatch.setattr(services, "RUN_LASTS", 0)

    assert reconcile() == "Asked Chapa about 0."


def test_a_run_is_bounded(chapa: Site, done: list[str]) -> None:
    """P01: the longest wait first."""
    payments = waiting(3)

    assert reconcile("--limit=2") == "Asked Chapa about 2."
    payments[2].refresh_from_db()
    assert payments[2].checked_at is None
