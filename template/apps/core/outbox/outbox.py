"""Tell the rest of the system what happened: `emit` it here, and consume it in a task.

An event is a row, written in the transaction that causes it: both are there or neither. After the
commit its messages go to the broker, one for each consumer, and the row is deleted once the broker
has confirmed them all. Is the broker gone, the row waits, and the task `relay` sends it later.
So each message arrives, perhaps twice, and `consumer` sees to it that twice does no more than once.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeAlias

import structlog
from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from apps.core.outbox.breaker import Breaker
from apps.core.outbox.models import HandledEvent, OutboxEvent
from apps.core.outbox.task import Task, current_request_id

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
P = ParamSpec("P")

CONFIRM_TIMEOUT = 2  # seconds

CONSUMERS: defaultdict[str, list[str]] = defaultdict(list)  # the names of an event's tasks

broker = Breaker("broker")


def emit(name: str, /, *, event_id: uuid.UUID | None = None, **payload: JSON) -> None:
    """Write an event in the caller's transaction; it is sent after the commit."""
    event = OutboxEvent(name=name, payload=payload, request_id=current_request_id())
    if event_id:
        event.pk = event_id
    # An event that waits already, by its id, waits once.
    OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)
    transaction.on_commit(lambda: publish([event]), robust=True)


def emit_many(name: str, /, payloads: Iterable[dict[str, JSON]]) -> None:
    """Write an event for each payload, all with one query; they are sent after the commit."""
    request_id = current_request_id()
    events = OutboxEvent.objects.bulk_create(
        OutboxEvent(name=name, payload=payload, request_id=request_id) for payload in payloads
    )
    transaction.on_commit(lambda: publish(events), robust=True)


def consumer(
    name: str, /, *, queue: str = "default", once: bool = True, **task_options: Any
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a function the task that handles an event; it is called with the event's payload.

    With `once`, it runs in a transaction together with the mark that the event was handled: its
    effect and the mark are both there or neither, and a second delivery does nothing. Without, it
    has to be harmless to run it twice, and it may take its time.
    """

    def register(function: Callable[P, None]) -> Callable[P, None]:
        task_name = f"{function.__module__}.{function.__name__}"

        def handle(event_id: str, payload: dict[str, Any]) -> None:
            if not once:
                function(**payload)  # type: ignore[call-arg]
                return
            with transaction.atomic():
                _, first = HandledEvent.objects.get_or_create(event=event_id, consumer=task_name)
                if first:
                    function(**payload)  # type: ignore[call-arg]

        as_task: Any = shared_task(base=Task, name=task_name, queue_name=queue, **task_options)
        as_task(handle)
        CONSUMERS[name].append(task_name)
        return function

    return register


def publish(events: Sequence[OutboxEvent]) -> bool:
    """Send events to their consumers; return whether the broker has confirmed them all."""
    confirmed: list[uuid.UUID] = []
    try:
        with broker.guard():
            for event in events:
                with structlog.contextvars.bound_contextvars(**event.context):
                    for task_name in CONSUMERS[event.name]:
                        # The same event is the same task, whoever sends it, and however often.
                        task_id = str(uuid.uuid5(event.pk, task_name))
                        send(task_name, task_id, [str(event.pk), event.payload])
                confirmed.append(event.pk)
    except OperationalError:
        return False
    finally:
        if confirmed:
            OutboxEvent.objects.filter(pk__in=confirmed).delete()
    return True


def send(name: str, task_id: str, args: list[Any], kwargs: dict[str, Any] | None = None) -> None:
    """Send one task, and wait until the broker has it; raise ``OperationalError`` otherwise."""
    task = current_app.tasks[name]
    if current_app.conf.task_always_eager:
        task.apply_async(tuple(args), kwargs, task_id=task_id)
        return
    producer: Any
    with current_app.producer_pool.acquire(block=True) as producer:
        options = {"producer": producer, "confirm_timeout": CONFIRM_TIMEOUT}
        try:
            task.apply_async(tuple(args), kwargs, task_id=task_id, **options)
        except Exception as error:  # those of the broker have no base in common
            # Not used again, and closed without a word to a broker that does not listen.
            producer.connection.collect()
            raise OperationalError(str(error)) from error
