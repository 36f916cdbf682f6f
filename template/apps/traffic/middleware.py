"""The block list and the log of requests."""

from time import perf_counter, time
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject, empty

from apps.core.addresses import client_address
from apps.core.errors import problem_response
from apps.core.middleware import GetResponse, Middleware, ProblemDetailsMiddleware
from apps.traffic.blocklist import block_list
from apps.traffic.recorder import Note, recorder

BLOCKED = {"detail": "Your address is blocked.", "code": "address_blocked"}


class BlockListMiddleware(Middleware):
    """Refuse those who are blocked, whatever they ask for."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, after a look at the database if it is time for one."""
        if not iscoroutinefunction(self) and self.is_to_read(request):
            block_list.refresh()
        return super().__call__(request)

    async def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under ASGI."""
        if self.is_to_read(request):
            await sync_to_async(block_list.refresh)()
        return await super().answer(request)

    def is_to_read(self, request: HttpRequest) -> bool:
        """Return whether to read the list again; a probe never waits for the database."""
        return block_list.is_old() and not request.path_info.startswith("/health/")

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Refuse who is blocked."""
        if not block_list or client_address(request) not in block_list:
            return None
        if request.path_info.startswith(ProblemDetailsMiddleware.prefixes):
            return problem_response(request, 403, **BLOCKED)
        raise PermissionDenied(BLOCKED["detail"])


class RequestLogMiddleware(Middleware):
    """Take a note of each request that comes as far as this; it is written later."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        if not settings.REQUEST_LOG:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, and take the note."""
        if iscoroutinefunction(self):
            return self.answer(request)
        at, began = time(), perf_counter()
        response = self.get_response(request)
        take_note(request, response, at, perf_counter() - began)
        return response

    async def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under ASGI."""
        at, began = time(), perf_counter()
        response: HttpResponseBase = await self.get_response(request)
        take_note(request, response, at, perf_counter() - began)
        return response


def take_note(request: HttpRequest, response: HttpResponseBase, at: float, seconds: float) -> None:
    """Keep what the log is to say of a request."""
    recorder.add(
        Note(
            at,
            client_address(request),
            request.method or "",
            request.path,
            response.status_code,
            seconds,
            known_user(request),
            request.META.get("HTTP_X_REQUEST_ID", ""),
        )
    )


def known_user(request: HttpRequest) -> int | None:
    """Return who sent a request, if anybody has asked: the log asks the database nothing."""
    user: Any = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    key: int | None = getattr(user, "pk", None)
    return key
