"""Redis as a cache that may go away: then each read is a miss, and nothing fails or waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import structlog
from django.core.cache.backends import redis
from django.utils.functional import cached_property
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, OutOfMemoryError, ReadOnlyError, TimeoutError
from redis.retry import Retry

logger = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
Key = str | bytes | memoryview
Expiry = int | timedelta

# The server is away, or takes nothing: its memory is full, or it has become a replica.
UNAVAILABLE = (ConnectionError, TimeoutError, OutOfMemoryError, ReadOnlyError)
PAUSE = 5.0  # seconds for which a server that was away is not asked again
BATCH = 1000


class Client(redis.RedisCacheClient):
    """The process's one client of a server, and whether that server can be asked now.

    What it stored may be old after an outage: a write did not reach it, or it came back with what
    it had once saved to its disk. Then our keys are deleted before anything is read.
    """

    def __init__(self, servers: list[str], *, prefix: str, **options: Any) -> None:
        # A connection that broke while it was idle is replaced once; what does not answer in time
        # is not asked twice. In the newer protocol a server's notices would stretch the timeouts.
        retry = Retry(NoBackoff(), 1, (ConnectionError,))
        super().__init__(servers, **{"protocol": 2, "retry": retry, **options})
        self._redis = super().get_client(write=True)
        self._prefix = prefix
        self._lock = Lock()
        self._away = False
        self._ask_again = 0.0
        self._outdated = False

    def get_client(self, key: Key | None = None, *, write: bool = False) -> Redis:
        """Return the one client: Django makes a new one for each call."""
        return self._redis

    def add(self, key: Key, value: Any, timeout: Expiry | None) -> bool:
        """Store what is not there; without the server all callers are the first."""
        return self._ask(super().add, key, value, timeout, instead=True)

    def get(self, key: Key, default: Any) -> Any:
        """Return what is stored, or the default."""
        return self._ask(super().get, key, default, instead=default)

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Any]:
        """Return what is stored."""
        return self._ask(super().get_many, keys, instead={})

    def has_key(self, key: Key) -> bool:
        """Return whether something is stored."""
        return self._ask(super().has_key, key, instead=False)

    def touch(self, key: Key, timeout: Expiry | None) -> bool:
        """Set a new timeout."""
        return self._ask(super().touch, key, timeout, instead=False)

    def set(self, key: Key, value: Any, timeout: Expiry | None) -> None:
        """Store, over what is there."""
        self._ask(super().set, key, value, timeout, instead=None, replaces=True)

    def set_many(self, data: Mapping[Key, Any], timeout: Expiry | None) -> None:
        """Store, over what is there."""
        self._ask(super().set_many, data, timeout, instead=None, replaces=True)

    def incr(self, key: Key, delta: int) -> Any:
        """Add to a number; a count that misses some is not old."""
        return self._ask(super().incr, key, delta, instead=delta)

    def delete(self, key: Key) -> bool:
        """Delete."""
        return self._ask(super().delete, key, instead=False, replaces=True)

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete."""
        self._ask(super().delete_many, keys, instead=None, replaces=True)

    def clear(self) -> bool:
        """Delete our keys; the server may hold the keys of others."""
        return self._ask(self._delete_ours, instead=False, replaces=True)

    def info(self) -> dict[str, Any]:
        """Return what the server says of itself."""
        return self._ask(self._redis.info, instead={})

    def _delete_ours(self) -> bool:
        """Delete the keys that begin with our prefix, without holding up the server."""
        keys = self._redis.scan_iter(match=f"{self._prefix}:*", count=BATCH)
        while batch := list(islice(keys, BATCH)):
            self._redis.unlink(*batch)
        return True

    def _ask(
        self,
        command: Callable[..., Answer],
        *args: Any,
        instead: Answer,
        replaces: bool = False,
    ) -> Answer:
        """Return the server's answer, or the one that stands in for it while the server is away."""
        if self._away and not self._is_back(replaces):
            return instead
        try:
            return command(*args)
        except UNAVAILABLE as error:
            self._leave(error, replaces)
            return instead

    def _leave(self, error: Exception, replaces: bool) -> None:
        """Ask no more for a while, and remember whether what is stored may be old by then."""
        with self._lock:
            # A read that was slow says nothing about it; a connection that broke may be a restart.
            self._outdated |= replaces or not isinstance(error, TimeoutError)
            self._ask_again = monotonic() + PAUSE
            known, self._away = self._away, True
        if not known:
            logger.warning("cache_unreachable", error=str(error))

    def _is_back(self, replaces: bool) -> bool:
        """Return whether to ask again; now and then one caller finds out, the others go on."""
        with self._lock:
            if not self._away:
                return True
            if monotonic() < self._ask_again:
                self._outdated |= replaces
                return False
            self._ask_again = monotonic() + PAUSE
        try:
            self._redis.ping()
            with self._lock:  # nobody reads, and no write is lost unseen, before this is done
                if self._outdated:
                    self._delete_ours()
                self._away = self._outdated = False
        except UNAVAILABLE as error:
            self._leave(error, replaces)
            return False
        logger.info("cache_recovered")
        return True


_clients: dict[str, Client] = {}


class RedisCache(redis.RedisCache):
    """Django's backend, with a client that all threads of the process share."""

    client_class = Client

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        client = self.client_class([server], prefix=self.key_prefix, **params.get("OPTIONS", {}))
        # Each thread makes a cache; the second one takes the first one's client.
        self._client = _clients.setdefault(repr((server, params)), client)

    @cached_property
    def _cache(self) -> Client:
        return self._client

    def info(self) -> dict[str, Any]:
        """Return what the server says of itself; nothing while it is away."""
        return self._cache.info()
