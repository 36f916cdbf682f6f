"""What becomes of an endpoint that has a successor: each of its answers says so.

A new version of the API has only what differs from the one before. An endpoint that is replaced goes
on as it is until its day comes; the decorator is all that it takes:

    @deprecated(since=date(2026, 12, 1), sunset=date(2028, 1, 1), successor="profile-v2")
    class ProfileView(NewProfileView): ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

ViewClass = TypeVar("ViewClass", bound=type[Any])


@dataclass(frozen=True)
class Deprecation:
    """Since when an endpoint should not be used, until when it answers, and what replaces it."""

    since: date
    sunset: date
    successor: str

    def headers(self, match: ResolverMatch) -> dict[str, str]:
        """Return the headers of an answer: RFC 9745, RFC 8594, and RFC 8288 with RFC 5829."""
        headers = {
            "Deprecation": f"@{_moment(self.since)}",
            "Sunset": http_date(_moment(self.sunset)),
        }
        if successor := self.address(match):
            headers["Link"] = f'<{successor}>; rel="successor-version"'
        return headers

    def address(self, match: ResolverMatch) -> str:
        """Return where the successor is: of an action of a viewset, the same action there."""
        basename = getattr(match.func, "initkwargs", {}).get("basename") or match.url_name
        action = (match.url_name or "").removeprefix(basename or "")
        try:
            return reverse(f"{self.successor}{action}", args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:  # this action has none
            return ""


def deprecated(*, since: date, sunset: date, successor: str) -> Callable[[ViewClass], ViewClass]:
    """Return a decorator for views and viewsets that will be gone one day.

    `successor` is the name of the route that replaces the view, or the basename of the viewset. What
    derives from the view is deprecated too: let the older version derive from the newer one.
    """
    if since >= sunset:
        raise ValueError("An endpoint is deprecated before it goes.")
    words = (
        _header("Deprecation", f"Since when not to use it: {since}, in seconds of Unix time."),
        _header("Sunset", f"The day from which it may be gone: {sunset}, as a date of HTTP."),
        _header("Link", "What replaces it, as `successor-version`."),
    )

    def decorate(view: ViewClass) -> ViewClass:
        view.deprecation = Deprecation(since, sunset, successor)
        return extend_schema(deprecated=True, parameters=list(words))(view)

    return decorate


def deprecation_headers(request: HttpRequest) -> dict[str, str]:
    """Return what the answer to a request has to say, whoever answered it: mostly nothing."""
    match = request.resolver_match
    if match is None:
        return {}
    view = getattr(match.func, "cls", None) or getattr(match.func, "view_class", None)
    found: Deprecation | None = getattr(view, "deprecation", None)
    return found.headers(match) if found else {}


def _moment(day: date) -> int:
    """Return the beginning of a day in Unix time."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _header(name: str, description: str) -> OpenApiParameter:
    """Return the description of a header of the answers."""
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=description, response=True
    )
