"""What the fake Chapa answers: to us as the real one does, and to the payer with a page."""

import json
import re
import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.payments.fake import store, webhooks

REQUIRED = ("amount", "currency", "tx_ref")
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
OUTCOMES = {"pay": "success", "fail": "failed/cancelled"}


@csrf_exempt
@require_POST
def initialize(request: HttpRequest) -> JsonResponse:
    """Begin a transaction."""
    if not has_key(request):
        return answer("Invalid API Key or User doesn't exist", HTTPStatus.UNAUTHORIZED)
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return answer("Incorrect header settings Please check if content-type is present")
    if refusal := what_is_wrong(body):
        return answer(refusal)
    transaction = {
        **body,
        "status": "pending",
        "reference": secrets.token_hex(6).upper(),
        "created_at": timezone.now().isoformat(),
    }
    if not store.add(transaction):
        return answer("Transaction reference has been used before")
    checkout = reverse("fake-chapa-checkout", args=[store.identifier(body["tx_ref"])])
    # On the host that the payer knows, whichever of its names this process was called by.
    url = urljoin(body.get("return_url") or request.build_absolute_uri(), checkout)
    return answer("Hosted Link", HTTPStatus.OK, {"checkout_url": url})


@require_GET
def verify(request: HttpRequest, tx_ref: str) -> JsonResponse:
    """Tell what has become of a transaction."""
    if not has_key(request):
        return answer("Invalid API Key", HTTPStatus.UNAUTHORIZED)
    transaction = store.find(store.identifier(tx_ref))
    if transaction is None:
        return answer("Invalid transaction or Transaction not found", HTTPStatus.NOT_FOUND)
    return answer("Payment details", HTTPStatus.OK, details(transaction))


@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest, checkout: str) -> HttpResponse:
    """Let the payer pay, or fail to; then tell the shop, and send the payer back to it."""
    transaction = store.find(checkout)
    if transaction is None:
        raise Http404
    if request.method == "GET":
        return render(request, "payments/fake_checkout.html", {"transaction": transaction})
    outcome = OUTCOMES.get(request.POST.get("outcome", ""))
    if outcome and transaction["status"] != "success":
        transaction["status"] = outcome
        store.update(transaction)
        url = request.build_absolute_uri(reverse("payment-webhook"))
        webhooks.send(url, details(transaction), transaction.get("callback_url", ""))
    return HttpResponseRedirect(transaction.get("return_url") or request.path)


def has_key(request: HttpRequest) -> bool:
    """Return whether the request has the shop's key."""
    key = f"Bearer {settings.CHAPA_SECRET_KEY}"
    return constant_time_compare(request.headers.get("Authorization", ""), key)


def what_is_wrong(body: dict[str, Any]) -> str:
    """Return what Chapa would refuse."""
    for name in REQUIRED:
        if not isinstance(body.get(name), str) or not body[name]:
            return f"{name}: validation.required"
    if not AMOUNT.fullmatch(body["amount"]) or float(body["amount"]) <= 0:
        return "amount: validation.numeric"
    if body["currency"] not in {"ETB", "USD"}:
        return f"Invalid currency, {body['currency']} is not supported"
    if len(body.get("customization", {}).get("title", "")) > 16:
        return "customization.title: validation.max"
    return ""


def details(transaction: dict[str, Any]) -> dict[str, Any]:
    """Return a transaction as Chapa tells of it."""
    names = ("first_name", "last_name", "email", "currency", "amount", "tx_ref", "customization")
    return {
        **{name: transaction.get(name) for name in names},
        "charge": "0.00",
        "mode": "test",
        "method": "test",
        "type": "API",
        "status": transaction["status"],
        "reference": transaction["reference"],
        "meta": None,
        "created_at": transaction["created_at"],
        "updated_at": timezone.now().isoformat(),
    }


def answer(
    message: str,
    status: HTTPStatus = HTTPStatus.BAD_REQUEST,
    data: dict[str, Any] | None = None,
) -> JsonResponse:
    """Answer in Chapa's form."""
    word = "success" if status == HTTPStatus.OK else "failed"
    return JsonResponse({"message": message, "status": word, "data": data}, status=status)
