"""The broker's queues, as a test looks at them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.test import TestCase
from kombu import Connection, Queue
from kombu.message import Message


def messages(*queues: Queue) -> Iterator[Message]:
    """Take what is in the queues, by default in all that tasks are sent to; in turn, until empty."""
    connection: Connection
    with current_app.connection_for_read() as connection:
        bound = [
            queue(connection.default_channel)
            for queue in queues or current_app.amqp.queues.values()
        ]
        for queue in bound:
            queue.declare()
        while found := [message for queue in bound if (message := queue.get())]:
            yield from found


def purge() -> None:
    """Throw away what other tests have sent."""
    for message in messages():
        message.ack()


def run() -> int:
    """Run what is in the queues as a worker does, but here; return how many tasks that were."""
    count = 0
    for message in messages():
        headers: dict[str, Any] = message.headers
        args, kwargs, _ = message.decode()
        with structlog.contextvars.bound_contextvars(**headers["__django_structlog__"]):
            current_app.tasks[headers["task"]].apply(args, kwargs, task_id=headers["id"])
        message.ack()
        count += 1
    return count


@contextmanager
def deliver() -> Iterator[None]:
    """See to it that the events of this context have been handled when it ends.

    The tasks run in the test's process and transaction, with a broker too: then their messages are
    taken from its queues.
    """
    if settings.BROKER_URL:
        purge()
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield
    handled = bool(settings.BROKER_URL)
    while handled:
        with TestCase.captureOnCommitCallbacks(execute=True):
            handled = run() > 0
