"""Chapa's API: https://developer.chapa.co. What it answers is checked before it is believed."""

import enum
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from http import HTTPStatus
from textwrap import shorten
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2
import stamina
import structlog
from django.conf import settings

from apps.core import http
from apps.core.errors import ApplicationError
from apps.core.redaction import redact
from apps.payments.models import Payment

# A call that is not answered ends after four seconds, and all tries together after some nine.
TIMEOUT = 4
ATTEMPTS = 3
GIVE_UP_AFTER = 6

# What Chapa takes for the texts on its page.
TITLE_LENGTH = 16
DESCRIPTION_LENGTH = 50
NOT_ALLOWED = re.compile(r"[^A-Za-z0-9 ._-]+")

logger = structlog.get_logger(__name__)


class Outcome(enum.Enum):
    """What Chapa says of a transaction."""

    PAID = "success"
    FAILED = "failed"
    WAITING = "pending"


# Chapa's words: "failed/cancelled" is one of them.
OUTCOMES = {
    "success": Outcome.PAID,
    "failed": Outcome.FAILED,
    "failed/cancelled": Outcome.FAILED,
    "cancelled": Outcome.FAILED,
    "refunded": Outcome.FAILED,
    "reversed": Outcome.FAILED,
    "pending": Outcome.WAITING,
}


@dataclass(frozen=True)
class Transaction:
    """A transaction as Chapa knows it; of one that was never begun only the reference is known."""

    tx_ref: str
    outcome: Outcome
    amount: Decimal | None = None
    currency: str = ""
    reference: str = ""


class ChapaAwayError(ApplicationError):
    """Chapa does not answer, or not now."""

    wait = 30  # seconds, for the header Retry-After

    def __init__(self) -> None:
        super().__init__(
            "The payment service does not answer: try again in a moment.",
            code="payment_service_unavailable",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )


class ChapaRefusedError(ApplicationError):
    """Chapa will not do it, however often it is asked: a wrong key, or a value that it refuses."""

    def __init__(self) -> None:
        super().__init__(
            "The payment service refused the request.",
            code="payment_service_refused",
            status=HTTPStatus.BAD_GATEWAY,
        )


class ReferenceUsedError(ChapaRefusedError):
    """Chapa has a transaction of this reference: an earlier try arrived, but not its answer."""


class ChapaMalformedError(ApplicationError):
    """Chapa's answer is not what its documentation says."""

    def __init__(self) -> None:
        super().__init__(
            "The payment service gave an answer that makes no sense.",
            code="payment_service_malformed",
            status=HTTPStatus.BAD_GATEWAY,
        )


