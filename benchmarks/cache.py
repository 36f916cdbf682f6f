"""What the cache saves, and what it costs: as ratios, on servers of its own.

    uv run python -m benchmarks.cache

writes results/cache.md.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks import machine, rendered
from tests.services.production import production

# Run in the rendered repo. The two sides of a pair take turns, so that a busy moment meets both.
MEASURE = """
import json
import time
from statistics import median

import django

django.setup()

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.test.utils import override_settings

ROUNDS = 300


def seconds(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def compare(one, other):
    one(), other()
    pairs = [(seconds(one), seconds(other)) for _ in range(ROUNDS)]
    return [median(times) for times in zip(*pairs)]


config = settings.CACHES["default"]
plain = RedisCache(config["LOCATION"], {"OPTIONS": config["OPTIONS"]})
for each in (cache, plain):
    each.set("value", {"results": list(range(20))})
client = Client(headers={"Host": "127.0.0.1"})


def read(path, ttl):
    def request():
        with override_settings(CACHE_TTL=ttl):
            assert client.get(path).status_code == 200

    return request


figures = {"a read of Redis": compare(lambda: plain.get("value"), lambda: cache.get("value"))}
for name, path in {
    "the list of postings": "/api/v1/postings/",
    "a hundred of them": "/api/v1/postings/?page_size=100",
    "the statistics": "/api/v1/statistics/",
}.items():
    figures[name] = compare(read(path, 0), read(path, 300))
print(json.dumps(figures))
"""


def main() -> None:
    """Measures, and writes the result."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        production(rendered(Path(scratch)), LOG_LEVEL="WARNING") as made,
    ):
        made.run("python", "manage.py", "seed", "--users", "2000")
        figures = json.loads(made.run("python", "-c", MEASURE).splitlines()[-1])
    (Path(__file__).with_name("results") / "cache.md").write_text(report(figures), "utf-8")


def report(figures: dict[str, tuple[float, float]]) -> str:
    """The figures, for people."""
    (reading, (plain, ours)), *answers = figures.items()
    rows = [
        f"| {reading} | Django's backend | {plain * 1e3:.2f} ms | {ours * 1e3:.2f} ms | {plain / ours:.1f} |",
        *(
            f"| {name} | without the cache | {off * 1e3:.1f} ms | {on * 1e3:.1f} ms | {off / on:.1f} |"
            for name, (off, on) in answers
        ),
    ]
    return f"""# What the cache saves

`uv run python -m benchmarks.cache` on {machine()}. Medians of 300 pairs that take turns; PostgreSQL
with about a thousand postings, and Redis, on the same machine.

| What | Compared with | There | Here | Times as fast |
|---|---|---:|---:|---:|
{chr(10).join(rows)}
"""


if __name__ == "__main__":
    main()
