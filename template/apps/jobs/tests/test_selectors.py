"""Who sees what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.jobs import selectors
from apps.jobs.models import JobPosting
from apps.jobs.tests.factories import ApplicationFactory, CompanyFactory, JobPostingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def postings() -> dict[str, JobPosting]:
    """Return one company's postings, in every state, by the state's name."""
    company = CompanyFactory.create()
    return {
        "open": JobPostingFactory.create(company=company),
        "open without an end": JobPostingFactory.create(company=company, closes_at=None),
        "draft": JobPostingFactory.create(company=company, draft=True),
        "expired": JobPostingFactory.create(company=company, expired=True),
        "closed": JobPostingFactory.create(company=company, closed=True),
        "promoted": JobPostingFactory.create(company=company, promoted=True),
        "promoted in vain": JobPostingFactory.create(company=company, promoted=True, closed=True),
        "promoted before": JobPostingFactory.create(
            company=company, promoted_until=timezone.now() - timedelta(minutes=1)
        ),
    }


OPEN = {"open", "open without an end", "promoted", "promoted before"}


def names(postings: dict[str, JobPosting], *, user: User | AnonymousUser) -> set[str]:
    """Return the names of the postings that a user sees."""
    seen = set(selectors.visible_postings(user=user))
    return {name for name, posting in postings.items() if posting in seen}


def test_everyone_sees_the_open_postings(postings: dict[str, JobPosting]) -> None:
    """S04: drafts and closed postings are nobody else's business."""
    readers = (
        AnonymousUser(),
        UserFactory.create(role=Role.CANDIDATE),
        UserFactory.create(role=Role.EMPLOYER),
        CompanyFactory.create().owner,
    )
    for reader in readers:
        assert names(postings, user=reader) == OPEN


def test_owners_and_admins_see_all_postings(postings: dict[str, JobPosting]) -> None:
    """S04: employers see their own postings, admins every posting."""
    for reader in (postings["open"].company.owner, UserFactory.create(role=Role.ADMIN)):
        assert names(postings, user=reader) == postings.keys()


def test_python_and_sql_agree_on_what_is_open(postings: dict[str, JobPosting]) -> None:
    """B01: `is_open` and `open_postings` are the same rule."""
    open_in_sql = set(selectors.open_postings())
    assert {posting for posting in postings.values() if posting.is_open} == open_in_sql


def test_python_and_sql_agree_on_what_is_promoted(postings: dict[str, JobPosting]) -> None:
    """B01: `is_promoted` in Python and in SQL are the same rule."""
    first = selectors.PromotedFirst(selectors.postings())
    assert {posting for posting in postings.values() if posting.is_promoted} == set(first.promoted)
    assert list(first.promoted) == [postings["promoted"]]
    assert set(first.others) == set(postings.values()) - {postings["promoted"]}
    assert first.count() == len(postings)


def test_the_open_list_next_changes_with_the_first_end() -> None:
    """C09: of a posting or of a promotion, whichever comes first; what is over changes nothing."""
    assert selectors.next_change() is None
    closing = JobPostingFactory.create()
    JobPostingFactory.create(expired=True, promoted=True)
    JobPostingFactory.create(promoted_until=timezone.now() - timedelta(minutes=1), closes_at=None)
    assert selectors.next_change() == closing.closes_at
    promoted = JobPostingFactory.create(promoted=True)
    assert selectors.next_change() == promoted.promoted_until


def test_everything_but_drafts_was_announced(postings: dict[str, JobPosting]) -> None:
    """S04: a draft stays unknown."""
    announced = set(selectors.announced_postings())
    assert announced == set(postings.values()) - {postings["draft"]}


def test_drafts_come_first_then_the_newest(postings: dict[str, JobPosting]) -> None:
    """H10: the order is the same on every database."""
    listed = list(selectors.postings())
    assert listed[0] == postings["draft"]
    assert listed[1:] == sorted(
        listed[1:], key=lambda posting: (posting.published_at, posting.pk), reverse=True
    )


def test_applications_are_seen_by_both_sides_and_admins() -> None:
    """S04: nobody else sees an application."""
    application = ApplicationFactory.create()
    ApplicationFactory.create()
    for reader in (application.candidate, application.posting.company.owner):
        assert list(selectors.visible_applications(user=reader)) == [application]
    assert selectors.visible_applications(user=UserFactory.create(role=Role.ADMIN)).count() == 2
    for stranger in (
        AnonymousUser(),
        UserFactory.create(role=Role.CANDIDATE),
        UserFactory.create(role=Role.EMPLOYER),
    ):
        assert not selectors.visible_applications(user=stranger).exists()
