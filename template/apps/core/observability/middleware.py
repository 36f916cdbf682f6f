"""Each request is a span, and is counted."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode

from apps.core.middleware import Middleware
from apps.core.observability import tracing

# What a stranger writes into a request makes neither a new name of a span nor a new label.
METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
OTHER = "_OTHER"
NO_ROUTE = "none"  # static files, refusals, addresses that lead nowhere


class ObservabilityMiddleware(Middleware):
    """Trace the request, as a part of the trace that it names, and measure it."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, or return what is to be awaited."""
        if iscoroutinefunction(self):
            return self.answer(request)
        with observed(request) as answers:
            response = self.get_response(request)
            answers.append(response)
        return response

    async def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under ASGI."""
        with observed(request) as answers:
            response: HttpResponseBase = await self.get_response(request)
            answers.append(response)
        return response


@contextmanager
def observed(request: HttpRequest) -> Iterator[list[HttpResponseBase]]:
    """Trace and measure a request, whose answer is put into the list."""
    answers: list[HttpResponseBase] = []
    method = request.method if request.method in METHODS else OTHER
    start = time.perf_counter()
    with traced(request, method, answers):
        yield answers
    if settings.METRICS_PORT and answers:
        # Late: this module may be imported before the metrics have a folder.
        from apps.core.observability import metrics

        status = f"{answers[0].status_code // 100}xx"
        seconds = time.perf_counter() - start
        metrics.REQUESTS.labels(method, route(request), status).observe(seconds)


@contextmanager
def traced(request: HttpRequest, method: str, answers: list[HttpResponseBase]) -> Iterator[None]:
    """Make a request a span; a probe, which comes every few seconds, is none."""
    if request.path_info.startswith("/health/"):
        yield
        return
    # Not request.headers, which would remember that there was none.
    context = tracing.parse(request.META.get("HTTP_TRACEPARENT", ""))
    span = tracing.tracer.start_span(
        method, context, kind=SpanKind.SERVER, attributes={"http.request.method": method}
    )
    try:
        with tracing.continued(trace.set_span_in_context(span, Context())):
            yield
    finally:
        if span.is_recording():
            if (where := route(request)) != NO_ROUTE:
                span.update_name(f"{method} {where}")
                span.set_attribute("http.route", where)
            if answers:
                status = answers[0].status_code
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
        span.end()


def route(request: HttpRequest) -> str:
    """Return the pattern of the address, which has places for ids and names, not their values."""
    return legible(request.resolver_match.route) if request.resolver_match else NO_ROUTE


@cache
def legible(pattern: str) -> str:
    """Return the pattern for people: those of REST framework's routers are regular expressions."""
    return simplify_regex(pattern)


@receiver(got_request_exception)
def remember(sender: Any, **kwargs: Any) -> None:
    """Write into the span what the request failed by."""
    if error := sys.exc_info()[1]:
        tracing.fail(trace.get_current_span(), error)
