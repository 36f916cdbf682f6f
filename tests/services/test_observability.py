"""Traces, metrics and failures of a running repo, as a collector, Prometheus and Sentry get them."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.services.production import Production, RepoProcess, Web, production
from tests.services.servers import free_port, wait_until
from tests.variants import DEFAULTS

pytestmark = pytest.mark.services("initdb", "redis-server", "rabbitmq-server")

WORKERS = 3
REQUESTS = 90
ROUNDS = 8
ENDS_WITHIN = 15.0  # seconds, of which the server gives its workers most
# What Granian itself may warn of on a small or busy machine: more workers than processors; and a
# worker that two threads of the parent have waited for, which one of them takes to be alive still
# (it would have to be so for 30 seconds to be killed in earnest).
OF_THE_SERVER = ("Configured number", "Killing worker-")
SECRET = "Correct-Horse-9-battery"  # noqa: S105
MAIL = "ada.lovelace@example.org"

# What the repo does not have: a view that does a bit of everything, and what fails.
PLANTED = {
    "planted/__init__.py": "",
    "planted/settings.py": """
from config.settings.production import *
ROOT_URLCONF = "planted.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "planted"]
""",
    "planted/tasks.py": """
from django.contrib.auth import get_user_model
from apps.core.outbox.outbox import consumer

@consumer("planted.worked")
def work(word: str) -> None:
    get_user_model().objects.count()

@consumer("planted.failed")
def fail(word: str) -> None:
    raise ValueError(f"The task was told {word}")
""",
    "planted/urls.py": """
import os
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.urls import path
from apps.core.http import client
from apps.core.outbox.outbox import emit
from config.urls import urlpatterns as ours

@transaction.atomic
def work(request):
    cache.get("planted")
    get_user_model().objects.count()
    with client("partner", base_url=os.environ["PARTNER"], timeout=5) as partner:
        partner.get("/path", params={"token": request.GET["token"]})
    emit("planted.worked", word=request.GET["token"])
    return HttpResponse("done")

def fail(request, word):
    raise ValueError(f"The view was told {word} and {request.GET['token']}")

def fail_later(request):
    emit("planted.failed", word=request.GET["token"])
    return HttpResponse("done")

urlpatterns = [
    path("planted/work/", work),
    path("planted/fail/<str:word>/", fail),
    path("planted/fail-later/", fail_later),
    *ours,
]
""",
}

# It decodes what it gets with the classes of the protocol, in the environment of the repo.
COLLECTOR = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        assert self.path == "/v1/traces", self.path
        request = ExportTraceServiceRequest()
        request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        with open(sys.argv[2], "a") as file:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        print(json.dumps({
                            "name": span.name, "kind": span.kind, "status": span.status.code,
                            "trace": span.trace_id.hex(), "id": span.span_id.hex(),
                            "parent": span.parent_span_id.hex(), "all": str(span),
                            "service": [a.value.string_value for a in resource.resource.attributes
                                        if a.key == "service.name"][0],
                        }), file=file)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


class Collector(RepoProcess):
    """Takes spans by OTLP over HTTP, and keeps them."""

    def __init__(self, made: Production) -> None:
        self.port = free_port()
        super().__init__(made, ())
        self.file = self.folder / "spans"
        self._command += ("python", "-c", COLLECTOR, str(self.port), str(self.file))

    def answers(self) -> bool:
        """Whether it listens."""
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0

    def spans(self, trace: str) -> list[dict[str, Any]]:
        """The spans of a trace that have arrived."""
        if not self.file.exists():
            return []
        spans = map(json.loads, self.file.read_text().splitlines())
        return [span for span in spans if span["trace"] == trace]


class Handler(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_GET(self) -> None:
        """Answer a partner's caller."""
        assert "traceparent" not in self.headers
        self._answer()

    def do_POST(self) -> None:
        """Keep an envelope of Sentry."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.bodies.append(body.decode())  # type: ignore[attr-defined]
        self._answer()

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Sentry(ThreadingHTTPServer):
    """Takes envelopes, as Sentry does; and plays the partner who is called."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[str] = []

    def events(self) -> list[Mapping[str, Any]]:
        """The failures that it was told of."""
        found = []
        for body in self.bodies:
            lines = body.splitlines()
            for header, payload in zip(lines[1::2], lines[2::2], strict=False):
                if json.loads(header)["type"] == "event":
                    found.append(json.loads(payload))
        return found


