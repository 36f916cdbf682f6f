"""Entries, versions, and one who computes for all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event, Lock
from time import sleep
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from apps.core.caching import namespace as module
from apps.core.caching.namespace import Namespace, Stats

in_transactions = pytest.mark.django_db(transaction=True)


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    """Return a namespace of the test's own."""
    namespace = Namespace("tests")
    yield namespace
    Namespace.all.remove(namespace)


class Source:
    """What takes long to compute: counts how often it was."""

    def __init__(self, *values: Any, takes: float = 0.0) -> None:
        self.values, self.takes = values, takes
        self.calls = 0
        self.lock = Lock()

    def __call__(self) -> Any:
        with self.lock:
            self.calls += 1
            value = self.values[min(self.calls, len(self.values)) - 1]
        sleep(self.takes)
        if isinstance(value, Exception):
            raise value
        return value


@pytest.mark.parametrize("value", [{"rows": [1, 2]}, 0, "", None, False])
def test_a_value_is_computed_once(namespace: Namespace, value: Any) -> None:
    """C06: whatever the value, the second read is a hit."""
    source = Source(value)
    assert [namespace.get_or_compute("key", source) for _ in range(3)] == [value] * 3
    assert source.calls == 1
    assert namespace.stats() == Stats(hits=2, misses=1)
    assert namespace.stats().ratio == pytest.approx(2 / 3)


def test_other_keys_and_other_namespaces_have_other_values(namespace: Namespace) -> None:
    """C06."""
    assert namespace.get_or_compute("one", Source(1)) == 1
    assert namespace.get_or_compute("two", Source(2)) == 2
    assert namespace.get_or_compute("one", Source(3)) == 1


def test_the_time_to_live_is_a_setting(namespace: Namespace, settings: Settings) -> None:
    """C09: TTL; none at all switches the cache off."""
    settings.CACHE_TTL = 1
    source = Source(1, 2)
    assert namespace.get_or_compute("key", source) == 1
    assert namespace.get_or_compute("key", source) == 1
    sleep(1.1)
    assert namespace.get_or_compute("key", source) == 2
    settings.CACHE_TTL = 0
    assert namespace.get_or_compute("key", Source(3)) == 3
    assert namespace.get_or_compute("key", Source(4), timeout=60) == 2


def test_a_value_is_not_kept_beyond_its_end(namespace: Namespace) -> None:
    """C09: what depends on the time becomes old by itself."""
    source = Source(1, 2, 3)

    def until() -> Any:
        return timezone.now() + timedelta(seconds=1.5)

    assert namespace.get_or_compute("key", source, until=until) == 1
    assert namespace.get_or_compute("key", source, until=until) == 1
    sleep(1.6)
    assert namespace.get_or_compute("key", source, until=timezone.now) == 2
    assert namespace.get_or_compute("key", source, until=lambda: None) == 3
    assert namespace.get_or_compute("key", source) == 3


@in_transactions
def test_a_write_makes_all_values_old(namespace: Namespace) -> None:
    """C09: at once outside a transaction."""
    source = Source(1, 2)
    assert namespace.get_or_compute("key", source) == 1
    namespace.invalidate()
    assert namespace.get_or_compute("key", source) == 2
    assert namespace.get_or_compute("key", source) == 2


@in_transactions
def test_others_read_the_old_value_until_the_commit(namespace: Namespace) -> None:
    """C09: what is not committed is not cached, and not hidden from who wrote it."""
    source = Source("old", "own", "new")
    assert namespace.get_or_compute("key", source) == "old"
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            with transaction.atomic():
                namespace.invalidate()
                namespace.invalidate()
            assert namespace.get_or_compute("key", source) == "own"
            assert other.submit(namespace.get_or_compute, "key", source).result() == "old"
        assert other.submit(namespace.get_or_compute, "key", source).result() == "new"
    assert source.calls == 3


@in_transactions
@pytest.mark.parametrize("inner", [False, True])
def test_a_rollback_changes_nothing(namespace: Namespace, inner: bool) -> None:
    """C09: neither that of the transaction nor that of a part of it."""
    source = Source(1, 2)

    @contextmanager
    def part() -> Iterator[None]:
        with transaction.atomic():
            yield
            if inner:
                transaction.set_rollback(True)

    namespace.get_or_compute("key", source)
    with transaction.atomic():
        with part():
            namespace.invalidate()
        transaction.set_rollback(not inner)
    assert namespace.get_or_compute("key", source) == 1


@in_transactions
def test_what_was_computed_before_a_write_is_not_found_after_it(namespace: Namespace) -> None:
    """C09: a slow reader stores what it found under the version that it began with."""
    began, go_on = Event(), Event()

    def slow() -> str:
        began.set()
        assert go_on.wait(5)
        return "old"

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(namespace.get_or_compute, "key", slow)
        assert began.wait(5)
        namespace.invalidate()
        go_on.set()
        assert reader.result(5) == "old"
    assert namespace.get_or_compute("key", Source("new")) == "new"


def test_a_version_that_is_lost_does_not_come_back(namespace: Namespace) -> None:
    """C09: the cache may forget the version and keep the entries."""
    source = Source(1, 2, 3)
    for value in (1, 2, 3):
        assert namespace.get_or_compute("key", source) == value
        cache.delete("tests:version")


def test_a_hundred_readers_compute_once(namespace: Namespace) -> None:
    """C06: no stampede, with either cache."""
    source, barrier = Source("value", takes=0.2), Barrier(100)

    def read(_: int) -> Any:
        barrier.wait(10)
        return namespace.get_or_compute("key", source)

    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(read, range(100))) == ["value"] * 100
    assert source.calls == 1
    assert namespace.stats() == Stats(hits=99, misses=1)


def test_when_the_one_who_computes_fails_the_next_one_does(namespace: Namespace) -> None:
    """C06, C16: an error is nobody else's."""
    source, barrier = Source(ValueError("first"), "value", takes=0.1), Barrier(10)

    def read(_: int) -> Any:
        barrier.wait(10)
        try:
            return namespace.get_or_compute("key", source)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(read, range(10))) == ["first"] + ["value"] * 9
    assert source.calls == 2


def test_nobody_waits_for_ever(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """C06, C16: who has waited long enough computes."""
    monkeypatch.setattr(module, "PATIENCE", 1)
    began, go_on = Event(), Event()

    def stuck() -> str:
        began.set()
        assert go_on.wait(10)
        return "late"

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(namespace.get_or_compute, "key", stuck)
        assert began.wait(5)
        assert namespace.get_or_compute("key", Source("value")) == "value"
        go_on.set()
        assert reader.result(5) == "late"
    assert namespace.get_or_compute("key", Source("third")) == "value"


def test_without_a_cache_all_is_computed(namespace: Namespace, settings: Settings) -> None:
    """C16: as many times as it is asked for, and without a wait."""
    settings.CACHES = {
        "default": {
            "BACKEND": "apps.core.caching.backend.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    source = Source(1, 2)
    assert [namespace.get_or_compute("key", source) for _ in range(2)] == [1, 2]
    assert namespace.stats() == Stats(hits=0, misses=0)
    assert namespace.stats().ratio == 0
