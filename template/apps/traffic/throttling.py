"""Rate limits: how many requests of a kind, in how long, from one user or one address.

The count begins with the first request and ends with its period. It is kept in the cache, which all
processes share if it is a server; while that is away nothing is counted, and all are served.
"""

from functools import lru_cache
from math import ceil
from time import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from apps.core.addresses import client_address, network_address

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RateLimit(BaseThrottle):
    """Counts by the view's `throttle_scope`, one of RATE_LIMITS: "api" unless it says otherwise."""

    left = 0.0  # seconds

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Return whether the request is within the limit, and count it."""
        scope = getattr(view, "throttle_scope", "api")
        user = user_of(request, view)
        kind, who = ("user", user) if user else ("anonymous", address_of(request))
        limit, period = parse_rate(settings.RATE_LIMITS[scope][kind])
        count, self.left = hit(f"rate:{scope}:{kind}:{who}", period)
        return count <= limit

    def wait(self) -> float:
        """Return the seconds after which to try again: the header Retry-After."""
        return max(1, ceil(self.left))


def hit(key: str, period: int) -> tuple[int, float]:
    """Count a request; return how many there were in this period, and how long it still lasts."""
    now = time()
    began = cache.get_or_set(key, now, period) or now
    # A key for each period: one that ends between two commands leaves no count without an end.
    count_key = f"{key}:{began}"
    if cache.add(count_key, 1, 2 * period):
        return 1, period
    try:
        return cache.incr(count_key), began + period - now
    except ValueError:  # thrown out of a full cache
        return 1, period


@lru_cache
def parse_rate(rate: str) -> tuple[int, int]:
    """Return how many requests a rate such as 120/m allows, and in how many seconds."""
    limit, _, period = rate.partition("/")
    return int(limit), SECONDS[period]


def user_of(request: Request, view: "APIView") -> object:
    """Return the key of the user, nothing for others; also where a view leaves that to allauth."""
    if view.authentication_classes:
        return request.user.pk
    authentications: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES
    for authentication in authentications:
        try:
            found = authentication().authenticate(request)
        except AuthenticationFailed:
            continue
        if found:
            return found[0].pk
    return None


def address_of(request: Request) -> str:
    """Return the address; of IPv6 the network, which a single client has to itself."""
    address = client_address(request)
    return network_address(address, ipv4=32, ipv6=64) if address else ""