@contextmanager
def sentry() -> Iterator[Sentry]:
    """Sentry, for as long as the context lasts."""
    with Sentry() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def made(
    rendered: Callable[..., RenderedRepo], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    """A migrated repo on its servers, with what is planted beside it."""
    folder = tmp_path_factory.mktemp("planted")
    for name, text in PLANTED.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    given = {
        "PYTHONPATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "planted.settings",
        "WEB_CONCURRENCY": str(WORKERS),
    }
    with production(rendered(**DEFAULTS), **given) as ready:
        yield ready


def lines(process: RepoProcess, **fields: str) -> list[Mapping[str, Any]]:
    """The lines of a log that have these values."""
    logged = [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]
    return [line for line in logged if fields.items() <= line.items()]


def worker(made: Production) -> RepoProcess:
    """The worker."""
    return made.process("celery", "--app", "config", "worker", "--concurrency", "2")


def with_variables(made: Production, **variables: str) -> Production:
    """The same repo on the same servers, with more in its environment."""
    return replace(made, environment={**made.environment, **variables})


def scrape(port: int) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What Prometheus would read."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        text = response.read().decode()
    found = {}
    for line in text.splitlines():
        if match := re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line):
            labels = frozenset(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
            found[match[1], labels] = float(match[3])
    return found


def headers(request_id: str) -> Mapping[str, str]:
    """What nginx adds to a request."""
    return {"X-Request-ID": request_id, "traceparent": f"00-{request_id}-{request_id[:16]}-01"}


def test_one_trace_from_the_proxy_to_the_worker(made: Production) -> None:
    """P03: one id in the web's log, the worker's log and the spans, each with the right parent."""
    trace = uuid.uuid4().hex
    with sentry() as partner, Collector(made) as collector:
        observed = with_variables(
            made,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.port}",
            OTEL_BSP_SCHEDULE_DELAY="200",
            PARTNER=f"http://127.0.0.1:{partner.server_port}",
        )
        with worker(observed) as tasks, Web(observed) as web:
            path = f"/planted/work/?token={SECRET}"
            assert web.request("GET", path, headers=headers(trace)).status == 200
            wait_until(lambda: lines(tasks, event="task_succeeded", trace_id=trace), "the task")
            wait_until(
                lambda: {"planted.tasks.work", "GET /planted/work/"}
                <= {span["name"] for span in collector.spans(trace)},
                "the spans",
            )

            (finished,) = lines(web, event="request_finished", trace_id=trace)
            assert finished["request_id"] == trace
            (called,) = lines(web, event="outbound_call_finished")
            assert called["trace_id"] == trace
            of_task = [line for line in lines(tasks) if line.get("task_id")]
            assert {line["event"] for line in of_task} == {"task_started", "task_succeeded"}
            assert {(line["trace_id"], line["request_id"]) for line in of_task} == {(trace, trace)}

            spans = collector.spans(trace)
    assert len({span["service"] for span in spans}) == 1
    by_name = {span["name"]: span for span in spans}
    request, task = by_name["GET /planted/work/"], by_name["planted.tasks.work"]
    assert request["parent"] == trace[:16]
    assert task["parent"] == request["id"]
    parents: dict[str, set[str]] = {}
    for span in spans:
        parents.setdefault(span["name"], set()).add(span["parent"])
    assert request["id"] in parents["cache get"]
    assert parents["GET partner"] == {request["id"]}
    assert parents["SELECT"] >= {request["id"], task["id"]}
    assert {span["parent"] for span in spans} == {trace[:16], request["id"], task["id"]}
    assert not [span for span in spans if SECRET in span["all"]]


def test_without_a_collector_the_logs_have_the_traces_id(made: Production) -> None:
    """P03: from the proxy to the worker; an event that waited for the broker keeps it."""
    trace = uuid.uuid4().hex
    with sentry() as partner:
        plain = with_variables(made, PARTNER=f"http://127.0.0.1:{partner.server_port}")
        with Web(plain) as web:
            made.rabbitmq.stop()
            try:
                path = "/planted/work/?token=none"
                assert web.request("GET", path, headers=headers(trace)).status == 200
            finally:
                made.rabbitmq.start()
        with worker(plain) as tasks:
            wait_until(lambda: " ready." in tasks.log(), "the worker is ready")
            relay = "from apps.core.outbox.tasks import relay; relay.delay()"
            time.sleep(5)  # the relay leaves what is younger to the process that wrote it
            plain.run("python", "-c", f"import django; django.setup(); {relay}")
            wait_until(lambda: lines(tasks, event="task_succeeded", trace_id=trace), "the task")
            started = lines(tasks, event="task_started", task="planted.tasks.work", trace_id=trace)
    assert [line["request_id"] for line in started] == [trace]


