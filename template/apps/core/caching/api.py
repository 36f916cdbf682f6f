"""Lists that are the same for many readers are made once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.caching.namespace import Namespace


def cached_response(
    namespace: Namespace,
    request: Request,
    respond: Callable[[], Response],
    *,
    until: Callable[[], datetime | None] | None = None,
) -> Response:
    """Answer with stored data, or with what `respond` says; the header X-Cache tells which.

    All who ask for the same address get the same: the caller lets in only those who may. An error
    is raised, not returned, so it is never stored.
    """
    found = "hit"

    def compute() -> Any:
        nonlocal found
        found = "miss"
        return respond().data

    data = namespace.get_or_compute(_key(request), compute, until=until)
    return Response(data, headers={"X-Cache": found})


def _key(request: Request) -> str:
    """Return the key of an address: links to other pages hold the host, so it counts."""
    query = urlencode(sorted(request.query_params.lists()), doseq=True)
    return sha256(f"{request.build_absolute_uri(request.path)}?{query}".encode()).hexdigest()
