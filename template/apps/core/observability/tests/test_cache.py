"""Redis, observed: a server of this test's own is not needed to see what is asked of it."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY
from pytest_django import Settings

from apps.core.observability import metrics, tracing
from apps.core.observability.cache import RedisCache


def reads() -> dict[str, float]:
    """Return how many reads there were, by what they found."""
    assert metrics.CACHE_READS
    return {
        found: REGISTRY.get_sample_value("cache_reads_total", {"found": found}) or 0
        for found in ("hit", "miss")
    }


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> RedisCache:
    """Return a cache whose server is a dictionary."""
    stored: dict[object, object] = {}

    def get(self: object, key: object, default: object) -> object:
        return stored.get(key, default)

    def get_many(self: object, keys: list[object]) -> dict[object, object]:
        return {key: stored[key] for key in keys if key in stored}

    def set(self: object, key: object, value: object, timeout: object) -> None:
        stored[key] = value

    for command in (get, get_many, set):
        name = f"apps.core.caching.backend.redis.RedisCacheClient.{command.__name__}"
        monkeypatch.setattr(name, command)
    # A name that no other test has: caches of one server share a client, and what it knows of it.
    return RedisCache("redis://observed.invalid:6379/0", {})


def test_reads_are_counted(cache: RedisCache, settings: Settings) -> None:
    """C14: one by one, and many at once."""
    settings.METRICS_PORT = 9100
    before = reads()

    cache.set("there", "value")
    cache.get("there")
    cache.get("gone")
    cache.get_many(["there", "gone", "away"])

    assert {found: reads()[found] - before[found] for found in before} == {"hit": 2, "miss": 3}


def test_each_question_is_a_span_without_its_key(
    cache: RedisCache, spans: InMemorySpanExporter
) -> None:
    """P03: the key of a session is a secret."""
    cache.get("outside")
    with tracing.tracer.start_as_current_span("request") as request:
        cache.set("session-key", "a-secret")
        cache.get("session-key")

    found = spans.get_finished_spans()
    assert [span.name for span in found] == ["cache set", "cache get", "request"]
    assert {span.parent.span_id for span in found[:2] if span.parent} == {
        request.get_span_context().span_id
    }
    assert "secret" not in "".join(span.to_json() for span in found)
    assert "session-key" not in "".join(span.to_json() for span in found)
    assert not trace.get_current_span().is_recording()
