"""Calls to other services: one line each, without what is secret in them."""

import asyncio
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import httpx2
import pytest

from apps.core.http import AsyncClient, client

ID = "9895c639-e5e1-41fb-a70d-9bba164d4fd8"


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.Client:
    """Return a client whose partner answers in this process."""
    return client(
        "partner",
        base_url="https://user:tr0ub4dor@api.example.org",
        timeout=1,
        headers={"Authorization": "Bearer abc-secret"},
        transport=httpx2.MockTransport(answer),
    )


def lines(log: StringIO) -> list[dict[str, Any]]:
    """Return what was logged of calls."""
    found = map(json.loads, log.getvalue().splitlines())
    return [line for line in found if line["event"].startswith("outbound_call_")]


def test_a_call_is_one_line(log: StringIO) -> None:
    """P03, B07: who was asked for what, what came back and how long it took."""
    with answering(lambda request: httpx2.Response(404)) as partner:
        partner.get(f"/v1/verify/{ID}", params={"email": "ada@example.com"})

    (line,) = lines(log)
    assert line["event"] == "outbound_call_finished"
    assert (line["service"], line["method"], line["host"]) == ("partner", "GET", "api.example.org")
    assert (line["path"], line["status"]) == (f"/v1/verify/{ID}", 404)
    assert line["milliseconds"] >= 0


def test_neither_headers_nor_query_nor_bodies_are_logged(log: StringIO) -> None:
    """P03: nor what is secret in the path."""
    with answering(lambda request: httpx2.Response(200, json={"token": "answered"})) as partner:
        partner.post("/reset/Tr0ub4dor&3", params={"q": "asked"}, json={"password": "posted"})

    for secret in ("tr0ub4dor", "Tr0ub4dor", "abc-secret", "asked", "posted", "answered"):
        assert secret not in log.getvalue()


def test_a_call_that_fails_is_one_line_too(log: StringIO) -> None:
    """P03: by the kind of the failure; its text may hold an address."""

    def fail(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("of a secret", request=request)

    with answering(fail) as partner, pytest.raises(httpx2.ReadTimeout):
        partner.get("/slow")

    (line,) = lines(log)
    assert line["event"] == "outbound_call_failed"
    assert (line["level"], line["path"], line["error"]) == ("warning", "/slow", "ReadTimeout")
    assert "secret" not in log.getvalue()


def test_partners_do_not_get_our_request_id() -> None:
    """P03: it would join their logs with ours."""
    with answering(lambda request: httpx2.Response(200, json=dict(request.headers))) as partner:
        assert "x-request-id" not in partner.get("/").json()


def test_asynchronous_calls_are_logged_alike(log: StringIO) -> None:
    """P03, C03: those of the page /status/."""

    async def ask() -> None:
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200))
        address = "https://example.org/health?token=abc"
        async with (
            AsyncClient("status", transport=transport) as partner,
            partner.stream("GET", address),
        ):
            pass

    asyncio.run(ask())

    (line,) = lines(log)
    assert (line["service"], line["host"], line["path"]) == ("status", "example.org", "/health")
    assert "abc" not in log.getvalue()
