"""Calls to other services: each is one line in the log, whether it is answered or not.

A line has neither query, headers nor bodies: they hold keys and personal data. The id of the request
is not handed on: what others may do with it is not ours to know.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import structlog

from apps.core.redaction import redact_path

logger = structlog.get_logger(__name__)


@contextmanager
def _logged(service: str, request: httpx2.Request) -> Iterator[list[int]]:
    """Log a call, which puts the status of its answer into the list."""
    call = {
        "service": service,
        "method": request.method,
        "host": request.url.host,
        "path": redact_path(request.url.path),
    }
    status: list[int] = []
    start = time.perf_counter()
    try:
        yield status
    except BaseException as error:
        milliseconds = round((time.perf_counter() - start) * 1000, 1)
        name = type(error).__name__  # its text may hold the address
        logger.warning("outbound_call_failed", **call, error=name, milliseconds=milliseconds)
        raise
    milliseconds = round((time.perf_counter() - start) * 1000, 1)
    logger.info("outbound_call_finished", **call, status=status[0], milliseconds=milliseconds)


class Client(httpx2.Client):
    """Logs what it sends, and how it ended."""

    def __init__(self, service: str, **options: Any) -> None:
        super().__init__(**options)
        self.service = service

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send, and log."""
        with _logged(self.service, request) as status:
            response = super().send(request, **options)
            status.append(response.status_code)
        return response


class AsyncClient(httpx2.AsyncClient):
    """Logs what it sends, and how it ended."""

    def __init__(self, service: str, **options: Any) -> None:
        super().__init__(**options)
        self.service = service

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send, and log."""
        with _logged(self.service, request) as status:
            response = await super().send(request, **options)
            status.append(response.status_code)
        return response


def client(
    service: str,
    *,
    base_url: str,
    timeout: float,
    headers: dict[str, str] | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> Client:
    """Return a client that logs each call: service, method, path, status, milliseconds."""
    return Client(service, base_url=base_url, timeout=timeout, headers=headers, transport=transport)
