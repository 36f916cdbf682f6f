"""Promotions: paid for by employers, through the fake Chapa."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from apps.core.errors import ApplicationError
from apps.jobs import promotions
from apps.jobs.models import JobPosting, PostingStatus
from apps.jobs.tests import Login
from apps.jobs.tests.factories import JobPostingFactory
from apps.payments import services as payments
from apps.payments.models import Payment, PaymentStatus, Source
from apps.payments.tests.chapa import SITE, fake_chapa, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _chapa() -> Iterator[None]:
    with fake_chapa():
        yield


def promote(posting: JobPosting) -> Payment:
    """Begin to pay for a posting, as its owner."""
    return promotions.promote(actor=posting.company.owner, posting=posting, site=SITE)


def pay(payment: Payment) -> None:
    """Pay, and have Chapa asked."""
    settle(payment)
    payments.verify(payment, source=Source.API)


def end(posting: JobPosting) -> datetime:
    """Return when the promotion ends."""
    posting.refresh_from_db()
    assert posting.promoted_until
    return posting.promoted_until


def test_who_pays_comes_first(login: Login, api_client: APIClient, client: Client) -> None:
    """P03: asked for, paid on Chapa's page, and first in the list."""
    posting, newer = JobPostingFactory.create(title="Cook"), JobPostingFactory.create()
    owner = login(posting.company.owner)

    answer = owner.post(f"/api/v1/postings/{posting.pk}/promote/")

    assert answer.status_code == 201
    payment = answer.json()
    assert payment["title"] == "Promotion of Cook"
    assert (payment["amount"], payment["currency"]) == ("500.00", "ETB")
    assert (payment["purpose"], payment["reference"]) == ("promotion", str(posting.pk))
    assert payment["status"] == "pending"
    listed = api_client.get("/api/v1/postings/").json()["results"]
    assert [one["id"] for one in listed] == [newer.pk, posting.pk]

    response = client.post(payment["checkout_url"], {"outcome": "pay"})

    assert response.status_code == 302
    listed = api_client.get("/api/v1/postings/").json()["results"]
    assert [(one["id"], one["promoted"]) for one in listed] == [
        (posting.pk, True),
        (newer.pk, False),
    ]
    assert owner.get(f"/api/v1/payments/{payment['tx_ref']}/").json()["status"] == "paid"


def test_a_promotion_lasts_thirty_days_and_can_be_prolonged() -> None:
    """P03: whoever pays again gets another period, after the present one."""
    posting = JobPostingFactory.create()
    before = timezone.now()
    pay(promote(posting))
    first = end(posting)
    assert before + promotions.PERIOD <= first <= timezone.now() + promotions.PERIOD

    pay(promote(posting))

    assert end(posting) == first + promotions.PERIOD


def test_a_promotion_after_a_pause_begins_now() -> None:
    """P03: the time that nobody paid for does not count."""
    posting = JobPostingFactory.create(promoted_until=timezone.now() - timedelta(days=90))
    before = timezone.now()

    pay(promote(posting))

    assert end(posting) >= before + promotions.PERIOD


def test_a_payment_promotes_once() -> None:
    """P02: however often Chapa reports it, and whoever asks."""
    posting = JobPostingFactory.create()
    payment = promote(posting)
    assert promote(posting) == payment  # who asks twice pays once
    pay(payment)
    first = end(posting)

    for source in Source:
        payments.verify(Payment.objects.get(), source=source)

    assert end(posting) == first


def test_only_an_open_posting_is_promoted() -> None:
    """B01: nobody pays for what nobody sees."""
    for state in ("draft", "closed", "expired"):
        posting = JobPostingFactory.create(**{state: True})
        with pytest.raises(ApplicationError) as refused:
            promote(posting)
        assert refused.value.get_codes() == "posting_not_open"
    assert not Payment.objects.exists()


def test_money_for_a_posting_that_was_closed_meanwhile_is_booked() -> None:
    """P02: it was paid for, and is promoted, though nobody sees it."""
    posting = JobPostingFactory.create()
    payment = promote(posting)
    JobPosting.objects.update(status=PostingStatus.CLOSED)

    pay(payment)

    assert end(posting) > timezone.now()
    assert not JobPosting.objects.get().is_promoted
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_money_for_a_posting_that_was_deleted_is_an_operators_to_give_back() -> None:
    """P02: it is paid, and the log says what is wrong."""
    posting = JobPostingFactory.create()
    payment = promote(posting)
    posting.delete()

    with capture_logs() as logs:
        pay(payment)

    assert Payment.objects.get().status == PaymentStatus.PAID
    (entry,) = (entry for entry in logs if entry["event"] == "promotion_without_posting")
    assert (entry["log_level"], entry["tx_ref"]) == ("error", payment.tx_ref)
