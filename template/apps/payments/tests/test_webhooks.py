"""Webhooks: what Chapa did not sign changes nothing, and what it signed is not believed either."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from django.conf import settings as project
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from apps.payments import purposes
from apps.payments.models import Payment, PaymentEvent, PaymentStatus
from apps.payments.tests.chapa import Site, begin, event, settle, sign
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db

WEBHOOK = "/api/v1/payments/webhook"
TEXT = st.text(max_size=40)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def post(client: Client, body: bytes, **headers: str) -> int:
    """Return the status that a webhook is answered with."""
    response = client.post(WEBHOOK, body, content_type="application/json", headers=headers)
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code


def signed(client: Client, body: bytes) -> int:
    """Return the status that a webhook of Chapa is answered with."""
    return post(client, body, **{"x-chapa-signature": sign(body)})


def truncated(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the body cut short, with the signature of the whole."""
    return body[: draw(st.integers(0, len(body) - 1))], sign(body)


def reencoded(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the same values in other bytes, with the signature of the first."""
    indent, sort = draw(st.integers(1, 8)), draw(st.booleans())
    encoding = draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
    return json.dumps(json.loads(body), indent=indent, sort_keys=sort).encode(encoding), sign(body)


def reordered(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the members in another order, with the signature of the first."""
    members = list(json.loads(body).items())
    other = draw(st.permutations(members).filter(lambda order: order != members))
    return json.dumps(dict(other)).encode(), sign(body)


def altered(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the body with one byte changed, with the signature of the first."""
    place, byte = draw(st.integers(0, len(body) - 1)), draw(st.integers(1, 255))
    return body[:place] + bytes([body[place] ^ byte]) + body[place + 1 :], sign(body)


def replayed_for_another(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the body of this payment, with a signature that was right for another."""
    other = {**json.loads(body), "tx_ref": f"pay-{draw(st.text('0123456789abcdef', min_size=32))}"}
    return body, sign(json.dumps(other).encode())


def signed_by_another(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the body signed with another key: one that is guessed, the API's, none."""
    keys = st.sampled_from(["", "secret", project.CHAPA_SECRET_KEY, "CHASECK_TEST-"]) | TEXT
    return body, sign(body, draw(keys.filter(lambda key: key != project.CHAPA_WEBHOOK_SECRET)))


def signed_in_another_way(body: bytes, draw: Callable[..., Any]) -> tuple[bytes, str]:
    """Return the body with what only looks like its signature."""
    right = sign(body)
    secret = project.CHAPA_WEBHOOK_SECRET
    wrong = st.sampled_from(
        ["", right[:-1], right + "0", f"sha256={right}", right[::-1], sign(secret.encode())]
    )
    return body, draw((wrong | HEADER).filter(lambda signature: signature != right))


FORGERIES = [
    truncated,
    reencoded,
    reordered,
    altered,
    replayed_for_another,
    signed_by_another,
    signed_in_another_way,
]
generated = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("forge", FORGERIES)
@generated
@given(data=st.data())
def test_a_forged_webhook_is_refused(
    forge: Callable[..., tuple[bytes, str]],
    data: st.DataObject,
    client: Client,
    chapa: Site,
    done: list[str],
) -> None:
    """P01: 700 forgeries, and Chapa is not even asked, although it would say that it was paid."""
    payment = PaymentFactory.create()
    amount = data.draw(st.sampled_from(["500.00", "0.01", "5000", "-500.00", "NaN"]))
    body, signature = forge(event(payment, amount=amount), data.draw)
    asked = len(chapa.requests)

    status = post(client, body, **{"x-chapa-signature": signature})

    assert status == 403
    assert len(chapa.requests) == asked
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING
    assert done == []


@generated
@given(
    answer=st.fixed_dictionaries(
        {},
        optional={
            "amount": st.sampled_from([0, 499.99, 500.01, "5", "-500.00", True, "1e400", "NaN"])
            | JSON,
            "currency": st.sampled_from(["USD", "etb", "", None]),
            "tx_ref": TEXT | st.none(),
            "status": st.sampled_from(["pending", "failed", "SUCCESS", "paid", None]) | JSON,
        },
    ).filter(bool)
)
def test_a_webhook_is_not_believed_what_chapa_denies(
    answer: dict[str, Any], client: Client, chapa: Site, done: list[str]
) -> None:
    """P01: signed, and says 500.00 ETB; but Chapa's API says another amount, or no success."""
    payment = PaymentFactory.create()
    true = {
        "status": "success",
        "amount": "500.00",
        "currency": "ETB",
        "tx_ref": payment.tx_ref,
        "reference": "R1",
    }
    if all(true[name] == value for name, value in answer.items()):
        return
    if answer.get("amount") in (500, "500") and len(answer) == 1:
        return  # the same amount in other words
    body = json.dumps({"message": "Payment details", "data": {**true, **answer}})
    chapa.answers.append(httpx2.Response(200, content=body.encode()))

    assert signed(client, event(payment)) in {200, 502}

    payment.refresh_from_db()
    assert payment.status != PaymentStatus.PAID
    assert done == []


@generated
@given(body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=80))
def test_whatever_is_signed_does_no_harm(body: bytes, client: Client, chapa: Site) -> None:
    """P01: an event of another kind is ignored; what is no event is refused."""
    assert signed(client, body) in {200, 400}
    assert chapa.requests == []


class TestRefused:
    """What is not even read."""

    def test_without_a_signature(self, client: Client) -> None:
        """P01: the header that signs nothing but the secret does not count."""
        body = event(PaymentFactory.create())
        secret = project.CHAPA_WEBHOOK_SECRET

        assert post(client, body) == 403
        assert post(client, body, **{"Chapa-Signature": sign(body)}) == 403
        assert post(client, body, **{"Chapa-Signature": sign(secret.encode())}) == 403

    def test_where_no_secret_is_set(self, client: Client, settings: Settings) -> None:
        """P01: an empty secret would be everybody's."""
        settings.CHAPA_WEBHOOK_SECRET = ""
        body = event(PaymentFactory.create())

        assert post(client, body, **{"x-chapa-signature": sign(body, "")}) == 403

    def test_what_is_too_long(self, client: Client) -> None:
        body = b" " * 65_000 + b"{}" + b" " * 600

        assert signed(client, body) == 413
        assert signed(client, body[:65_530]) == 200

    def test_other_methods(self, client: Client) -> None:
        assert client.get(WEBHOOK).status_code == 405

    def test_is_logged_without_what_was_sent(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        """P03: who looks for an attack finds it, and no secret."""
        body = event(PaymentFactory.create(), email="abebech@example.com")

        post(client, body, **{"x-chapa-signature": "abc"})

        assert "webhook_refused" in caplog.text
        assert "abebech" not in caplog.text
        assert project.CHAPA_WEBHOOK_SECRET not in caplog.text


class TestAccepted:
    """What Chapa signed."""

    def test_is_settled_by_what_chapa_says(
        self, client: Client, chapa: Site, done: list[str]
    ) -> None:
        """P01: once, however often it comes."""
        payment = begin()
        settle(payment)

        for _ in range(3):
            assert signed(client, event(payment)) == 200

        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PAID
        assert done == ["7"]
        assert payment.events.filter(to_status=PaymentStatus.PAID).count() == 1

    def test_that_it_failed_does_not_undo_what_is_paid(
        self, client: Client, chapa: Site, done: list[str]
    ) -> None:
        """P01: events may come in any order."""
        payment = begin()
        settle(payment)
        signed(client, event(payment))

        settle(payment, status="failed/cancelled")
        assert signed(client, event(payment, event="charge.failed/cancelled")) == 200

        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PAID

    def test_of_a_wrong_amount_is_kept_for_people(
        self, client: Client, chapa: Site, done: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """P01: not paid, and written down; the history says what came."""
        payment = begin()
        settle(payment, amount="1.00")

        assert signed(client, event(payment)) == 200

        payment.refresh_from_db()
        assert payment.status == PaymentStatus.FAILED
        assert payment.failure_reason == "Paid 1.00 ETB instead of 149.90 ETB."
        assert "payment_mismatch" in caplog.text
        assert done == []

    def test_about_an_unknown_payment_is_ignored(self, client: Client, chapa: Site) -> None:
        """P01: to send it again would not help."""
        assert signed(client, event(PaymentFactory.build())) == 200
        assert signed(client, b'{"event": "payout.success", "reference": "R1"}') == 200
        assert chapa.requests == []

    def test_comes_again_while_chapa_does_not_answer(
        self, client: Client, chapa: Site, done: list[str]
    ) -> None:
        """P01, P02: 503 asks for it."""
        payment = begin()
        settle(payment)
        chapa.answers += [httpx2.ConnectError("refused")] * 3
        body = event(payment)

        response = client.post(
            WEBHOOK, body, "application/json", headers={"x-chapa-signature": sign(body)}
        )
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        assert signed(client, event(payment)) == 200

        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PAID

    def test_comes_again_while_what_was_paid_for_cannot_be_done(
        self, client: Client, chapa: Site, monkeypatch: pytest.MonkeyPatch, done: list[str]
    ) -> None:
        """P01: paid and done, or neither; it is tried again."""
        payment = begin()
        settle(payment)

        def write_and_fail(payment: Payment) -> None:
            PaymentEvent.objects.create(payment=payment, to_status="paid", source="api", note="x")
            raise RuntimeError("no paper")

        with monkeypatch.context() as patch:
            patch.setitem(purposes.HANDLERS, "book", write_and_fail)
            assert signed(client, event(payment)) == 503
        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PENDING
        assert not payment.events.filter(to_status="paid").exists()

        assert signed(client, event(payment)) == 200
        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PAID
        assert done == ["7"]
