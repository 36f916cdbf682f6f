"""Tasks: spans of the trace that caused them, counted by name and outcome."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client import REGISTRY
from pytest_django import Settings

from apps.core.observability import metrics, tasks, tracing
from apps.core.outbox import outbox
from apps.core.outbox.models import OutboxEvent
from apps.core.outbox.outbox import emit, publish
from apps.core.outbox.tasks import relay

# The tasks of these tests.
from apps.core.outbox.tests import tasks as tested

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
DONE = f"{tested.__name__}.handle"

pytestmark = pytest.mark.django_db


def cause(request: HttpRequest) -> HttpResponse:
    """Cause an event."""
    with transaction.atomic():
        emit(request.GET["event"], word="told")
    return HttpResponse()


urlpatterns = [path("cause/", cause)]


def count(task: str, outcome: str) -> float:
    """Return how many tasks of a name ended so."""
    assert metrics.TASKS
    labels = {"task": task, "outcome": outcome}
    return REGISTRY.get_sample_value("task_duration_seconds_count", labels) or 0


@pytest.mark.urls(__name__)
def test_an_event_keeps_the_trace_of_the_request(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P03: also where nobody collects traces; its tasks may run much later."""
    sent: list[str] = []
    monkeypatch.setattr(outbox, "send", lambda *args: sent.append(tracing.current_traceparent()))

    client.get("/cause/?event=tests.happened", headers={"traceparent": TRACEPARENT})
    event = OutboxEvent.objects.get()
    assert event.traceparent == TRACEPARENT
    publish([event])

    assert set(sent) == {TRACEPARENT}
    assert tracing.current_traceparent() == ""


def test_a_message_names_the_trace() -> None:
    """P03: as W3C has it; one that belongs to none has no header."""
    headers: dict[str, Any] = {}
    tasks.send_trace(headers)
    assert headers == {}

    with tracing.continued(tracing.parse(TRACEPARENT)):
        tasks.send_trace(headers)

    assert headers == {"traceparent": TRACEPARENT}


def run(name: str, *args: object, **headers: str) -> None:
    """Run a task as a worker does, with the headers of its message."""
    task = current_app.tasks[name]
    task.push_request(id="1", is_eager=False, args=args, kwargs={}, **headers)
    try:
        tasks.begin("1", task)
        state = "SUCCESS"
        try:
            task.run(*args)
        except ValueError as error:
            state = "FAILURE"
            tasks.remember(error, args, {})
        tasks.end(task, state)
    finally:
        task.pop_request()


def test_a_task_goes_on_with_the_trace_of_its_message(
    spans: InMemorySpanExporter, settings: Settings
) -> None:
    """P03: its queries are below it, and it is counted."""
    settings.METRICS_PORT = 9100
    before = count(relay.name, "success")

    run(relay.name, traceparent=TRACEPARENT)

    found = {span.name: span for span in spans.get_finished_spans()}
    task = found[relay.name]
    assert task.parent
    assert f"{task.parent.trace_id:032x}" == TRACE
    assert f"{task.parent.span_id:016x}" == SPAN
    assert found["SELECT"].parent
    assert found["SELECT"].parent.span_id == task.context.span_id
    assert (task.attributes or {})["task.outcome"] == "success"
    assert count(relay.name, "success") == before + 1


@pytest.mark.urls(__name__)
def test_without_a_broker_a_task_is_a_part_of_the_request(
    client: Client,
    spans: InMemorySpanExporter,
    log: StringIO,
    settings: Settings,
    deliver: Callable[[], AbstractContextManager[None]],
) -> None:
    """P03, C16: a failure is in its span, without what the task was told."""
    if settings.BROKER_URL:
        pytest.skip("There is a broker.")
    settings.METRICS_PORT = 9100
    with deliver():
        client.get("/cause/?event=tests.failed", headers={"traceparent": TRACEPARENT})

    found = [span for span in spans.get_finished_spans() if span.name.startswith(tested.__name__)]
    assert found
    (failed,) = [span for span in found if span.status.status_code == StatusCode.ERROR]
    assert f"{failed.context.trace_id:032x}" == TRACE
    assert count(failed.name, "failure") >= 1
    logged = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {line["trace_id"] for line in logged} == {TRACE}


def test_what_waits_and_what_failed_is_counted_with_the_relay(settings: Settings) -> None:
    """C05, C14: as often as the relay looks."""
    settings.METRICS_PORT = 9100
    with transaction.atomic():
        emit("tests.nobody_listens")

    tasks.measure(relay)

    assert REGISTRY.get_sample_value("outbox_events_waiting") == OutboxEvent.objects.count()
    assert REGISTRY.get_sample_value("tasks_failed") == 0
