"""How the fake Chapa tells the shop: by a signed webhook, and by a call of `callback_url`."""

import hashlib
import hmac
import json
from threading import Thread
from typing import Any

import httpx2
import stamina
import structlog
from django.conf import settings

from apps.core import http

logger = structlog.get_logger(__name__)


def send(url: str, transaction: dict[str, Any], callback_url: str) -> None:
    """Tell the shop what happened, while the payer goes on."""
    Thread(target=deliver, args=(url, transaction, callback_url), daemon=True).start()


def deliver(
    url: str,
    transaction: dict[str, Any],
    callback_url: str,
    transport: httpx2.BaseTransport | None = None,
) -> None:
    """Send the webhook, and again until the shop has taken it; then call back."""
    body = json.dumps({"event": f"charge.{transaction['status']}", **transaction}).encode()
    query = {"trx_ref": transaction["tx_ref"], "status": transaction["status"]}
    with http.client("shop", base_url="", timeout=10, transport=transport) as client:
        try:
            for attempt in stamina.retry_context(on=httpx2.HTTPError, attempts=5, wait_initial=1):
                with attempt:
                    client.post(url, content=body, headers=headers(body)).raise_for_status()
        except httpx2.HTTPError as error:
            logger.warning("webhook_not_delivered", error=type(error).__name__)
        if callback_url:
            client.get(callback_url, params=query)


def headers(body: bytes) -> dict[str, str]:
    """Return both headers that Chapa sends: one signs the body, the other nothing but the secret."""
    secret = settings.CHAPA_WEBHOOK_SECRET.encode()
    return {
        "Content-Type": "application/json",
        "x-chapa-signature": hmac.new(secret, body, hashlib.sha256).hexdigest(),
        "Chapa-Signature": hmac.new(secret, secret, hashlib.sha256).hexdigest(),
    }
