"""Each task is a span of the trace that caused it, and is counted."""

import time
from dataclasses import dataclass, field
from typing import Any

from celery import Task, signals
from celery.signals import worker_process_init
from django.conf import settings
from django.db import Error
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata
from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind

from apps.core.observability import tracing
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.redaction import hiding

RELAY = "apps.core.outbox.tasks.relay"


@dataclass
class Running:
    """A task that runs."""

    span: Span
    token: Any
    start: float = field(default_factory=time.perf_counter)


@signals.before_task_publish.connect
def send_trace(headers: dict[str, Any], **kwargs: Any) -> None:
    """Name the trace in the message."""
    if traceparent := tracing.current_traceparent():
        headers["traceparent"] = traceparent


@signals.task_prerun.connect
def begin(task_id: str, task: Task[Any, Any], **kwargs: Any) -> None:
    """Go on with the trace of the message; without a broker, with that of whoever sends the task."""
    request: Any = task.request
    context = None if request.is_eager else tracing.parse(request.get("traceparent") or "")
    attributes = {"messaging.message.id": task_id, "messaging.operation.type": "process"}
    span = tracing.tracer.start_span(
        task.name, context, kind=SpanKind.CONSUMER, attributes=attributes
    )
    token = attach(trace.set_span_in_context(span, Context()))
    request.running = Running(span, token)
    tracing.bind()


@receiver(bind_extra_task_metadata)
def bind(**kwargs: Any) -> None:
    """Bind the trace once more: django_structlog has just forgotten all, and bound the sender's."""
    tracing.bind()


@signals.task_failure.connect
def remember(exception: BaseException, args: Any, kwargs: Any, **others: Any) -> None:
    """Write into the span what the task failed by."""
    with hiding(args, kwargs):
        tracing.fail(trace.get_current_span(), exception)


@signals.task_postrun.connect
def end(task: Task[Any, Any], state: str | None = None, **kwargs: Any) -> None:
    """End the span, and count the task."""
    running: Running | None = task.request.get("running")
    if not running:
        return
    outcome = (state or "unknown").lower()
    running.span.set_attribute("task.outcome", outcome)
    detach(running.token)
    running.span.end()
    if settings.METRICS_PORT:
        from apps.core.observability import metrics

        seconds = time.perf_counter() - running.start
        metrics.TASKS.labels(task.name, outcome).observe(seconds)


@signals.task_success.connect
def measure(sender: Task[Any, Any], **kwargs: Any) -> None:
    """Count what waits and what failed, each time that the relay has looked."""
    if settings.METRICS_PORT and sender.name == RELAY:
        from apps.core.observability import metrics

        try:
            waiting = OutboxEvent.objects.count()
            failed = FailedTask.objects.filter(retried_at=None).count()
        except Error:
            return  # the database is away: the next tick is near
        metrics.EVENTS_WAITING.set(waiting)
        metrics.TASKS_FAILED.set(failed)


@worker_process_init.connect
def set_up(**kwargs: Any) -> None:
    """Trace this process of the worker."""
    tracing.set_up()


@signals.worker_process_shutdown.connect
def shut_down(**kwargs: Any) -> None:
    """Send what waits."""
    provider: Any = trace.get_tracer_provider()
    if hasattr(provider, "shutdown"):
        provider.shutdown()
