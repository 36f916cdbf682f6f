"""The production server."""

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.test import RequestFactory

from apps.core.tests.stubs import HTTP_OK, stub
from config import asgi, server, wsgi

AN_ADMIN = """
import django; django.setup()
from django.core.management import call_command
from django.test import Client
from apps.accounts.models import User

call_command("migrate", verbosity=0)
client = Client()
client.force_login(User.objects.create_superuser("admin@example.com", "a-password-1", full_name="Ada"))
print(client.session.session_key)
"""


@contextmanager
def serving(**environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the server on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
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
    ) as process:
        try:
            yield process, port
        finally:
            process.terminate()  # killed, it would leave its workers behind


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


def test_an_asynchronous_process_waits_for_many_at_once(tmp_path: Path) -> None:
    """C03, H08: 40 requests wait for a slow partner at once; four threads would let in four."""
    environment = {
        "DATABASE_URL": f"sqlite:///{(tmp_path / 'db.sqlite3').as_posix()}",
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "SECRET_KEY": settings.SECRET_KEY,
        "SERVER_INTERFACE": "asgi",
        "WEB_CONCURRENCY": "1",
    }
    made = subprocess.run(
        [sys.executable, "-c", AN_ADMIN],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={made.stdout.strip()}"}

    with stub(HTTP_OK, delay=1) as partner:
        environment["STATUS_URLS"] = f"http://127.0.0.1:{partner.port}/"
        with serving(**environment) as (_, port):
            assert get(port, "/health/ready") == 200
            request = Request(f"http://127.0.0.1:{port}/status/", headers=headers)

            def ask(_: int) -> str:
                with urlopen(request, timeout=30) as response:
                    return str(response.read().decode())

            with ThreadPoolExecutor(40) as threads:
                pages = list(threads.map(ask, range(40)))

    assert all("<h1>Status</h1>" in page for page in pages)
    assert partner.most > 3 * server.BLOCKING_THREADS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("PORT", "99999"),
        ("SERVER_INTERFACE", "cgi"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "many"),
    ],
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
    """T02: WSGI, which is the default, and ASGI."""
    assert wsgi.application.get_response(rf.get("/health/live")).status_code == 200
    assert isinstance(asgi.application, ASGIHandler)


def test_a_pool_has_a_connection_for_each_thread() -> None:
    assert settings.DATABASE_POOL_MAX_SIZE == server.BLOCKING_THREADS
