"""Consumers that the tests send events to; what they do is to add a group."""

import uuid

import structlog
from celery import current_task
from django.contrib.auth.models import Group

from apps.core.outbox.outbox import consumer, emit

logger = structlog.get_logger(__name__)


def done(word: str) -> int:
    """Return how often something was done."""
    return Group.objects.filter(name__startswith=f"{word} ").count()


def do(word: str) -> None:
    """Do something that can be counted."""
    Group.objects.create(name=f"{word} {uuid.uuid4()}")
    logger.info("did")


@consumer("tests.happened", queue="mail")
def once(word: str) -> None:
    """Do it once."""
    do(word)


@consumer("tests.happened", queue="reports", once=False)
def each_time(word: str) -> None:
    """Do it as often as the event is delivered."""
    do(f"{word}, each time")


@consumer("tests.failed")
def fail(word: str) -> None:
    """Do it, and fail for good."""
    do(word)
    raise ValueError(f"{len(word)} letters")


@consumer("tests.repeated")
def repeat(word: str) -> None:
    """Fail with what it was called with in the message."""
    raise ValueError(f"not {word}") from KeyError(word)


@consumer("tests.hesitated")
def hesitate(word: str) -> None:
    """Do it, and fail twice as if the network was gone."""
    do(word)
    if current_task.request.retries < 2:
        raise ConnectionError("gone")


@consumer("tests.led_on")
def lead_on(word: str) -> None:
    """Cause another event."""
    emit("tests.happened", word=word)
