"""Traces: from the header of a request to its parts, and what is in none of them."""

import json
import os
import subprocess
import sys
import threading
from io import StringIO
from typing import Any

import httpx2
import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from apps.core.http import Client as HTTPClient
from apps.core.observability import export
from apps.core.observability.export import PatientExporter

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
SECRET = "Correct-Horse-9"


def work(request: HttpRequest, word: str) -> HttpResponse:
    """Ask the database and a partner."""
    get_user_model().objects.filter(email=request.GET["q"]).exists()
    transport = httpx2.MockTransport(lambda request: httpx2.Response(204))
    with HTTPClient("partner", base_url="https://partner.example", transport=transport) as partner:
        sent = partner.get(f"/{SECRET}", params={"token": SECRET}).request
    assert "traceparent" not in sent.headers
    return HttpResponse()


def fail(request: HttpRequest) -> HttpResponse:
    """Fail, and repeat what came in."""
    raise ValueError(f"no {request.GET['q']}")


def call_in_vain(request: HttpRequest) -> HttpResponse:
    """Call somebody who does not answer."""

    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError(SECRET)

    transport = httpx2.MockTransport(refuse)
    with HTTPClient("partner", base_url="https://partner.example", transport=transport) as partner:
        partner.get("/")
    return HttpResponse()


urlpatterns = [
    path("work/<str:word>/", work),
    path("fail/", fail),
    path("call/", call_in_vain),
]


def by_name(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    """Return the spans by their names."""
    return {span.name: span for span in spans.get_finished_spans()}


def hexadecimal(number: int | None) -> str:
    """Return an id as headers and logs have it."""
    return f"{number or 0:x}"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_request_is_a_span_of_the_callers_trace(
    client: Client, spans: InMemorySpanExporter, log: StringIO
) -> None:
    """P03: with its queries and calls below it, and the trace's id in each line of the log."""
    client.get("/work/any/?q=ada@example.org", headers={"traceparent": TRACEPARENT})

    found = by_name(spans)
    request = found["GET /work/<str:word>/"]
    assert request.parent
    assert hexadecimal(request.parent.span_id) == SPAN
    assert request.attributes == {
        "http.request.method": "GET",
        "http.route": "/work/<str:word>/",
        "http.response.status_code": 200,
    }
    for name in ("SELECT", "GET partner"):
        parent = found[name].parent
        assert parent
        assert parent.span_id == request.context.span_id
        assert hexadecimal(found[name].context.trace_id).zfill(32) == TRACE
    assert (found["GET partner"].attributes or {})["http.response.status_code"] == 204
    logged = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["event"] for line in logged] == ["outbound_call_finished", "request_finished"]
    assert {line["trace_id"] for line in logged} == {TRACE}


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_no_span_has_a_value(client: Client, spans: InMemorySpanExporter) -> None:
    """P03: neither the query of the URL, nor a part of the path, nor a value of SQL."""
    client.get(f"/work/{SECRET}/?q=ada@example.org")

    text = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "SELECT" in text
    assert "partner" in text
    for value in (SECRET, "ada@", "127.0.0.1", "testserver"):
        assert value not in text


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_failure_is_in_the_span_without_what_came_in(
    client: Client, spans: InMemorySpanExporter
) -> None:
    """P03, C16: the class and the masked message of the exception, once."""
    client.raise_request_exception = False

    client.get(f"/fail/?q={SECRET}")

    span = by_name(spans)["GET /fail/"]
    assert span.status.status_code == StatusCode.ERROR
    (event,) = span.events
    said = {"exception.type": "ValueError", "exception.message": "no ***"}
    assert event.attributes == said


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_call_that_fails_is_a_span_that_failed(
    client: Client, spans: InMemorySpanExporter
) -> None:
    """C16: by what, and not what was said."""
    client.raise_request_exception = False

    client.get("/call/")

    span = by_name(spans)["GET partner"]
    assert span.status.status_code == StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "ConnectError"
    assert SECRET not in span.to_json()


@pytest.mark.parametrize(
    "given",
    ["", "none", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-x-01", f"{TRACEPARENT}\n;", SECRET],
)
def test_a_header_that_is_none_begins_no_trace(client: Client, given: str, log: StringIO) -> None:
    """P03: nothing of it gets into the log."""
    client.get("/api/v1/nothing-here/", headers={"traceparent": given})

    (line,) = log.getvalue().splitlines()
    assert "trace_id" not in json.loads(line)


def test_without_a_collector_the_log_has_the_trace_and_there_is_no_span(
    client: Client, log: StringIO
) -> None:
    """P03: and what a request has left behind does not get into the next one."""
    before = threading.active_count()

    for headers in ({"traceparent": TRACEPARENT}, {}):
        client.get("/api/v1/nothing-here/", headers=headers)

    first, second = map(json.loads, log.getvalue().splitlines())
    assert first["trace_id"] == TRACE
    assert "trace_id" not in second
    assert threading.active_count() == before


def test_under_asgi_too(spans: InMemorySpanExporter) -> None:
    """C03: the trace goes with the request, wherever it is awaited."""
    client = AsyncClient()
    headers: dict[str, Any] = {"traceparent": TRACEPARENT}
    async_to_sync(client.get)("/api/v1/nothing-here/", headers=headers)

    (span,) = spans.get_finished_spans()
    assert span.parent
    assert hexadecimal(span.parent.span_id) == SPAN


def test_a_probe_is_no_span(client: Client, spans: InMemorySpanExporter) -> None:
    """C14: it comes every few seconds."""
    client.get("/health/live")

    assert not spans.get_finished_spans()


class Collector(SpanExporter):
    """A collector that is there or not."""

    def __init__(self) -> None:
        self.there = False
        self.asked = 0

    def export(self, spans: Any) -> SpanExportResult:
        """Take spans."""
        self.asked += 1
        return SpanExportResult.SUCCESS if self.there else SpanExportResult.FAILURE


def test_a_collector_that_is_away_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    """C16: one line when it goes, one when it is back."""
    now = 1000.0
    monkeypatch.setattr(export, "monotonic", lambda: now)
    collector = Collector()
    exporter = PatientExporter(collector)

    for _ in range(5):
        exporter.export([])
    assert collector.asked == 1
    now += export.PAUSE
    exporter.export([])
    collector.there = True
    now += export.PAUSE
    exporter.export([])
    exporter.export([])

    assert collector.asked == 4
    events = [json.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert events == ["collector_unreachable", "collector_recovered"]


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:9"])
def test_nothing_is_set_up_without_an_endpoint(endpoint: str) -> None:
    """C14: neither a thread nor the library that would send."""
    code = (
        "import sys, threading; from config import wsgi;"
        "print('opentelemetry.sdk.trace' in sys.modules,"
        " 'OtelBatchSpanRecordProcessor' in [t.name for t in threading.enumerate()])"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
    }

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [str(bool(endpoint))] * 2
