"""Spans are sent from a thread, to a collector that may be away: nobody waits for it."""

from collections.abc import Sequence
from multiprocessing.util import Finalize
from time import monotonic

import structlog
from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

TIMEOUT = 2.0  # seconds; what waits when a process ends is sent within them, or lost
PAUSE = 30.0  # seconds for which a collector that was away is left alone

logger = structlog.get_logger(__name__)


class PatientExporter(SpanExporter):
    """Leaves a collector alone that was away; logs the first failure, and the recovery."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter
        self.away = False
        self.ask_again = 0.0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; those of an outage are lost."""
        if monotonic() < self.ask_again:
            return SpanExportResult.FAILURE
        result = self.exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away:
            self.ask_again = monotonic() + PAUSE
        if away != self.away:
            self.away = away
            if away:
                logger.warning("collector_unreachable")
            else:
                logger.info("collector_recovered")
        return result

    def shutdown(self) -> None:
        """End."""
        self.exporter.shutdown()


def exporter() -> SpanExporter:
    """Return what sends to the collector that the settings name, by OTLP over HTTP."""
    endpoint = f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip('/')}/v1/traces"
    return PatientExporter(OTLPSpanExporter(endpoint, timeout=TIMEOUT))


def send_to(exporter: SpanExporter) -> None:
    """Trace this process."""
    resource = Resource.create({SERVICE_NAME: settings.OTEL_SERVICE_NAME})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    # Not by atexit, which a forked process of Python 3.11 does not run.
    Finalize(None, provider.shutdown, exitpriority=0)
