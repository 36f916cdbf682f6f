"""The cache without its server, and with one of the test's own that comes and goes."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError, OutOfMemoryError
from structlog.testing import capture_logs

from apps.core.caching import backend
from apps.core.caching.backend import RedisCache

TIMEOUT = 0.5


def make_cache(port: int, prefix: str = "ours") -> RedisCache:
    """Return a cache at a port of this machine."""
    options = {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT}
    return RedisCache(f"redis://127.0.0.1:{port}/0", {"KEY_PREFIX": prefix, "OPTIONS": options})


def events(logs: Any) -> list[str]:
    """Return what was logged, in short."""
    return [entry["event"] for entry in logs]


@pytest.fixture
def port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "PAUSE", 0.3)


def test_without_a_server_it_is_an_empty_cache(port: int) -> None:
    """C16: nothing fails, nothing waits, and one line is logged."""
    cache = make_cache(port)
    began = monotonic()
    with capture_logs() as logs:
        cache.set("key", 1)
        cache.set_many({"key": 1, "other": 2})
        assert cache.get("key", "default") == "default"
        assert cache.get_many(["key", "other"]) == {}
        assert cache.add("key", 1)
        assert cache.get_or_set("key", lambda: 7) == 7
        assert "key" not in cache
        assert not cache.touch("key")
        assert not cache.delete("key")
        assert cache.incr("key", 2) == 2
        cache.delete_many(["key"])
        cache.clear()
        assert cache.info() == {}
    assert events(logs) == ["cache_unreachable"]
    assert monotonic() - began < TIMEOUT


def test_without_a_server_the_asynchronous_methods_are_the_same(port: int) -> None:
    """C16, C03."""
    cache = make_cache(port)

    async def use() -> Any:
        await cache.aset("key", 1)
        return await cache.aget("key", "default"), await cache.aget_or_set("key", 7)

    assert asyncio.run(use()) == ("default", 7)


def test_a_server_that_does_not_answer_costs_one_timeout() -> None:
    """C16: the first caller waits for the timeout, once; all others go on."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cache = make_cache(silent.getsockname()[1])
        began = monotonic()
        assert cache.get("key") is None
        assert TIMEOUT <= monotonic() - began < 2 * TIMEOUT
        began = monotonic()
        assert [cache.get("key") for _ in range(100)] == [None] * 100
        assert monotonic() - began < 0.1


def test_a_server_that_stays_away_is_logged_once(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: each try to find it again fails in silence."""
    monkeypatch.setattr(backend, "PAUSE", 0.0)
    cache = make_cache(port)
    with capture_logs() as logs:
        assert [cache.get("key") for _ in range(3)] == [None] * 3
    assert events(logs) == ["cache_unreachable"]


def test_a_server_that_takes_nothing_is_one_that_is_away(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: a full server without an eviction policy refuses writes."""

    def full(*args: Any, **options: Any) -> None:
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'")

    cache = make_cache(port)
    monkeypatch.setattr(Redis, "set", full)
    with capture_logs() as logs:
        cache.set("key", 1)
    assert events(logs) == ["cache_unreachable"]


def test_threads_share_one_client(port: int) -> None:
    """T09: Django makes a cache for each thread; the connections are shared."""
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _: make_cache(port)._cache, range(50)))
    assert len({id(client) for client in clients}) == 1
    assert make_cache(port, "theirs")._cache is not clients[0]


# What follows needs a server: one of the test's own, which it may stop.

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="there is no redis-server on the PATH"
)


class Server:
    """A Redis of the test's own."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers; it saves when it stops, and loads that again."""
        self.process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.folder), "--save", "3600 1"),
            ],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                with Redis(port=self.port) as client:
                    client.ping()
            except ConnectionError:
                sleep(0.05)
            else:
                return
        raise AssertionError("redis-server does not answer.")

    def stop(self) -> None:
        """Stop it."""
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@pytest.fixture
def server(port: int, tmp_path: Path) -> Iterator[Server]:
    """Return a server that runs."""
    server = Server(port, tmp_path)
    server.start()
    yield server
    server.stop()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = monotonic() + 5
    while not true():
        assert monotonic() < deadline
        sleep(0.02)


@needs_redis
def test_clear_deletes_our_keys_alone(server: Server) -> None:
    """T09: a server may be shared."""
    ours, theirs = make_cache(server.port), make_cache(server.port, "theirs")
    ours.set_many({f"key-{number}": number for number in range(2_500)})
    theirs.set("key", 1)
    ours.clear()
    with Redis(port=server.port) as client:
        assert client.keys() == [b"theirs:1:key"]


@needs_redis
def test_what_the_server_says_of_itself(server: Server) -> None:
    """T09: for `manage.py cache_stats`."""
    assert make_cache(server.port).info()["maxmemory_policy"] == "noeviction"


@needs_redis
def test_an_outage_is_survived_and_ends(server: Server) -> None:
    """C16: logged once, not asked for a while, used again by itself."""
    cache = make_cache(server.port)
    cache.set("key", 1)
    with capture_logs() as logs, ThreadPoolExecutor(8) as pool:
        server.stop()
        assert list(pool.map(lambda _: cache.get("key"), range(200))) == [None] * 200
        server.start()
        wait_until(lambda: cache.add("new", 1) and "new" in cache)
        assert list(pool.map(lambda _: cache.get("new"), range(200))) == [1] * 200
    assert events(logs) == ["cache_unreachable", "cache_recovered"]


@needs_redis
def test_what_was_invalidated_in_an_outage_does_not_come_back(server: Server) -> None:
    """C09, C16: the server returns with what it had saved; the write never reached it."""
    cache = make_cache(server.port)
    cache.set_many({"version": "old", "session": "logged in"}, timeout=None)
    server.stop()
    cache.set("version", "new")
    cache.delete("session")
    server.start()
    with Redis(port=server.port) as client:
        assert len(client.keys()) == 2
        wait_until(lambda: cache.get("session") is None and not client.keys())
    assert cache.get_many(["version", "session"]) == {}


@needs_redis
def test_what_was_slow_to_read_stays(server: Server) -> None:
    """C16: a cache that is emptied whenever the machine is busy makes it busier."""
    cache = make_cache(server.port)
    cache.set("key", 1)
    with Redis(port=server.port) as client:
        client.execute_command("CLIENT", "PAUSE", "700", "ALL")
        with capture_logs() as logs:
            assert cache.get("key") is None
            wait_until(lambda: cache.get("key") == 1)
    assert events(logs) == ["cache_unreachable", "cache_recovered"]


@needs_redis
def test_what_a_slow_server_may_have_missed_is_cleared(server: Server) -> None:
    """C09, C16: a network that was cut, with a server that lived on."""
    cache, other = make_cache(server.port), make_cache(server.port)
    cache.set_many({"key": "old", "other": 1})
    with Redis(port=server.port) as client:
        client.execute_command("CLIENT", "PAUSE", "700", "ALL")
        cache.set("other", 2)
        cache.delete("key")
        wait_until(lambda: cache.get("none") is None and not client.keys("ours:1:key"))
    assert other.get("key") is None


@needs_redis
def test_a_connection_that_broke_while_it_was_idle_is_replaced(server: Server) -> None:
    """C16: no outage, no line in the log."""
    cache = make_cache(server.port)
    cache.set("key", 1)
    with capture_logs() as logs, Redis(port=server.port) as client:
        client.client_kill_filter(_type="normal", skipme=True)
        assert cache.get("key") == 1
    assert logs == []
