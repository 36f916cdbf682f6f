"""Redis as a cache, traced and counted."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings

from apps.core.caching import backend
from apps.core.observability.tracing import part

Answer = TypeVar("Answer")


class Client(backend.Client):
    """Traces what is asked, without the keys: the key of a session is a secret."""

    def get(self, key: backend.Key, default: Any) -> Any:
        """Return what is stored, or the default."""
        value = super().get(key, default)
        found = value is not default
        count(found, not found)
        return value

    def get_many(self, keys: Iterable[backend.Key]) -> dict[backend.Key, Any]:
        """Return what is stored."""
        keys = list(keys)
        values = super().get_many(keys)
        count(len(values), len(keys) - len(values))
        return values

    def _ask(
        self,
        command: Callable[..., Answer],
        *args: Any,
        instead: Answer,
        replaces: bool = False,
    ) -> Answer:
        """Return the server's answer, or the one that stands in for it."""
        name = getattr(command, "__name__", "ask").strip("_")
        attributes = {"db.system.name": "redis", "db.operation.name": name}
        with part(f"cache {name}", attributes):
            return super()._ask(command, *args, instead=instead, replaces=replaces)


def count(hits: int, misses: int) -> None:
    """Count reads by what they found."""
    if settings.METRICS_PORT:
        from apps.core.observability import metrics

        metrics.CACHE_READS.labels("hit").inc(hits)
        metrics.CACHE_READS.labels("miss").inc(misses)


class RedisCache(backend.RedisCache):
    """The cache, with a client that is observed."""

    client_class = Client
