"""Many confirmations of one payment: one effect."""

from collections.abc import Callable
from functools import partial
from random import Random
from threading import Event

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.core.errors import ApplicationError
from apps.core.tests.races import Threads, at_once, on_postgresql
from apps.payments import purposes, services
from apps.payments.models import Payment, PaymentStatus, Source
from apps.payments.tests.chapa import Site, begin, event, settle, sign

CONFIRMATIONS = 50


def webhook(payment: Payment) -> None:
    """Confirm as Chapa."""
    body = event(payment)
    headers = {"x-chapa-signature": sign(body)}
    response = Client().post("/api/v1/payments/webhook", body, "application/json", headers=headers)
    assert response.status_code == 200


def verify(payment: Payment) -> None:
    """Confirm as the payer's front end."""
    client = APIClient()
    client.force_authenticate(payment.user)
    response = client.post(f"/api/v1/payments/{payment.tx_ref}/verify/")
    assert response.status_code == 200


def come_back(payment: Payment) -> None:
    """Confirm as the payer who comes back."""
    assert Client().get(f"/payments/{payment.tx_ref}/").status_code == 200


def reconcile(payment: Payment) -> None:
    """Confirm as the task."""
    services.reconcile()


def ask(payment: Payment) -> None:
    """Confirm as an admin, whose page is old."""
    services.verify(payment, source=Source.ADMIN)


CONFIRM = [webhook, verify, come_back, reconcile, ask]


def paid(chapa: Site) -> Payment:
    """Return a payment that Chapa knows to be paid, and that is due for reconciliation."""
    payment = begin()
    settle(payment)
    Payment.objects.update(created_at=timezone.now() - services.RECONCILE_AFTER * 2)
    return payment


def check(payment: Payment, done: list[str]) -> None:
    """Check that it was paid, once."""
    assert done == ["7"]
    assert payment.events.filter(to_status=PaymentStatus.PAID).count() == 1
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_confirmations_in_any_order_have_one_effect(
    seed: int, chapa: Site, done: list[str]
) -> None:
    """P01: fifty, by all ways, one after the other."""
    payment = paid(chapa)

    for confirm in Random(seed).choices(CONFIRM, k=CONFIRMATIONS):
        confirm(payment)

    check(payment, done)


@pytest.mark.django_db
def test_a_confirmation_between_the_question_and_the_answer_is_the_one(
    chapa: Site, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P01: what any thread can do to another, without threads: all ask before one settles."""
    payment = paid(chapa)
    settle_as_it_is = services.settle
    waiting: list[Callable[[], object]] = []

    def settle_later(payment: Payment, *args: object, **options: object) -> Payment:
        waiting.append(partial(settle_as_it_is, payment, *args, **options))  # type: ignore[arg-type]
        return payment

    with monkeypatch.context() as patch:
        patch.setattr(services, "settle", settle_later)
        for confirm in CONFIRM:
            Payment.objects.update(checked_at=None)
            confirm(payment)
    assert len(waiting) == len(CONFIRM)
    for settle_now in waiting:
        settle_now()

    check(payment, done)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_fifty_confirmations_at_once_have_one_effect(chapa: Site, done: list[str]) -> None:
    """P01, H08: threads, by all ways; nobody fails, and it is done once."""
    payment = paid(chapa)
    at_once([partial(confirm, payment) for confirm in CONFIRM * (CONFIRMATIONS // len(CONFIRM))])

    check(payment, done)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_who_confirms_while_another_does_waits_and_finds_it_done(
    chapa: Site, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P01, H08: the lock holds the second until the first has committed."""
    payment = paid(chapa)
    began, go_on = Event(), Event()
    book = purposes.HANDLERS["book"]

    def book_slowly(payment: Payment) -> None:
        book(payment)
        began.set()
        assert go_on.wait(timeout=10)

    def run() -> str:
        return services.verify(payment, source=Source.WEBHOOK).status

    monkeypatch.setitem(purposes.HANDLERS, "book", book_slowly)
    with Threads(2) as pool:
        first = pool.submit(run)
        assert began.wait(timeout=10)
        second = pool.submit(run)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.5)
        go_on.set()
        assert [first.result(timeout=10), second.result(timeout=10)] == [PaymentStatus.PAID] * 2

    check(payment, done)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_who_begins_many_times_at_once_begins_once(chapa: Site, done: list[str]) -> None:
    """P01, H08: the constraint decides, and Chapa is asked once."""
    user = begin().user
    Payment.objects.update(status=PaymentStatus.EXPIRED)
    asked = len(chapa.requests)

    def run() -> str:
        try:
            return begin(user).tx_ref
        except ApplicationError as error:
            return str(error.get_codes())

    references = set(at_once([run] * 8))

    payment = Payment.objects.get(status=PaymentStatus.PENDING)
    assert payment.tx_ref in references
    assert references <= {payment.tx_ref, "payment_not_ready"}
    assert len(chapa.requests) == asked + 1
