"""Traces: which parts a request or a task was made of, and how long each took.

The trace's id comes with the request, in the W3C header `traceparent`; it is kept with an event and
goes with its messages. So it is in the log of the web server and of the worker, also where nobody
collects traces: then there are no spans, and nothing else is done.

A span has neither queries of URLs, values of SQL, keys of the cache nor bodies.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx2
import structlog
from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from apps.core.redaction import redact

LONGEST = 2000  # characters of a statement

tracer = trace.get_tracer(__name__)
propagator = TraceContextTextMapPropagator()


# The context: whose trace it is


def parse(traceparent: str) -> Context:
    """Return the context that a header names; an empty one if it is none."""
    # Nothing else is read: `tracestate` and `baggage` are texts of whoever sent them.
    return propagator.extract({"traceparent": traceparent}, Context())


def current_traceparent() -> str:
    """Return the header that names what is being traced, or an empty text."""
    carrier: dict[str, str] = {}
    propagator.inject(carrier)
    return carrier.get("traceparent", "")


def bind() -> None:
    """Let each line of the log have the trace's id, as long as the request or the task lasts."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        structlog.contextvars.bind_contextvars(trace_id=f"{context.trace_id:032x}")
    else:
        structlog.contextvars.unbind_contextvars("trace_id")


@contextmanager
def continued(context: Context) -> Iterator[None]:
    """Go on with a trace that began elsewhere, or with none."""
    before = structlog.contextvars.get_contextvars().get("trace_id")
    token = attach(context)
    bind()
    try:
        yield
    finally:
        detach(token)
        structlog.contextvars.unbind_contextvars("trace_id")
        if before:
            structlog.contextvars.bind_contextvars(trace_id=before)


# Spans


@contextmanager
def part(name: str, attributes: Mapping[str, str]) -> Iterator[Span]:
    """Trace a part of a request or a task; outside of them, and untraced, there is no span."""
    if not trace.get_current_span().is_recording():
        yield trace.INVALID_SPAN
        return
    with tracer.start_as_current_span(
        name,
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            # What a server says may repeat a row: the span of the request has it, masked.
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise


def fail(span: Span, error: BaseException) -> None:
    """Write into a span why it failed."""
    if span.is_recording():
        name = type(error).__name__
        span.set_attribute("error.type", name)
        said = {"exception.type": name, "exception.message": redact(str(error))}
        span.add_event("exception", said)
        span.set_status(Status(StatusCode.ERROR))


def traced_call(
    log: Callable[[str, httpx2.Request], AbstractContextManager[list[int]]],
) -> Callable[[str, httpx2.Request], AbstractContextManager[list[int]]]:
    """Make each call to another service a span around its line in the log."""

    @contextmanager
    def traced(service: str, request: httpx2.Request) -> Iterator[list[int]]:
        attributes = {
            "http.request.method": request.method,
            "peer.service": service,
            "server.address": request.url.host,
        }
        with part(f"{request.method} {service}", attributes) as span:
            with log(service, request) as status:
                yield status
            span.set_attribute("http.response.status_code", status[0])

    return traced


def trace_query(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
) -> Any:
    """Trace a query: its text has a place for each value, and not the values."""
    if not trace.get_current_span().is_recording():
        return execute(sql, params, many, context)
    text = str(sql)
    attributes = {
        "db.system.name": context["connection"].vendor,
        "db.query.text": text[:LONGEST],
    }
    with part(text.partition(" ")[0].upper()[:20], attributes):
        return execute(sql, params, many, context)


def watch(connection: Any, **kwargs: Any) -> None:
    """Trace the queries of a connection."""
    if trace_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(trace_query)


# The process


def set_up() -> None:
    """Send traces if the environment says where to; called once, in a process that forks no more."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        # Late: what is not used costs neither time nor memory.
        from apps.core.observability.export import exporter, send_to

        send_to(exporter())
        connection_created.connect(watch)
        for connection in connections.all(initialized_only=True):
            watch(connection)
