"""Reads of the job board: who sees what, and all that a page shows in a fixed number of queries."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
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
