"""The middleware that comes first: request id, problem details, probes; and that for static files."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction, markcoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from whitenoise.middleware import WhiteNoiseMiddleware

from apps.core.errors import as_problem, database_away, database_is_away

GetResponse = Callable[[HttpRequest], Any]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Middleware:
    """Works before and after the rest, under WSGI and, without a thread of its own, under ASGI."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, or return what is to be awaited."""
        if iscoroutinefunction(self):
            return self.answer(request)
        return self.after(request, self.before(request) or self.get_response(request))

    async def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under ASGI."""
        return self.after(request, self.before(request) or await self.get_response(request))

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Prepare the request, or answer it."""
        return None

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Finish the answer."""
        return response


class RequestIDMiddleware(Middleware):
    """Give each request an id, the caller's if it is well-formed, and return it as X-Request-ID."""

    def before(self, request: HttpRequest) -> None:
        """Give the request an id."""
        # Not request.headers, which would remember that there was none.
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the request's id."""
        response.headers["X-Request-ID"] = request.META["HTTP_X_REQUEST_ID"]
        return response


class ProblemDetailsMiddleware(Middleware):
    """Turn each error of the API and of the probes, whoever answered it, into problem details."""

    prefixes = ("/api/", "/health/")

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Answer with problem details if it is an error."""
        if response.status_code >= 400 and request.path_info.startswith(self.prefixes):
            return as_problem(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer for every view, API or page, that found the database away."""
        if not database_is_away(error):
            return None
        request.user = AnonymousUser()  # or the log would ask the database again who it is
        return database_away(request)


class HealthMiddleware(Middleware):
    """Answer the probes first: they come over plain HTTP, with an address for a host name."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer a probe, or pass the request on."""
        if not request.path_info.startswith("/health/"):
            return self.get_response(request)
        probe = resolve(request.path_info).func
        return (probe if iscoroutinefunction(self) else async_to_sync(probe))(request)


class StaticFilesMiddleware(Middleware):
    """Serve static files by whitenoise, whose own middleware would need a thread under ASGI."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.find = WhiteNoiseMiddleware(lambda request: None)

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Answer with a file if that is what the request asks for."""
        response: HttpResponseBase | None = self.find(request)
        return response
