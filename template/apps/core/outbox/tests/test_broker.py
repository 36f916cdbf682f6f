"""The broker is away, or does not listen: requests go on, and events wait."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db import OperationalError as DatabaseAway
from django.test import TestCase
from django.utils import timezone
from kombu import Connection, Queue, pools
from kombu.exceptions import OperationalError

from apps.core.outbox import breaker, outbox
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import emit, publish
from apps.core.outbox.tasks import relay
from apps.core.outbox.tests import queues
from apps.core.outbox.tests.tasks import done

Deliver = Callable[[], AbstractContextManager[None]]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _closed_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "broker", breaker.Breaker("broker"))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Return a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def move_broker(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that has messages sent to a port of this machine."""

    def move(port: int) -> None:
        monkeypatch.setitem(current_app.conf, "task_always_eager", False)
        address = Connection(f"amqp://127.0.0.1:{port}//", connect_timeout=1)
        monkeypatch.setattr(current_app.amqp, "_producer_pool", pools.producers[address])

    return move


def make_older() -> None:
    """Let the events be older than the time that their own process has for them."""
    OutboxEvent.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def test_an_event_waits_for_a_broker_that_is_away(
    deliver: Deliver,
    move_broker: Callable[[int], None],
    listener: socket.socket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """C16, T10: who emits goes on at once, it is logged once, and the event is kept."""
    port = listener.getsockname()[1]
    listener.close()
    move_broker(port)
    with deliver():
        for _ in range(3):
            emit("tests.happened", word="kept")

    assert OutboxEvent.objects.count() == 3
    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events == ["broker_unreachable"]


def test_a_broker_that_says_nothing_is_not_waited_for(
    deliver: Deliver, move_broker: Callable[[int], None], listener: socket.socket
) -> None:
    """C16: it is given up after its timeout, and left alone for a while."""
    move_broker(listener.getsockname()[1])
    begin = time.monotonic()
    with deliver():
        emit("tests.happened", word="patient")
    first = time.monotonic() - begin
    with deliver():
        emit("tests.happened", word="patient")

    assert first < 5
    assert time.monotonic() - begin - first < 0.5
    assert OutboxEvent.objects.count() == 2


def test_the_relay_sends_what_waits(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """T10: nothing is lost; the recovery is logged once, and a younger event is not its matter."""
    monkeypatch.setattr(breaker, "PAUSE", 0)
    with monkeypatch.context() as away:
        away.setattr(outbox, "send", refuse)
        with deliver():
            emit("tests.happened", word="late")
            emit("tests.happened", word="later")
    with deliver():
        relay()
    assert OutboxEvent.objects.count() == 2

    make_older()
    monkeypatch.setattr("apps.core.outbox.tasks.BATCH", 1)
    with deliver():
        relay()
    assert (done("late"), done("later")) == (1, 1)
    assert not OutboxEvent.objects.exists()
    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events.count("broker_unreachable") == events.count("broker_recovered") == 1


def test_the_relay_stops_where_the_broker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """T10: what was confirmed is forgotten, the rest waits, the oldest first."""
    monkeypatch.setattr(outbox, "send", refuse)
    emit("tests.ignored")
    emit("tests.happened", word="first in line")
    emit("tests.happened", word="second in line")
    make_older()
    relay()

    waiting = OutboxEvent.objects.values_list("payload__word", flat=True)
    assert list(waiting) == ["first in line", "second in line"]


@pytest.mark.broker
@pytest.mark.skipif(not settings.BROKER_URL, reason="needs RabbitMQ: set BROKER_URL=amqp://…")
def test_a_message_that_reaches_no_queue_was_not_sent(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T10: its queue was deleted; the event waits, and is sent to a queue that is made anew."""
    monkeypatch.setattr(breaker, "PAUSE", 0)
    # Queues that expire, as those of tests do, are declared before each message.
    monkeypatch.setattr(Queue, "can_cache_declaration", True)
    with deliver():
        emit("tests.happened", word="routed")
    with current_app.connection_for_write() as connection:
        current_app.amqp.queues["mail"](connection.default_channel).delete()
    with TestCase.captureOnCommitCallbacks(execute=True):
        emit("tests.happened", word="lost?")
    assert OutboxEvent.objects.exists()

    make_older()
    relay()
    assert not OutboxEvent.objects.exists()
    assert queues.run() == 2  # one for each consumer
    assert (done("routed"), done("lost?")) == (1, 1)


def test_a_database_that_is_away_fails_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """C16, H01: the next one is near, and nobody has to send this one again."""

    def refuse_rows(*args: object, **kwargs: object) -> None:
        raise DatabaseAway("the database system is starting up")

    monkeypatch.setattr(OutboxEvent.objects, "select_for_update", refuse_rows)
    current_app.tasks["apps.core.outbox.tasks.relay"].apply()

    assert not FailedTask.objects.exists()


def test_nothing_to_send_is_no_work() -> None:
    """T10: the relay looks every few seconds, usually in vain."""
    assert publish([])
    relay()


def refuse(*args: object) -> None:
    """Be a broker that is away."""
    raise OperationalError("refused")