class Chapa:
    """A client: one for each process, which keeps its connections."""

    def __init__(self, transport: httpx2.BaseTransport | None = None) -> None:
        self.http = http.client(
            "chapa",
            base_url=f"{settings.CHAPA_URL}/v1/",
            timeout=TIMEOUT,
            headers={"Authorization": f"Bearer {settings.CHAPA_SECRET_KEY}"},
            transport=transport,
        )
        self.scheme = urlsplit(settings.CHAPA_URL).scheme
        # To repeat is safe: Chapa begins one transaction for a reference, and refuses the second.
        self.retry = stamina.RetryingCaller(
            attempts=ATTEMPTS,
            timeout=GIVE_UP_AFTER,
            wait_initial=0.2,
            wait_max=1,
            wait_jitter=0.3,
        )

    def initialize(self, payment: Payment, *, return_url: str) -> str:
        """Begin a transaction; return the address of the page where the payer pays."""
        first_name, _, last_name = payment.user.full_name.partition(" ")
        body = {
            "amount": f"{payment.amount:.2f}",
            "currency": payment.currency,
            "email": payment.user.email,
            "first_name": first_name,
            **({"last_name": last_name} if last_name else {}),
            "tx_ref": payment.tx_ref,
            # Chapa calls the one and sends the payer to the other: either way we ask Chapa.
            "callback_url": return_url,
            "return_url": return_url,
            "customization": {
                "title": _plain(settings.PROJECT_NAME, TITLE_LENGTH) or "Payment",
                "description": _plain(payment.title, DESCRIPTION_LENGTH) or payment.tx_ref,
            },
        }
        response = self._call("POST", "transaction/initialize", json=body)
        data = _read(response)
        if response.status_code != HTTPStatus.OK:
            _refuse(response, data)
        url: str = _member(_member(data, "data", dict), "checkout_url", str)
        # Payers are sent there: never to a plain page from an encrypted API, nor to a script.
        if urlsplit(url).scheme != self.scheme or not urlsplit(url).hostname or len(url) > 500:
            raise ChapaMalformedError
        return url

    def verify(self, tx_ref: str) -> Transaction:
        """Ask what has become of a transaction."""
        response = self._call("GET", f"transaction/verify/{tx_ref}")
        data = _read(response)
        if response.status_code == HTTPStatus.NOT_FOUND:  # not paid yet, or never begun
            _member(data, "message", str)
            return Transaction(tx_ref, Outcome.WAITING)
        if response.status_code != HTTPStatus.OK:
            _refuse(response, data)
        found = _member(data, "data", dict)
        outcome = OUTCOMES.get(_member(found, "status", str))
        if outcome is None or _member(found, "tx_ref", str) != tx_ref:
            raise ChapaMalformedError
        reference = found.get("reference")
        return Transaction(
            tx_ref,
            outcome,
            amount=_amount(found.get("amount")),
            currency=_member(found, "currency", str),
            reference=reference[:100] if isinstance(reference, str) else "",
        )

    def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Call, and again if the network or Chapa's server fails; return any other answer."""

        def once() -> httpx2.Response:  # without arguments: what is tried again is logged with them
            response = self.http.request(method, path, **options)
            if response.is_server_error:
                response.raise_for_status()
            return response

        try:
            response = self.retry(_may_pass, once)
        except httpx2.HTTPError as error:
            raise (ChapaAwayError if _may_pass(error) else ChapaMalformedError)() from error
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise ChapaAwayError
        return response


@cache
def client() -> Chapa:
    """Return the client of this process."""
    return Chapa()


def _may_pass(error: Exception) -> bool:
    """Return whether it may work the next time."""
    passing = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError)
    return isinstance(error, (*passing, httpx2.HTTPStatusError))


def _plain(text: str, length: int) -> str:
    """Return a text as Chapa takes it: in its letters, and whole words as far as they fit."""
    plain = NOT_ALLOWED.sub(" ", text)
    return shorten(plain, length, placeholder="") or plain.strip()[:length]


def _read(response: httpx2.Response) -> dict[str, Any]:
    """Return the object that an answer holds."""
    try:
        data = response.json(parse_float=Decimal)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ChapaMalformedError
    return data


def _refuse(response: httpx2.Response, data: dict[str, Any]) -> NoReturn:
    """Raise what a refusal means, and log what Chapa says of it."""
    if not response.is_client_error:
        raise ChapaMalformedError
    message = redact(str(data.get("message")))[:200]
    logger.warning("chapa_refused", status=response.status_code, message=message)
    if response.status_code == HTTPStatus.BAD_REQUEST and "reference has been used" in message:
        raise ReferenceUsedError
    raise ChapaRefusedError


def _member(data: dict[str, Any], name: str, kind: type[Any]) -> Any:
    """Return a member of an answer that has to be there."""
    value = data.get(name)
    if not isinstance(value, kind):
        raise ChapaMalformedError
    return value


def _amount(value: Any) -> Decimal:
    """Return an amount: Chapa writes it as a number, or as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ChapaMalformedError
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ChapaMalformedError from error
    if not amount.is_finite():
        raise ChapaMalformedError
    return amount
