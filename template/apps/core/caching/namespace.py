"""Values that are computed once, by one caller, and are forgotten together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic, sleep
from typing import ClassVar, NamedTuple, TypeVar, cast
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

Value = TypeVar("Value")

MISSING = object()
KEEP = 7 * 24 * 60 * 60  # seconds that a version and the counts are kept
PATIENCE = 5.0  # seconds that callers wait for the one who computes what they want
POLL = 0.02


class Stats(NamedTuple):
    """How often a value was there, and how often it was not."""

    hits: int
    misses: int

    @property
    def ratio(self) -> float:
        """The part of the reads that were hits."""
        return self.hits / (self.hits + self.misses or 1)


class Namespace:
    """What becomes old together.

    The key of an entry holds the version that was current before its value was computed. A write
    ends with a new version, made of chance: who reads after it never finds an older entry, however
    late that was stored, nor does a version come back when the cache loses it.
    """

    all: ClassVar[list[Namespace]] = []

    def __init__(self, name: str) -> None:
        self.name = name
        self.all.append(self)

    def get_or_compute(
        self,
        key: str,
        compute: Callable[[], Value],
        *,
        timeout: float | None = None,
        until: Callable[[], datetime | None] | None = None,
    ) -> Value:
        """Return what is stored, or compute and store it: one caller does, the others wait.

        It is kept for `timeout` seconds (`CACHE_TTL` unless given), and not beyond the moment that
        `until` returns, which is asked before the value is computed.
        """
        timeout = settings.CACHE_TTL if timeout is None else timeout
        version = self._version() if timeout > 0 and not self._is_changing() else None
        if version is None:
            return compute()
        entry = f"{self.name}:{version}:{key}"
        lock = f"{entry}:lock"
        locked = False
        deadline = monotonic() + PATIENCE
        try:
            # Who has the lock looks once more: another may have stored it in between.
            while (value := cache.get(entry, MISSING)) is MISSING and not locked:
                if monotonic() > deadline:
                    break
                locked = cache.add(lock, True, PATIENCE)
                if not locked:
                    sleep(POLL)
            if value is not MISSING:
                self._count("hits")
                return cast(Value, value)
            self._count("misses")
            end = until() if until else None
            computed = compute()
            if end:
                timeout = min(timeout, (end - timezone.now()).total_seconds())
            cache.add(entry, computed, timeout)
            return computed
        finally:
            if locked:
                cache.touch(lock, 0)  # deleting is for what has become old

    def invalidate(self) -> None:
        """Forget all values once the transaction is committed: at once if there is none."""
        if not self._is_changing():
            transaction.on_commit(self._renew)

    def stats(self) -> Stats:
        """Return the counts."""
        return Stats(*(cache.get(f"{self.name}:{what}", 0) for what in Stats._fields))

    def _is_changing(self) -> bool:
        """Return whether this transaction will invalidate: what it reads is its own until then."""
        return any(entry[1] == self._renew for entry in transaction.get_connection().run_on_commit)

    def _renew(self) -> None:
        """Begin a new version."""
        cache.set(f"{self.name}:version", uuid4().hex, KEEP)

    def _version(self) -> str | None:
        """Return the current version; none if the cache keeps nothing now."""
        key = f"{self.name}:version"
        version: str | None = cache.get(key)
        if version is None:
            cache.add(key, uuid4().hex, KEEP)
            version = cache.get(key)
        return version

    def _count(self, what: str) -> None:
        """Add one to a count."""
        key = f"{self.name}:{what}"
        try:
            cache.incr(key)
        except ValueError:  # the first, unless another thread was quicker
            if not cache.add(key, 1, KEEP):
                self._count(what)
