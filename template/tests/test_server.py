"""The production server."""

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.test import RequestFactory

from config import asgi, server, wsgi


@contextmanager
def serving(**environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the server on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "config.server"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def get(port: int, path: str) -> int:
    """Return the status of an answer, for which a server that starts has 20 seconds."""
    for _ in range(200):
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
                return int(response.status)
        except URLError:
            time.sleep(0.1)
    raise AssertionError("The server does not answer.")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGTERM")
def test_the_server_serves_and_stops_when_it_is_told() -> None:
    """C15, C16: it says how many workers it has and why, and ends in order."""
    with serving(WEB_CONCURRENCY="1") as (process, port):
        assert get(port, "/health/live") == 200

        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert f"with 1 workers (WEB_CONCURRENCY) of {server.BLOCKING_THREADS} threads" in output


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "many"), ("PORT", "99999"), ("DEBUG", "maybe")],
)
def test_a_wrong_value_ends_the_server_with_one_message(name: str, value: str) -> None:
    """C15, S05: never a silent default, and no traceback of each worker."""
    with serving(**{name: value}) as (process, _):
        output, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert output.count(f"- {name}: ") == 1
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({}, math.inf),
        ({"cpu.max": "max 100000"}, math.inf),
        ({"cpu.max": "150000 100000"}, 1.5),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, math.inf),
        ({"cpu/cpu.cfs_quota_us": "200000", "cpu/cpu.cfs_period_us": "100000"}, 2),
    ],
)
def test_the_containers_limit_is_read(tmp_path: Path, files: dict[str, str], quota: float) -> None:
    """C15: cgroup v2 and v1."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")

    assert server.cpu_quota(tmp_path) == quota


@pytest.mark.parametrize(
    ("cpus", "quota", "usable"), [(8, "max", 8), (8, "150000", 2), (1, "400000", 1), (4, "1000", 1)]
)
def test_workers_follow_the_cpus_that_may_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpus: int, quota: str, usable: int
) -> None:
    """C15: the machine's CPUs are not the container's."""
    (tmp_path / "cpu.max").write_text(f"{quota} 100000\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(cpus), raising=False)

    assert server.usable_cpus(tmp_path) == usable


def test_without_affinity_the_machines_cpus_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    assert server.usable_cpus(tmp_path) == 3


def test_the_applications_of_both_interfaces_are_there(rf: RequestFactory) -> None:
    """T02: WSGI for the server, and ASGI for what will be asynchronous."""
    assert wsgi.application.get_response(rf.get("/health/live")).status_code == 200
    assert isinstance(asgi.application, ASGIHandler)


def test_a_pool_has_a_connection_for_each_thread() -> None:
    assert settings.DATABASE_POOL_MAX_SIZE == server.BLOCKING_THREADS
