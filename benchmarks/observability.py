"""What traces and metrics cost a request: production servers with and without them, in turns.

    uv run python -m benchmarks.observability

writes results/observability.md.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

from benchmarks import machine, rendered
from benchmarks.requests import CONNECTIONS, REQUESTS, Round, measure
from tests.services.production import Web, production
from tests.services.servers import free_port

ROUNDS = 15


class Collector(BaseHTTPRequestHandler):
    """Takes what is sent, in the process of the benchmark: its time is not the servers'."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a batch of spans."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def collector() -> Iterator[str]:
    """The address of a collector."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def main() -> None:
    """Measures, and writes the result."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        production(
            rendered(Path(scratch)),
            LOG_LEVEL="WARNING",
            REQUEST_LOG="false",
            RATE_LIMIT_ANONYMOUS="1000000/s",
        ) as made,
        collector() as endpoint,
        ExitStack() as stack,
    ):
        made.run("python", "manage.py", "seed")
        metrics = {"METRICS_PORT": str(free_port())}
        variables: Mapping[str, Mapping[str, str]] = {
            "neither": {},
            "traces": {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint},
            "metrics": {**metrics, "HOST": "127.0.0.1"},
        }
        webs = {
            name: stack.enter_context(Web(replace(made, environment={**made.environment, **given})))
            for name, given in variables.items()
        }
        rounds: dict[str, list[Round]] = {name: [] for name in webs}
        for number in range(ROUNDS + 1):
            names = [*webs][number % 3 :] + [*webs][: number % 3]
            for name in names:
                figures = measure(webs[name])
                if number:  # the first warms up
                    rounds[name].append(figures)
    (Path(__file__).with_name("results") / "observability.md").write_text(report(rounds), "utf-8")


def row(name: str, one: Sequence[float], other: Sequence[float]) -> str:
    """A line of the table: medians, and the ratio of each pair with its quartiles."""
    low, middle, high = quantiles([a / b for a, b in zip(one, other, strict=True)], n=4)
    return (
        f"| {name} | {median(other):.3f} ms | {median(one):.3f} ms"
        f" | {middle:.3f} | {low:.3f} to {high:.3f} |"
    )


def report(rounds: Mapping[str, Sequence[Round]]) -> str:
    """The figures, for people."""
    table = "\n".join(
        row(
            f"{what}, {time}",
            [getattr(figures, field) for figures in rounds[what]],
            [getattr(figures, field) for figures in rounds["neither"]],
        )
        for what in ("traces", "metrics")
        for time, field in (("processor time", "cpu"), ("time on the clock", "wall"))
    )
    return f"""# What traces and metrics cost

`uv run python -m benchmarks.observability` on {machine()}. Three servers of one process, one with
neither, one that sends a trace of each request to a collector, one that counts, take turns: {ROUNDS}
rounds of {CONNECTIONS * REQUESTS} requests of a cached list, on {CONNECTIONS} connections. PostgreSQL and
Redis are on the same machine. A cached list is the cheapest request, so the part is the largest: a
trace of it has the request and its reads of the cache. The processor time is that of the server's
processes, with the thread that sends; a machine that is busy with other things changes the time on the
clock more than what is measured does.

| Of a request | without | with | ratio (median) | half of the rounds |
|---|---:|---:|---:|---:|
{table}
"""


if __name__ == "__main__":
    main()
