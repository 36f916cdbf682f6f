"""Events: written with what causes them, sent after it, handled once."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client

from apps.core.outbox.models import FailedTask, HandledEvent, OutboxEvent
from apps.core.outbox.outbox import CONSUMERS, emit, emit_many
from apps.core.outbox.tests.tasks import done
from apps.core.tests.races import at_once, on_postgresql

Deliver = Callable[[], AbstractContextManager[None]]


@pytest.mark.django_db
def test_an_event_reaches_each_of_its_consumers(deliver: Deliver) -> None:
    """C04, T10: one message for each, from the transaction's commit on; nothing waits then."""
    with deliver(), transaction.atomic():
        emit("tests.happened", word="met")
        assert OutboxEvent.objects.get().payload == {"word": "met"}
        assert not done("met")

    assert done("met") == 1
    assert done("met, each time") == 1
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_what_is_rolled_back_was_never_told(deliver: Deliver) -> None:
    """C11: neither a row nor a message."""

    def break_off() -> None:
        with transaction.atomic():
            emit("tests.happened", word="undone")
            raise ZeroDivisionError

    with deliver(), pytest.raises(ZeroDivisionError):
        break_off()

    assert not OutboxEvent.objects.exists()
    assert not done("undone")


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_no_transaction(deliver: Deliver) -> None:
    """C04: outside of one it is sent at once."""
    with deliver():
        emit("tests.happened", word="alone")

    assert done("alone") == 1
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_an_event_that_nobody_consumes_goes(deliver: Deliver) -> None:
    """T10: no row is left behind."""
    with deliver():
        emit("tests.ignored")

    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_many_events_are_written_at_once(
    deliver: Deliver, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    """C04: one query to write them all."""
    with deliver(), django_assert_num_queries(1):
        emit_many("tests.happened", [{"word": "one of many"}] * 20)

    assert done("one of many") == 20


@pytest.mark.django_db
def test_a_task_may_cause_events(deliver: Deliver) -> None:
    """C04: from task to task."""
    with deliver():
        emit("tests.led_on", word="led on")

    assert done("led on") == 1


@pytest.mark.django_db
def test_a_second_delivery_does_nothing(deliver: Deliver) -> None:
    """C05: a message may come again, its effect does not; a task that allows it is done again."""
    event = uuid.uuid4()
    for _ in range(2):
        with deliver():
            emit("tests.happened", event_id=event, word="twice")

    assert done("twice") == 1
    assert done("twice, each time") == 2
    assert HandledEvent.objects.get().event == event


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_once_do_it_once() -> None:
    """C05: the second waits for the first, and finds its mark."""
    event = str(uuid.uuid4())

    def handle() -> None:
        current_app.tasks[CONSUMERS["tests.happened"][0]].run(event, {"word": "at once"})

    at_once([handle] * 4)

    assert done("at once") == 1


@pytest.mark.django_db
def test_a_failure_leaves_nothing_half_done(deliver: Deliver) -> None:
    """C05: neither the effect nor the mark; the next delivery may do better."""
    with deliver():
        emit("tests.failed", word="half")

    assert not Group.objects.exists()
    assert not HandledEvent.objects.exists()
    assert FailedTask.objects.get().name == "apps.core.outbox.tests.tasks.fail"


@pytest.mark.django_db
def test_the_task_logs_the_id_of_the_request(
    client: Client,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """H01, B07: one id from the proxy to the last task."""

    def emits(*args: object) -> dict[str, str]:
        emit("tests.led_on", word="traced")
        return {}

    monkeypatch.setattr("apps.core.views.HomeView.get_context_data", emits)
    with deliver():
        client.get("/", headers={"X-Request-ID": "0b3f5e6a-9c1d-4e2f-8a7b-6c5d4e3f2a1b"})

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [line["request_id"] for line in lines if line["event"] == "did"] == [
        "0b3f5e6a-9c1d-4e2f-8a7b-6c5d4e3f2a1b",
        "0b3f5e6a-9c1d-4e2f-8a7b-6c5d4e3f2a1b",
    ]
