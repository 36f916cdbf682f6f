"""What has happened on the board since somebody last asked.

Each event has a number, which is a column of the row that it is about. services.py gives it, in the
order of the commits: whoever remembers the last number that was given misses nothing and gets nothing
twice, however many write meanwhile.
"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import User
from apps.jobs import selectors
from apps.jobs.models import Application, EventCounter, JobPosting

# What one answer brings at most; the next one goes on from there.
LIMIT = 50


class Event(NamedTuple):
    """A posting that was published, or an application that was decided."""

    number: int
    row: JobPosting | Application


def last_number() -> int:
    """Return the number of the last event: it and all before it have been committed."""
    return EventCounter.objects.filter(pk=1).values_list("last", flat=True).first() or 0


def events(*, user: User | AnonymousUser, after: int, until: int) -> tuple[list[Event], int]:
    """Return what a user may know of the events in between, oldest first, and where to go on.

    Postings are for all who may see them now, decisions for the candidate alone. What happens while
    this reads has a number beyond `until`, and comes next time.
    """
    if after >= until:
        return [], until
    postings = selectors.visible_postings(user=user).filter(
        published_event__gt=after, published_event__lte=until
    )
    found = [
        Event(posting.published_event or 0, posting)
        for posting in postings.order_by("published_event")[:LIMIT]
    ]
    if isinstance(user, User):
        applications = selectors.applications().filter(
            candidate=user, decided_event__gt=after, decided_event__lte=until
        )
        found += [
            Event(application.decided_event or 0, application)
            for application in applications.order_by("decided_event")[:LIMIT]
        ]
    found = sorted(found, key=lambda event: event.number)[:LIMIT]
    return found, found[-1].number if len(found) == LIMIT else until
