"""The middleware that comes first: request id, problem details, probes."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

from apps.core.errors import as_problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIDMiddleware:
    """Give each request an id, the caller's if it is well-formed, and return it as X-Request-ID."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the request's id."""
        # Not request.headers, which would remember that there was none.
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class ProblemDetailsMiddleware:
    """Turn each error of the API and of the probes, whoever answered it, into problem details."""

    prefixes = ("/api/", "/health/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with problem details if it is an error."""
        response = self.get_response(request)
        if response.status_code >= 400 and request.path_info.startswith(self.prefixes):
            return as_problem(request, response)
        return response


class HealthMiddleware:
    """Answer the probes first: they come over plain HTTP, with an address for a host name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a probe, or pass the request on."""
        if request.path_info.startswith("/health/"):
            response: HttpResponseBase = resolve(request.path_info).func(request)
            return response
        return self.get_response(request)
