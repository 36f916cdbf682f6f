"""Chapa, as tests meet it: the fake one, reached without a network, or one that misbehaves."""

import contextvars
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import httpx2
import stamina
from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory
from apps.payments import chapa, services
from apps.payments.fake import store, webhooks
from apps.payments.models import Payment

Answer = httpx2.Response | Exception

SITE = "http://testserver/"


class Site(httpx2.BaseTransport):
    """Carries a request to this very project, or answers it with what a test has put first."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer."""
        request.read()
        self.requests.append(request)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        # In a context of its own, as another process would have.
        return contextvars.copy_context().run(self.ask, request)

    def ask(self, request: httpx2.Request) -> httpx2.Response:
        """Ask this project."""
        response = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.content,
            request.headers.get("Content-Type", ""),
            headers={
                name: value
                for name, value in request.headers.items()
                if name.lower() not in {"content-type", "content-length", "host"}
            },
        )
        return httpx2.Response(response.status_code, content=response.content)


def send(url: str, transaction: dict[str, Any], callback_url: str) -> None:
    """Tell the shop at once, and not in a thread."""
    webhooks.deliver(url, transaction, callback_url, Site())


@contextmanager
def fake_chapa() -> Iterator[Site]:
    """Have the client talk to the fake, which keeps what it knows in a folder of its own."""
    site = Site()
    client = chapa.Chapa(site)
    with (
        TemporaryDirectory() as folder,
        mock.patch.object(store, "FOLDER", Path(folder)),
        mock.patch.object(chapa, "client", return_value=client),
        mock.patch.object(webhooks, "send", send),
        stamina.set_testing(True, attempts=chapa.ATTEMPTS, cap=True),
    ):
        yield site


def begin(user: User | None = None, amount: str = "149.90") -> Payment:
    """Begin a payment for a book."""
    return services.start(
        user=user or UserFactory.create(full_name="Abebech Bekele"),
        purpose="book",
        reference="7",
        amount=Decimal(amount),
        title="A book: “Fikir”",
        site=SITE,
    )


def settle(payment: Payment, **changes: Any) -> None:
    """Let the fake know that a payment was paid, or what else became of it."""
    transaction = store.find(store.identifier(payment.tx_ref))
    assert transaction is not None
    store.update({**transaction, "status": "success", **changes})


def event(payment: Payment, **changes: Any) -> bytes:
    """Return the body of a webhook about a payment."""
    members = {
        "event": "charge.success",
        "tx_ref": payment.tx_ref,
        "status": "success",
        "amount": f"{payment.amount}",
        "currency": payment.currency,
    }
    return json.dumps({**members, **changes}).encode()


def sign(body: bytes, secret: str | None = None) -> str:
    """Return the signature of a body."""
    key = settings.CHAPA_WEBHOOK_SECRET if secret is None else secret
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
