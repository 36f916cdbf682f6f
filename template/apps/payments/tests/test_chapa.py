"""The client: what Chapa's answers mean, and what is tried again."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from apps.core.errors import ApplicationError
from apps.payments import chapa as module
from apps.payments.chapa import Outcome
from apps.payments.models import Payment, PaymentStatus
from apps.payments.tests.chapa import Site, begin, settle
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db

REFUSED = (module.ChapaRefusedError, 502)
AWAY = (module.ChapaAwayError, 503)
MALFORMED = (module.ChapaMalformedError, 502)
CHECKOUT = {"message": "Hosted Link", "data": {"checkout_url": "http://testserver/checkout/1"}}


def answer(status: int, body: Any = None) -> httpx2.Response:
    """Return an answer of Chapa."""
    return httpx2.Response(status, json=body)


def details(**changes: Any) -> httpx2.Response:
    """Return Chapa's answer about a transaction of the reference "pay-1"."""
    data = {"tx_ref": "pay-1", "status": "success", "amount": 500, "currency": "ETB"}
    return answer(200, {"message": "Payment details", "data": {**data, **changes}})


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([answer(401, {"message": "Invalid API Key"})], REFUSED),
        ([answer(400, {"message": {"email": ["validation.email"]}})], REFUSED),
        ([answer(403, {"message": "Payments through API is disabled"})], REFUSED),
        ([answer(429, {"message": "Too many requests"})], AWAY),
        ([answer(500)] * 3, AWAY),
        ([answer(502)] * 3, AWAY),
        ([httpx2.ConnectTimeout("late")] * 3, AWAY),
        ([httpx2.ReadTimeout("late")] * 3, AWAY),
        ([httpx2.ConnectError("refused")] * 3, AWAY),
        ([httpx2.RemoteProtocolError("hung up")] * 3, AWAY),
        ([httpx2.DecodingError("no gzip")], MALFORMED),
        ([httpx2.Response(200, content=b"<html>Welcome")], MALFORMED),
        ([httpx2.Response(200, content=b"[" * 100_000)], MALFORMED),
        ([httpx2.Response(404, content=b"nginx")], MALFORMED),
        ([answer(302)], MALFORMED),
        ([answer(302, {"message": "Moved"})], MALFORMED),
        ([answer(200, [])], MALFORMED),
        ([answer(200, {"data": None})], MALFORMED),
        ([details(tx_ref="pay-2")], MALFORMED),
        ([details(status="perhaps")], MALFORMED),
        ([details(amount=None)], MALFORMED),
        ([details(amount=True)], MALFORMED),
        ([details(amount="much")], MALFORMED),
        ([details(amount="Infinity")], MALFORMED),
        ([details(currency=230)], MALFORMED),
    ],
)
def test_what_chapa_cannot_answer_is_an_error_of_a_kind(
    answers: list[httpx2.Response | Exception],
    error: tuple[type[ApplicationError], int],
    chapa: Site,
) -> None:
    """P02: 502 or 503; only what may pass is tried again, and it says nothing of key or payload."""
    kind, status = error
    chapa.answers += answers

    with pytest.raises(kind) as raised:
        module.client().verify("pay-1")

    assert raised.value.status_code == status
    assert chapa.answers == []
    assert "pay-1" not in str(raised.value.detail)
    assert settings.CHAPA_SECRET_KEY not in repr(raised.value)


