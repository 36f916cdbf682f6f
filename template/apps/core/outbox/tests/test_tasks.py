"""Tasks: tried again, recorded when they fail for good, repeated by beat."""

import logging
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from apps.core.outbox.models import FailedTask, HandledEvent
from apps.core.outbox.outbox import CONSUMERS, emit
from apps.core.outbox.task import Task, route
from apps.core.outbox.tasks import purge
from apps.core.outbox.tests.tasks import done

Deliver = Callable[[], AbstractContextManager[None]]


@pytest.mark.django_db
def test_what_may_pass_is_tried_again(deliver: Deliver) -> None:
    """H01: two failures of the network, then it is done, once."""
    with deliver():
        emit("tests.hesitated", word="third time")

    assert done("third time") == 1
    assert not FailedTask.objects.exists()


def test_tries_are_further_and_further_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """H01: exponential backoff with jitter, up to a maximum."""
    countdowns = []

    def fail() -> None:
        raise ConnectionError

    def retry(self: Task, **options: float) -> Exception:
        countdowns.append(options["countdown"])
        return RuntimeError()

    task: Any = current_app.tasks["apps.core.outbox.tests.tasks.hesitate"]
    monkeypatch.setattr(task, "_orig_run", fail)
    monkeypatch.setattr(Task, "retry", retry)
    monkeypatch.setattr(random, "randrange", lambda stop: stop - 1)  # the jitter at its longest
    for retries in range(Task.max_retries):
        task.push_request(retries=retries)
        with pytest.raises(RuntimeError):
            task.run()
        task.pop_request()

    assert countdowns == [2, 4, 8, 16, 32, 64]


@pytest.mark.django_db
def test_what_fails_for_good_is_recorded(
    deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    """H01, C05: all that is needed to try again; one line in the log, without the payload."""
    with caplog.at_level(logging.INFO), deliver():
        emit("tests.failed", word="hopeless")

    failed = FailedTask.objects.get()
    assert failed.name == "apps.core.outbox.tests.tasks.fail"
    assert failed.error == "ValueError('8 letters')"
    assert "tasks.py" in failed.traceback
    assert failed.args[1] == {"word": "hopeless"}
    assert failed.queue == "default"
    (error,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert isinstance(error.msg, dict)
    assert error.msg["event"] == "task_failed"
    assert not any("hopeless" in str(vars(record)) for record in caplog.records)


@pytest.mark.django_db
def test_a_failure_that_cannot_be_recorded_is_logged(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """H01: the database is away too; the dead letter is left."""

    def gone(*args: object, **kwargs: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(FailedTask.objects, "update_or_create", gone)
    with deliver():
        emit("tests.failed", word="hopeless")

    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events[-1] == "failed_task_not_recorded"


@pytest.mark.django_db
def test_long_ago_is_forgotten() -> None:
    """C04: marks and failures are kept for 30 days."""
    now = timezone.now()
    for days in (29, 31):
        handled = HandledEvent.objects.create(event="0" * 31 + str(days % 10), consumer="a")
        HandledEvent.objects.filter(pk=handled.pk).update(handled_at=now - timedelta(days=days))
        FailedTask.objects.create(
            task_id=str(days), args=[], kwargs={}, failed_at=now - timedelta(days=days)
        )
    purge()

    assert HandledEvent.objects.count() == 1
    assert FailedTask.objects.get().task_id == "29"


@pytest.mark.parametrize("entry", current_app.conf.beat_schedule)
def test_the_schedule_names_tasks_that_exist(entry: str) -> None:
    """C04: beat sends nothing that no worker knows."""
    assert current_app.conf.beat_schedule[entry]["task"] in current_app.tasks


def test_every_task_goes_to_a_queue_that_exists() -> None:
    """T10: named queues; what fails in those of events ends among the dead letters."""
    queues: Any = current_app.amqp.queues
    tasks: dict[str, Any] = current_app.tasks
    for name, task in tasks.items():
        assert task.queue_name in queues.aliases, name
    for name in chain(*CONSUMERS.values()):
        arguments = queues[tasks[name].queue_name].queue_arguments
        assert arguments["x-dead-letter-exchange"] == f"{settings.QUEUE_PREFIX}dead_letters"
        assert arguments["x-queue-type"] == "quorum"
    assert route("a.task.of.another.project") == {"queue": "default"}


def test_nothing_is_lost_with_a_worker() -> None:
    """C05: acknowledged late, one at a time, JSON only, with time limits."""
    conf = current_app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert not conf.task_acks_on_failure
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.task_soft_time_limit < conf.task_time_limit
    assert conf.broker_transport_options["confirm_publish"]
