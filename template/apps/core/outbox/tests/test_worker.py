"""A real worker process: what it does, what it tries again, and where it leaves what fails."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from structlog.contextvars import bound_contextvars

from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import emit
from apps.core.outbox.task import Task
from apps.core.outbox.tests import queues
from apps.core.outbox.tests.tasks import done

pytestmark = [
    pytest.mark.broker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not settings.BROKER_URL or connection.vendor != "postgresql",
        reason="needs RabbitMQ and PostgreSQL: set BROKER_URL=amqp://… and DATABASE_URL=postgres://…",
    ),
]


def wait_until(fact: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.1)


@contextmanager
def worker(log: Path, *options: str, prefix: str = settings.QUEUE_PREFIX) -> Iterator[None]:
    """Run a worker on the database of this test for as long as the context lasts."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{connection.settings_dict['NAME']}"
    )
    variables = {
        "DATABASE_URL": urlunsplit(database),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "QUEUE_PREFIX": prefix,
    }
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency=2"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--without-mingle", *options],
            cwd=settings.BASE_DIR,
            env=os.environ | variables,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: " ready." in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Start a worker on the queues of this test; return its log."""
    queues.purge()
    path = tmp_path / "log"
    with worker(path, "--include=apps.core.outbox.tests.tasks"):
        yield path


def lines(log: Path, event: str) -> list[dict[str, Any]]:
    """Return what was logged about something."""
    return [line for line in logged(log) if line["event"] == event]


def logged(log: Path) -> list[dict[str, Any]]:
    """Return all that was logged."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_a_worker_handles_events(log: Path) -> None:
    """T10, C05, H01: done; tried again; failed for good, in the record and in the dead letters."""
    with bound_contextvars(request_id="from-the_proxy.1"):
        emit("tests.happened", word="worked")
        emit("tests.failed", word="failed")
        emit("tests.hesitated", word="hesitated")
    assert not OutboxEvent.objects.exists()

    wait_until(lambda: done("worked") and FailedTask.objects.exists())
    wait_until(lambda: done("hesitated"))
    wait_until(lambda: len(lines(log, "task_succeeded")) == 3)

    assert {line["request_id"] for line in lines(log, "did")} == {"from-the_proxy.1"}
    assert len(lines(log, "task_retrying")) == 2
    failed = FailedTask.objects.get()
    assert failed.error == "ValueError('6 letters')"
    assert failed.request_id == "from-the_proxy.1"
    assert not done("failed")
    (line,) = lines(log, "task_failed")
    assert line["task_id"] == failed.task_id
    dead_letters = current_app.loader.conf["dead_letters"]
    assert [message.headers["id"] for message in queues.messages(dead_letters)] == [failed.task_id]
    assert "Warning" not in log.read_text().replace("SecurityWarning", "")  # as root: in tests only


def test_a_task_may_be_sent_after_a_while(log: Path) -> None:
    """H01: a task that is to wait does not keep a worker waiting."""
    task = current_app.tasks["apps.core.outbox.tests.tasks.each_time"]
    assert isinstance(task, Task)
    task.apply_async(("id", {"word": "later"}), countdown=2)
    task.apply_async(("id", {"word": "now"}))

    wait_until(lambda: done("now, each time"))
    assert not done("later, each time")
    wait_until(lambda: done("later, each time"))


def test_a_worker_touches_a_file_as_long_as_its_loop_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: health checks look at its age; they start no process and ask no broker."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    heartbeat = tmp_path / "worker"

    with worker(tmp_path / "log"):
        first = heartbeat.stat().st_mtime_ns
        wait_until(lambda: heartbeat.stat().st_mtime_ns > first)
    last = heartbeat.stat().st_mtime_ns
    time.sleep(6)

    assert heartbeat.stat().st_mtime_ns == last


def test_a_worker_of_one_queue_may_be_the_first(tmp_path: Path) -> None:
    """T10: on a broker that has no queues yet."""
    path = tmp_path / "log"
    with worker(path, "--queues=mail", prefix=f"first-{settings.QUEUE_PREFIX}"):
        pass

    assert {line["level"] for line in logged(path)} == {"info"}
