"""The receipt, and what beat starts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.core.outbox.models import FailedTask
from apps.core.outbox.outbox import emit
from apps.payments import services, tasks
from apps.payments.models import Payment, Source
from apps.payments.tests.chapa import Site, begin, settle

pytestmark = pytest.mark.django_db

Deliver = Callable[[], AbstractContextManager[None]]


def test_the_payer_gets_one_receipt(chapa: Site, done: list[str], deliver: Deliver) -> None:
    """P01, C11: paid → mail, however often it is confirmed."""
    payment = begin()
    settle(payment)

    with deliver():
        for _ in range(3):
            services.verify(payment, source=Source.WEBHOOK)
        assert mail.outbox == []

    (message,) = mail.outbox
    assert message.to == [payment.user.email]
    assert message.subject.endswith("] Receipt: A book: “Fikir”")
    assert "149.90 ETB" in message.body
    assert payment.tx_ref in message.body


def test_nobody_gets_a_receipt_for_a_payment_that_is_gone(deliver: Deliver) -> None:
    with deliver():
        emit("payments.paid", payment=0)

    assert mail.outbox == []
    assert not FailedTask.objects.exists()


def test_the_task_reconciles(chapa: Site, done: list[str]) -> None:
    """C04: what beat starts every ten minutes."""
    payment = begin()
    settle(payment)
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    tasks.reconcile_payments()

    assert done == ["7"]
