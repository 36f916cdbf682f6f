"""What the log of requests costs: two production servers, one with it and one without, in turns.

    uv run python -m benchmarks.requests

writes results/requests.md.
"""

from __future__ import annotations

import http.client
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from benchmarks import machine, rendered
from tests.services.production import Web, production

PATH = "/api/v1/postings/"  # from the cache: the cheaper the request, the more the log shows
CONNECTIONS = 4  # as many as the process has threads
REQUESTS = 200  # of each connection, in a round
ROUNDS = 40
WRITTEN = 1.5  # seconds after which the log is written, too

TICK = os.sysconf("SC_CLK_TCK")


class Round(NamedTuple):
    """What a request took, in milliseconds."""

    cpu: float
    wall: float


def cpu_seconds(web: Web) -> float:
    """The processor time that the processes of a server have used, in user and in system mode."""
    assert web.process
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile
        if int(fields[3]) == web.process.pid:  # their session
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def ask(web: Web) -> None:
    """Asks again and again, on one connection, as a proxy for others."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    for number in range(REQUESTS):
        connection.request("GET", PATH, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        response = connection.getresponse()
        response.read()
        assert response.status == 200
    connection.close()


def measure(web: Web) -> Round:
    """One round. The processor time has the writing of the log in it, which comes later."""
    cpu, begin = cpu_seconds(web), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(ask, [web] * CONNECTIONS))
    wall = time.perf_counter() - begin
    time.sleep(WRITTEN)
    requests = CONNECTIONS * REQUESTS
    return Round((cpu_seconds(web) - cpu) / requests * 1e3, wall / requests * 1e3)


def main() -> None:
    """Measures, and writes the result."""
    limit = "1000000/s"
    with (
        tempfile.TemporaryDirectory() as scratch,
        production(
            rendered(Path(scratch)), LOG_LEVEL="WARNING", RATE_LIMIT_ANONYMOUS=limit
        ) as made,
    ):
        made.run("python", "manage.py", "seed")
        silent = replace(made, environment={**made.environment, "REQUEST_LOG": "false"})
        with Web(made) as logs, Web(silent) as other:
            measure(logs), measure(other)
            rounds = []
            for number in range(ROUNDS):
                pair = (logs, other) if number % 2 else (other, logs)
                figures = {web: measure(web) for web in pair}
                rounds.append((figures[logs], figures[other]))
        rows = int(made.postgresql.query("SELECT count(*) FROM traffic_requestlog"))
        expected = (ROUNDS + 1) * CONNECTIONS * REQUESTS
        assert rows == expected, (rows, expected)
    (Path(__file__).with_name("results") / "requests.md").write_text(report(rounds), "utf-8")


def row(name: str, logs: Sequence[float], other: Sequence[float]) -> str:
    """A line of the table: medians, and the ratio of each pair with its quartiles."""
    ratios = [one / two for one, two in zip(logs, other, strict=True)]
    low, middle, high = quantiles(ratios, n=4)
    return (
        f"| {name} | {median(other):.3f} ms | {median(logs):.3f} ms"
        f" | {middle:.3f} | {low:.3f} to {high:.3f} | {sum(logs) / sum(other):.3f} |"
    )


def report(rounds: Sequence[tuple[Round, Round]]) -> str:
    """The figures, for people."""
    cpu = row("processor time", [one.cpu for one, _ in rounds], [two.cpu for _, two in rounds])
    wall = row(
        "time on the clock", [one.wall for one, _ in rounds], [two.wall for _, two in rounds]
    )
    return f"""# What the log of requests costs

`uv run python -m benchmarks.requests` on {machine()}. Two servers of one process, with the log and
without, take turns: {ROUNDS} pairs of rounds of {CONNECTIONS * REQUESTS} requests of a cached list, on
{CONNECTIONS} connections. PostgreSQL and Redis are on the same machine. Every request was in the log at
the end. The processor time is that of the server's processes, with what they write after the answers; a
machine that is busy with other things changes the time on the clock more than the log does.

| Of a request | without | with | ratio (median) | half of the pairs | all together |
|---|---:|---:|---:|---:|---:|
{cpu}
{wall}
"""


if __name__ == "__main__":
    main()
