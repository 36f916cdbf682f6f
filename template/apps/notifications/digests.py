"""What a daily digest tells: each app registers its sections."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

from apps.accounts.models import Role, User

HOUR = 6  # of the day: a digest tells what happened in the 24 hours before

Period = tuple[datetime, datetime]
Lines = Callable[[User, Period], list[str]]


class Section(NamedTuple):
    """A part of a digest."""

    title: str
    lines: list[str]


SECTIONS: list[tuple[str, Role, Lines]] = []


def section(title: str, *, role: Role) -> Callable[[Lines], Lines]:
    """Make a function, which returns what there is to tell, a section for the users of a role."""

    def register(lines: Lines) -> Lines:
        SECTIONS.append((title, role, lines))
        return lines

    return register


def sections(user: User, day: date) -> list[Section]:
    """Return what there is to tell a user on a day."""
    end = timezone.make_aware(datetime.combine(day, time(HOUR)))
    period = (end - timedelta(days=1), end)
    return [
        Section(title, told)
        for title, role, lines in SECTIONS
        if role == user.role and (told := lines(user, period))
    ]