def test_the_metrics_of_all_processes_add_up(made: Production, tmp_path: Path) -> None:
    """C14: on a port of their own, never on the public one."""
    port, of_worker = free_port(), free_port()
    (tmp_path / "web").mkdir()
    measured = with_variables(
        made,
        METRICS_PORT=str(port),
        HOST="127.0.0.1",
        TMPDIR=str(tmp_path / "web"),
        PARTNER="http://127.0.0.1:9",
    )
    other = with_variables(measured, METRICS_PORT=str(of_worker), TMPDIR=str(tmp_path))
    with worker(other) as tasks, Web(measured) as web:
        for _ in range(REQUESTS):
            assert web.request("GET", "/api/v1/postings/").status == 200
        assert web.request("GET", "/metrics").status == 404
        for word in ("a", "b"):
            assert web.request("GET", f"/nothing/{word}").status == 404
        assert web.request("GET", "/planted/fail-later/?token=x").status == 200
        wait_until(lambda: lines(tasks, event="task_failed"), "the task has failed")
        wait_until(lambda: " ready." in tasks.log(), "the worker is ready")
        metrics = scrape(port)
        wrote = [*(tmp_path / "web").glob("metrics-*/histogram_*.db")]
        wait_until(lambda: ("task_duration_seconds_count" in str(scrape(of_worker))), "counted")
        counted = scrape(of_worker)
        web.stop()

    name = "http_request_duration_seconds_count"
    requests = {labels: value for (what, labels), value in metrics.items() if what == name}
    labels = {"method": "GET", "route": "/api/v1/postings/", "status": "2xx"}
    assert requests[frozenset(labels.items())] == REQUESTS
    unknown = {"method": "GET", "route": "none", "status": "4xx"}
    assert requests[frozenset(unknown.items())] == 3
    assert len(wrote) == WORKERS, "each of the processes has counted"
    reads = {
        dict(labels)["found"]: value
        for (what, labels), value in metrics.items()
        if what == "cache_reads_total"
    }
    assert reads["hit"] >= REQUESTS - 1
    failed = frozenset({"task": "planted.tasks.fail", "outcome": "failure"}.items())
    assert counted["task_duration_seconds_count", failed] == 1
    # Nothing is left behind.
    assert not [*(tmp_path / "web").glob("metrics-*")]


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections, and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        yield listener.getsockname()[1]


def seconds(web: Web) -> list[float]:
    """How long some requests take; each succeeds."""
    taken = []
    for _ in range(REQUESTS // 2):
        start = time.perf_counter()
        assert web.request("GET", "/api/v1/postings/").status == 200
        taken.append(time.perf_counter() - start)
    return taken


def test_a_collector_that_is_away_slows_nothing(
    made: Production, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """C14, C16: refused or left without an answer; one line tells, and the server ends in time."""
    with silent() as port:
        ports = {"refuses": free_port(), "silent": port}
        webs = {"none": Web(made)} | {
            name: Web(with_variables(made, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}"))
            for name, port in ports.items()
        }
        with webs["none"], webs["refuses"], webs["silent"]:
            taken: dict[str, list[float]] = {name: [] for name in webs}
            for _ in range(ROUNDS):
                for name, web in webs.items():
                    taken[name] += seconds(web)
            for name in ports:
                wait_until(partial(lines, webs[name], event="collector_unreachable"), name)
            ended = {}
            for name, web in webs.items():
                start = time.monotonic()
                web.stop()
                ended[name] = round(time.monotonic() - start, 1)
            logs: dict[str, Sequence[Mapping[str, Any]]] = {
                name: lines(web) for name, web in webs.items()
            }

    middle = {name: median(values) for name, values in taken.items()}
    for name in ports:
        ratio = middle[name] / middle["none"]
        record_testsuite_property(
            f"p50 of requests, collector {name}, to that without one", f"{ratio:.3f}"
        )
    record_testsuite_property("seconds until each server has ended", str(ended))
    assert max(ended.values()) < ENDS_WITHIN
    for name, logged in logs.items():
        finished = Counter(
            line["request_id"] for line in logged if line["event"] == "request_finished"
        )
        assert len(finished) == ROUNDS * (REQUESTS // 2)
        assert set(finished.values()) == {1}, "each request is one line"
        rest = Counter(line["event"] for line in logged if line["level"] in {"warning", "error"})
        if name in ports:
            assert 1 <= rest.pop("collector_unreachable") <= WORKERS
        assert not [event for event in rest if not event.startswith(OF_THE_SERVER)]


def test_a_failure_is_one_event_without_secrets(made: Production) -> None:
    """P03, C16: of a view and of a task, each once, and once in the log."""
    trace = uuid.uuid4().hex
    with sentry() as server:
        told = with_variables(made, SENTRY_DSN=f"http://key@127.0.0.1:{server.server_port}/1")
        with worker(told) as tasks, Web(told) as web:
            path = f"/planted/fail/{SECRET}/?token={MAIL}"
            assert web.request("GET", path, headers=headers(trace)).status == 500
            later = uuid.uuid4().hex
            path = f"/planted/fail-later/?token={SECRET}"
            assert web.request("GET", path, headers=headers(later)).status == 200
            wait_until(lambda: len(server.events()) >= 2, "both are told")
            time.sleep(2)  # for one too many
            assert len(lines(web, event="request_failed")) == 1
            assert len(lines(tasks, event="task_failed")) == 1
        bodies, events = server.bodies, server.events()

    by_trace = {event["tags"]["trace_id"]: event for event in events}
    assert sorted(by_trace) == sorted([trace, later])
    assert len(events) == 2
    for event in events:
        (error,) = event["exception"]["values"]
        assert error["type"] == "ValueError"
        assert "was told ***" in error["value"]
        assert not event.get("user")
        assert not event.get("request")
        assert not event.get("breadcrumbs", {}).get("values")
    assert by_trace[later]["tags"]["task_id"]
    for told_secret in (SECRET, MAIL, "ada.lovelace", made.environment["SECRET_KEY"]):
        for body in bodies:
            assert told_secret not in body