@pytest.mark.parametrize("failure", [answer(500), answer(503), httpx2.ReadTimeout("late")])
def test_what_works_at_the_third_try_has_worked(
    failure: httpx2.Response | Exception, chapa: Site
) -> None:
    """P02: 500 twice, then 200."""
    chapa.answers += [failure, failure, details()]

    found = module.client().verify("pay-1")

    assert (found.outcome, found.amount, found.currency) == (Outcome.PAID, Decimal(500), "ETB")
    assert len(chapa.requests) == 3


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (details(status="failed"), Outcome.FAILED),
        (details(status="failed/cancelled"), Outcome.FAILED),
        (details(status="refunded"), Outcome.FAILED),
        (details(status="pending"), Outcome.WAITING),
        (answer(404, {"message": "Payment not paid yet", "status": None}), Outcome.WAITING),
        (answer(404, {"message": "Invalid transaction or Transaction not found"}), Outcome.WAITING),
    ],
)
def test_what_is_not_paid_is_not_paid(
    reply: httpx2.Response, outcome: Outcome, chapa: Site
) -> None:
    """P02: in all of Chapa's words for it."""
    chapa.answers.append(reply)

    assert module.client().verify("pay-1").outcome is outcome


def test_amounts_are_exact(chapa: Site) -> None:
    """P02: what a float cannot hold is not rounded, neither there nor back."""
    chapa.answers += [details(amount=0.1), details(amount="0.10")]
    assert {module.client().verify("pay-1").amount for _ in range(2)} == {Decimal("0.1")}

    chapa.answers.append(answer(200, CHECKOUT))
    payment = PaymentFactory.build(amount=Decimal("1234567890.5"), user__full_name="Abebech")
    module.client().initialize(payment, return_url="http://testserver/")
    sent = json.loads(chapa.requests[-1].read())
    assert sent["amount"] == "1234567890.50"
    assert "last_name" not in sent


