"""`manage.py cache_stats`."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.management import call_command
from pytest_django import Settings

from apps.core.caching.namespace import Namespace


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    """Return a namespace of the test's own."""
    namespace = Namespace("tests")
    yield namespace
    Namespace.all.remove(namespace)


def test_it_shows_each_namespace(namespace: Namespace, capsys: pytest.CaptureFixture[str]) -> None:
    """T09: hits, misses and their ratio."""
    for _ in range(4):
        namespace.get_or_compute("key", lambda: 1)
    call_command("cache_stats")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["namespace", "hits", "misses", "ratio"] in lines
    assert ["tests", "3", "1", "75.0%"] in lines


def test_it_says_whose_cache_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """T09: what Redis says, or that there is none."""
    call_command("cache_stats")
    shown = capsys.readouterr().out
    if hasattr(cache, "info"):
        assert {"memory used", "when it is full", "evicted keys"} <= {
            line[:20].strip() for line in shown.splitlines()
        }
    else:
        assert "each process has a cache of its own" in shown


def test_it_says_that_redis_is_away(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """C16: no traceback."""
    settings.CACHES = {
        "default": {
            "BACKEND": "apps.core.caching.backend.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    call_command("cache_stats")
    assert "Redis does not answer." in capsys.readouterr().out
