"""`manage.py cache_stats`: what the cache is good for."""

from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand

from apps.core.caching.namespace import Namespace

# What Redis calls it, and what we do.
SERVER = {
    "used_memory_human": "memory used",
    "maxmemory_human": "memory at most",
    "maxmemory_policy": "when it is full",
    "evicted_keys": "evicted keys",
    "keyspace_hits": "hits of the server",
    "keyspace_misses": "misses of the server",
}


class Command(BaseCommand):
    """Show how often what was asked for was in the cache, and how the server does."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a table of the namespaces, then what the server says."""
        self.stdout.write(f"{'namespace':<20}{'hits':>10}{'misses':>10}{'ratio':>8}")
        for namespace in Namespace.all:
            hits, misses = stats = namespace.stats()
            self.stdout.write(f"{namespace.name:<20}{hits:>10}{misses:>10}{stats.ratio:>8.1%}")
        if not hasattr(cache, "info"):
            self.stdout.write("\nNo REDIS_URL: each process has a cache of its own; this is mine.")
            return
        info = cache.info()
        self.stdout.write("" if info else "\nRedis does not answer.")
        for name, words in SERVER.items():
            if name in info:
                self.stdout.write(f"{words:<20}{info[name]:>12}")