@pytest.mark.parametrize(
    ("project", "title", "shown"),
    [
        ("Jobs", "Promotion of Cook", ("Jobs", "Promotion of Cook")),
        ("Job Board Platform", "Cook: “Fikir” & <Söhne>", ("Job Board", "Cook Fikir S hne")),
        ("Extraordinaryjobs", "a" * 60, ("Extraordinaryjob", "a" * 50)),
        ("ሥራ", "ምግብ አብሳይ", ("Payment", "pay-1")),
    ],
)
def test_texts_are_made_what_chapa_takes(
    project: str, title: str, shown: tuple[str, str], chapa: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P02: it refuses a title of more than 16 letters, and all letters but the Latin ones."""
    monkeypatch.setattr(settings, "PROJECT_NAME", project)
    chapa.answers.append(answer(200, CHECKOUT))

    payment = PaymentFactory.build(title=title, tx_ref="pay-1")
    module.client().initialize(payment, return_url="http://testserver/")

    sent = json.loads(chapa.requests[0].read())["customization"]
    assert (sent["title"], sent["description"]) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://testserver/",
        "http://",
        "//example.org/",
        "ftp://example.org/",
        f"http://testserver/{'a' * 500}",
        "",
        None,
        7,
    ],
)
def test_payers_are_sent_to_no_other_kind_of_address(url: Any, chapa: Site) -> None:
    """P02, S05: nor from an encrypted API to a plain page, or back."""
    chapa.answers.append(answer(200, {"data": {"checkout_url": url}}))

    with pytest.raises(module.ChapaMalformedError):
        module.client().initialize(PaymentFactory.build(), return_url="http://testserver/")


def test_the_key_is_sent_and_never_logged(
    chapa: Site, done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """P03: whatever happens: success, refusal, retries, failure."""
    caplog.set_level("DEBUG")
    key = settings.CHAPA_SECRET_KEY
    payment = begin()
    refusal = answer(400, {"message": f"Wrong key {key} of abebech@example.com"})
    for answers in ([], [refusal], [answer(500)] * 3, [httpx2.ReadTimeout("late")] * 3):
        chapa.answers += answers
        with suppress(ApplicationError):
            module.client().verify(payment.tx_ref)

    assert chapa.requests[0].headers["Authorization"] == f"Bearer {key}"
    assert "stamina.retry_scheduled" in caplog.text
    assert "chapa_refused" in caplog.text
    for secret in (key, payment.user.email, "abebech@example.com", "checkout_url"):
        assert secret not in caplog.text


def test_the_wrong_key_is_refused_by_the_fake_too(chapa: Site, settings: Settings) -> None:
    """P02: 401 from a server that answers as Chapa does."""
    settings.CHAPA_SECRET_KEY = "CHASECK_TEST-another"

    with pytest.raises(module.ChapaRefusedError):
        module.client().verify("pay-1")
    assert len(chapa.requests) == 1


class TestStart:
    """What a begun payment is, and what is left of one that could not begin."""

    def test_again_is_the_same_payment(self, chapa: Site, done: list[str]) -> None:
        """P01: a user pays for a thing once at a time."""
        payment = begin()

        assert begin(payment.user) == payment
        assert len(chapa.requests) == 1
        assert begin().pk != payment.pk  # another user

    def test_at_another_price_is_another_payment(self, chapa: Site, done: list[str]) -> None:
        """P01: the old one ends; should it be paid all the same, that counts."""
        old = begin()
        new = begin(old.user, amount="99.00")
        old.refresh_from_db()

        assert (old.status, new.status) == (PaymentStatus.EXPIRED, PaymentStatus.PENDING)
        assert new.amount == Decimal("99.00")

    @pytest.mark.parametrize(
        ("answers", "status"), [([answer(401, {})], 502), ([answer(500)] * 3, 503)]
    )
    def test_that_fails_leaves_a_failed_payment(
        self, answers: list[httpx2.Response], status: int, chapa: Site, done: list[str]
    ) -> None:
        """P02: and the next try is a payment of its own."""
        chapa.answers += answers
        with pytest.raises(ApplicationError) as raised:
            begin()
        failed = Payment.objects.get()

        assert raised.value.status_code == status
        assert failed.status == PaymentStatus.FAILED
        assert failed.failure_reason
        assert begin(failed.user).pk != failed.pk

    def test_whose_answer_was_lost_begins_anew(self, chapa: Site, done: list[str]) -> None:
        """P02: Chapa has the reference, and the address of its page was in the lost answer."""
        used = answer(400, {"message": "Transaction reference has been used before"})
        chapa.answers += [httpx2.ReadTimeout("late"), used]

        payment = begin()

        lost = Payment.objects.exclude(pk=payment.pk).get()
        assert (lost.status, payment.status) == (PaymentStatus.FAILED, PaymentStatus.PENDING)
        assert lost.tx_ref != payment.tx_ref

    def test_gives_up_on_a_chapa_that_knows_every_reference(
        self, chapa: Site, done: list[str]
    ) -> None:
        used = {"message": "Transaction reference has been used before"}
        chapa.answers += [answer(400, used), answer(400, used)]

        with pytest.raises(module.ChapaAwayError):
            begin()

    def test_is_refused_for_what_nobody_can_pay(self, chapa: Site, done: list[str]) -> None:
        """P01: a mistake in the code, not of the payer."""
        for amount in ("0", "-1", "1.001"):
            with pytest.raises(ValueError, match="cannot be paid"):
                begin(amount=amount)
        done.clear()
        assert chapa.requests == []

    def test_is_refused_for_an_unknown_purpose(self, chapa: Site) -> None:
        """P01: nothing would be done once it is paid."""
        with pytest.raises(LookupError):
            begin()

    def test_sends_the_payer_back_to_this_site_alone(
        self, client: Client, chapa: Site, done: list[str]
    ) -> None:
        """S05: no part of the address comes from the payer, so nobody is led elsewhere."""
        payment = begin()
        sent = json.loads(chapa.requests[0].read())
        settle(payment)

        page = client.get(f"/payments/{payment.tx_ref}/?return_url=https://example.org/&next=//a.b")

        assert sent["return_url"] == sent["callback_url"]
        assert sent["return_url"] == f"http://testserver/payments/{payment.tx_ref}/"
        assert page.status_code == 200
        assert "example.org/&" not in page.content.decode()
