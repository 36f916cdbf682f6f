"""What Chapa tells us: whether it was Chapa, and about which payment."""

import hashlib
import hmac
import json
from http import HTTPStatus

import structlog
from django.conf import settings
from django.utils.crypto import constant_time_compare

from apps.core.errors import ApplicationError
from apps.payments import selectors, services
from apps.payments.models import Source

# Of the whole body, as it came. `Chapa-Signature` signs the secret itself, and proves nothing.
SIGNATURE = "x-chapa-signature"

logger = structlog.get_logger(__name__)


def signature(body: bytes) -> str:
    """Return what Chapa signs a body with."""
    secret = settings.CHAPA_WEBHOOK_SECRET.encode()
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def receive(body: bytes, signed: str) -> None:
    """Believe nothing but that something happened to a payment, and ask Chapa what it was."""
    _require_signature(body, signed)
    tx_ref = _tx_ref(body)
    payment = selectors.payments().filter(tx_ref=tx_ref).first()
    if payment is None:
        # Other sites may share the account, and other events name no payment: nothing to repeat.
        logger.info("webhook_ignored")
        return
    services.verify(payment, source=Source.WEBHOOK)


def _require_signature(body: bytes, signed: str) -> None:
    """Refuse what Chapa did not sign; without a secret, everything."""
    if settings.CHAPA_WEBHOOK_SECRET and constant_time_compare(signed, signature(body)):
        return
    logger.warning("webhook_refused", reason="wrong signature" if signed else "no signature")
    raise ApplicationError(
        "The signature is not Chapa's.", code="wrong_signature", status=HTTPStatus.FORBIDDEN
    )


def _tx_ref(body: bytes) -> str:
    """Return which payment it is about, if it is about one."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise ApplicationError(
            "This is no JSON object.", code="malformed", status=HTTPStatus.BAD_REQUEST
        )
    tx_ref = event.get("tx_ref")
    return tx_ref if isinstance(tx_ref, str) else ""
