"""Reads of the job board: who sees what, and all that a page shows in a fixed number of queries."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.jobs.models import (
    Application,
    Company,
    Industry,
    JobPosting,
    Location,
    PostingStatus,
    Skill,
)


class IndustryCount(TypedDict):
    """How many postings of an industry are open."""

    id: int
    name: str
    open_postings: int


class EmploymentTypeCount(TypedDict):
    """How many postings of an employment type are open."""

    employment_type: str
    open_postings: int


class Statistics(TypedDict):
    """The board in numbers."""

    open_postings: int
    companies: int
    applications: int
    by_industry: list[IndustryCount]
    by_employment_type: list[EmploymentTypeCount]


def industries() -> QuerySet[Industry]:
    """Return all industries."""
    return Industry.objects.all()


def locations() -> QuerySet[Location]:
    """Return all locations."""
    return Location.objects.all()


def skills() -> QuerySet[Skill]:
    """Return all skills."""
    return Skill.objects.all()


def companies() -> QuerySet[Company]:
    """Return all companies."""
    return Company.objects.all()


def postings() -> QuerySet[JobPosting]:
    """Return all postings."""
    return JobPosting.objects.select_related("company", "industry", "location").prefetch_related(
        "skills"
    )


def open_postings() -> QuerySet[JobPosting]:
    """Return the postings that candidates can apply for now."""
    return postings().filter(_is_open())


def announced_postings() -> QuerySet[JobPosting]:
    """Return the postings that have been published, whether they are still open or not."""
    return postings().exclude(status=PostingStatus.DRAFT)


def visible_postings(*, user: User | AnonymousUser) -> QuerySet[JobPosting]:
    """Return what a user may see: admins all, employers the open and their own, others the open."""
    match user:
        case User(role=Role.ADMIN):
            return postings()
        case User(role=Role.EMPLOYER):
            return postings().filter(_is_open() | Q(company__owner=user))
        case _:
            return open_postings()


def sees_open_postings_only(*, user: User | AnonymousUser) -> bool:
    """Return whether the user sees what everyone sees, and nothing else."""
    return not (isinstance(user, User) and user.role in (Role.ADMIN, Role.EMPLOYER))


def is_promoted() -> Q:
    """Return the condition that `JobPosting.is_promoted` states in Python."""
    return _is_open() & Q(promoted_until__gt=timezone.now())


def next_change() -> datetime | None:
    """Return when an open posting next closes, or a promotion ends, by itself, if one does."""
    moments = JobPosting.objects.filter(_is_open()).aggregate(
        closing=Min("closes_at"), end=Min("promoted_until", filter=is_promoted())
    )
    return min(filter(None, moments.values()), default=None)


class PromotedFirst:
    """Postings, the promoted ones first: two lists, one after the other, each in its own order.

    An order by what time it is could use no index: every posting would be read for each page.
    """

    def __init__(self, postings: QuerySet[JobPosting]) -> None:
        promoted = is_promoted()
        self.promoted, self.others = postings.filter(promoted), postings.exclude(promoted)
        self.counts = postings.aggregate(all=Count("pk"), promoted=Count("pk", filter=promoted))

    def count(self) -> int:
        """Return how many there are."""
        return int(self.counts["all"])

    def __getitem__(self, page: slice) -> list[JobPosting]:
        """Return a page, from one list or from both."""
        border = self.counts["promoted"]
        found = list(self.promoted[page]) if page.start < border else []
        if page.stop > border:
            found += self.others[max(page.start - border, 0) : page.stop - border]
        return found


def statistics() -> Statistics:
    """Return the board in numbers, in four queries."""
    open_now = JobPosting.objects.filter(_is_open()).order_by()
    industries = open_now.values_list("industry", "industry__name").annotate(n=Count("pk"))
    types = open_now.values_list("employment_type").annotate(n=Count("pk"))
    by_industry: list[IndustryCount] = [
        {"id": pk, "name": name, "open_postings": number}
        for pk, name, number in industries.order_by("-n", "industry__name")
    ]
    by_type: list[EmploymentTypeCount] = [
        {"employment_type": name, "open_postings": number}
        for name, number in types.order_by("-n", "employment_type")
    ]
    return {
        "open_postings": sum(one["open_postings"] for one in by_type),
        "companies": Company.objects.count(),
        "applications": JobPosting.objects.aggregate(n=Sum("applications_count", default=0))["n"],
        "by_industry": by_industry,
        "by_employment_type": by_type,
    }


def applications() -> QuerySet[Application]:
    """Return all applications."""
    return Application.objects.select_related("candidate", "posting__company")


def visible_applications(*, user: User | AnonymousUser) -> QuerySet[Application]:
    """Return what a user may see: admins all, employers those to them, candidates their own."""
    match user:
        case User(role=Role.ADMIN):
            return applications()
        case User(role=Role.EMPLOYER):
            return applications().filter(posting__company__owner=user)
        case User():
            return applications().filter(candidate=user)
        case _:
            return applications().none()


def _is_open() -> Q:
    """Return the condition that `JobPosting.is_open` states in Python."""
    return Q(status=PostingStatus.PUBLISHED) & (Q(closes_at=None) | Q(closes_at__gt=timezone.now()))
