"""Writes of the job board: its rules, transactions and locks.

The API asks for the role of a caller. Whether a row is the caller's, and what may happen to it now,
is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict, TypeVar, Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Model
from django.shortcuts import get_object_or_404
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.errors import ApplicationError
from apps.core.transactions import atomic
from apps.core.uploads import Upload, discard, stored
from apps.jobs.models import (
    Application,
    ApplicationStatus,
    Company,
    EventCounter,
    Industry,
    JobPosting,
    Location,
    PostingStatus,
    Skill,
)

Row = TypeVar("Row", bound=Model)

# What can become of an application; what is not named here is final.
NEXT_STATUSES: Mapping[str, frozenset[str]] = {
    ApplicationStatus.SUBMITTED: frozenset(ApplicationStatus) - {ApplicationStatus.SUBMITTED},
    ApplicationStatus.UNDER_REVIEW: frozenset(
        {ApplicationStatus.ACCEPTED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN}
    ),
}
# What an employer decides; the candidate is told.
DECISIONS = frozenset({ApplicationStatus.ACCEPTED, ApplicationStatus.REJECTED})


class IndustryData(TypedDict, total=False):
    """What can be written of an industry."""

    name: str


class LocationData(TypedDict, total=False):
    """What can be written of a location."""

    city: str
    country: str


class SkillData(TypedDict, total=False):
    """What can be written of a skill."""

    name: str


class CompanyData(TypedDict, total=False):
    """What can be written of a company."""

    owner: User
    name: str
    description: str
    website: str


class PostingData(TypedDict, total=False):
    """What can be written of a posting, but for its company, which stays."""

    title: str
    description: str
    industry: Industry
    location: Location
    employment_type: str
    salary_min: int | None
    salary_max: int | None
    currency: str
    closes_at: datetime | None
    skills: Iterable[Skill]


class ApplicationData(TypedDict, total=False):
    """What a candidate can write of an application."""

    cover_letter: str


# Industries


@atomic()
def create_industry(**data: Unpack[IndustryData]) -> Industry:
    """Add an industry."""
    return _write(Industry(), data)


@atomic()
def update_industry(*, industry: Industry, **changes: Unpack[IndustryData]) -> Industry:
    """Change an industry."""
    return _write(industry, changes)


@atomic()
def delete_industry(*, industry: Industry) -> None:
    """Delete an industry that no posting is in."""
    industry.delete()


# Locations


@atomic()
def create_location(**data: Unpack[LocationData]) -> Location:
    """Add a location."""
    return _write(Location(), data)


@atomic()
def update_location(*, location: Location, **changes: Unpack[LocationData]) -> Location:
    """Change a location."""
    return _write(location, changes)


@atomic()
def delete_location(*, location: Location) -> None:
    """Delete a location that no posting is at."""
    location.delete()


# Skills


@atomic()
def create_skill(**data: Unpack[SkillData]) -> Skill:
    """Add a skill."""
    return _write(Skill(), data)


@atomic()
def update_skill(*, skill: Skill, **changes: Unpack[SkillData]) -> Skill:
    """Change a skill."""
    return _write(skill, changes)


@atomic()
def delete_skill(*, skill: Skill) -> None:
    """Delete a skill; postings that asked for it no longer do."""
    skill.delete()


# Companies


@atomic()
def create_company(*, actor: User, **data: Unpack[CompanyData]) -> Company:
    """Add a company: an employer's own, or one that an admin makes for an employer."""
    data.setdefault("owner", actor)
    _check_owner(actor, data)
    return _write(Company(), data)


@atomic()
def update_company(*, actor: User, company: Company, **changes: Unpack[CompanyData]) -> Company:
    """Change a company; an admin can hand it over to another employer."""
    _require_owner(actor, company)
    _check_owner(actor, changes)
    return _write(company, changes)


@atomic()
def delete_company(*, actor: User, company: Company) -> None:
    """Delete a company and its postings, unless someone has applied for one."""
    _require_owner(actor, company)
    company.delete()


# Postings


@atomic()
def create_posting(*, actor: User, company: Company, **data: Unpack[PostingData]) -> JobPosting:
    """Draft a posting of a company."""
    _require_owner(actor, company)
    return _write_posting(JobPosting(company=company), data)


@atomic()
def update_posting(
    *, actor: User, posting: JobPosting, **changes: Unpack[PostingData]
) -> JobPosting:
    """Change a posting that is not closed."""
    posting = _lock(posting)
    _require_owner(actor, posting.company)
    if posting.status == PostingStatus.CLOSED:
        raise ApplicationError("A closed posting stays as it is.", code="posting_closed")
    return _write_posting(posting, changes)


@atomic()
def delete_posting(*, actor: User, posting: JobPosting) -> None:
    """Delete a posting that nobody has applied for."""
    _require_owner(actor, posting.company)
    posting.delete()


@atomic()
def publish_posting(*, actor: User, posting: JobPosting) -> JobPosting:
    """Open a draft to candidates."""
    posting = _lock(posting)
    _require_owner(actor, posting.company)
    if posting.status != PostingStatus.DRAFT:
        raise ApplicationError("Only a draft can be published.", code="not_a_draft")
    now = timezone.now()
    if posting.closes_at and posting.closes_at <= now:
        raise ApplicationError("Its closing date has passed.", code="closing_date_passed")
    values = {"status": PostingStatus.PUBLISHED, "published_at": now}
    return _write(posting, {**values, "published_event": _next_event()})


@atomic()
def close_posting(*, actor: User, posting: JobPosting) -> JobPosting:
    """Close a published posting: from now on nobody can apply."""
    posting = _lock(posting)
    _require_owner(actor, posting.company)
    if posting.status != PostingStatus.PUBLISHED:
        raise ApplicationError("Only a published posting can be closed.", code="not_published")
    return _write(posting, {"status": PostingStatus.CLOSED})


# Applications


@atomic()
def apply(*, candidate: User, posting: JobPosting, **data: Unpack[ApplicationData]) -> Application:
    """Apply for an open posting, once.

    The lock makes the applications for one posting follow each other, and keeps the posting from
    being closed meanwhile. Where a database has no such lock, the unique constraint still refuses
    the second application.
    """
    posting = _lock(posting)
    if not posting.is_open:
        raise ApplicationError("The posting takes no applications.", code="posting_not_open")
    if posting.applications.filter(candidate=candidate).exists():
        raise ApplicationError("You have applied for this posting.", code="already_applied")
    return _write(Application(candidate=candidate, posting=posting), data)


@atomic()
def update_application(
    *, actor: User, application: Application, **changes: Unpack[ApplicationData]
) -> Application:
    """Change one's own application until its review begins."""
    application = _lock(application)
    _require_unread(actor, application)
    return _write(application, changes)


def set_cv(*, actor: User, application: Application, cv: Upload) -> Application:
    """Add a CV to one's own application, or replace it, until the review begins."""
    with stored(cv, "cvs") as name, atomic():
        return _write_cv(actor, application, {"cv": name, "cv_name": cv.name})


@atomic()
def delete_cv(*, actor: User, application: Application) -> Application:
    """Take the CV from one's own application, until the review begins."""
    return _write_cv(actor, application, {"cv": "", "cv_name": ""})


@atomic()
def withdraw_application(*, actor: User, application: Application) -> Application:
    """Withdraw one's own application, for good."""
    application = _lock(application)
    _require_candidate(actor, application)
    return _move(application, ApplicationStatus.WITHDRAWN)


@atomic()
def review_application(*, actor: User, application: Application, status: str) -> Application:
    """Decide on an application, as the employer who owns the posting or as an admin."""
    application = _lock(application)
    _require_owner(actor, application.posting.company)
    if status == ApplicationStatus.WITHDRAWN:
        raise PermissionDenied("Only the candidate withdraws an application.")
    return _move(application, status)


@atomic()
def delete_application(*, actor: User, application: Application) -> None:
    """Delete an application, as an admin; candidates withdraw theirs."""
    if not actor.is_admin:
        raise PermissionDenied("Only an admin deletes applications.")
    application.delete()


# What the services share


def _write(row: Row, values: Mapping[str, Any]) -> Row:
    """Set values, check every rule, and write; of a row that exists only what was set."""
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=None if row._state.adding else [*values, "updated_at"])
    return row


def _write_posting(posting: JobPosting, data: PostingData) -> JobPosting:
    """Write a posting and what it asks for."""
    skills = data.pop("skills", None)
    _write(posting, data)
    if skills is not None:
        posting.skills.set(skills)
    return posting


def _next_event() -> int:
    """Return the number of the event that is being written.

    The row stays locked until the transaction ends, so numbers are given in the order of the
    commits: nobody ever sees a number and, later, a smaller one.
    """
    counter = EventCounter.objects.filter(pk=1)
    if not counter.update(last=F("last") + 1):
        EventCounter.objects.bulk_create([EventCounter(pk=1)], ignore_conflicts=True)
        counter.update(last=F("last") + 1)
    return counter.values_list("last", flat=True).get()


def _lock(row: Row) -> Row:
    """Read a row again, and let nobody else change it until the transaction ends."""
    rows = type(row)._default_manager.select_for_update(no_key=True)
    return get_object_or_404(rows, pk=row.pk)


def _write_cv(actor: User, application: Application, values: Mapping[str, str]) -> Application:
    """Write where the CV is now, and remove the one before."""
    application = _lock(application)
    _require_unread(actor, application)
    discard(application.cv)
    return _write(application, values)


def _move(application: Application, status: str) -> Application:
    """Give an application its next status."""
    if status not in NEXT_STATUSES.get(application.status, ()):
        raise ApplicationError(
            f"An application that is {application.status} cannot become {status}.",
            code="illegal_status",
        )
    values: dict[str, Any] = {"status": status}
    if status in DECISIONS:
        values["decided_event"] = _next_event()
    return _write(application, values)


def _require_owner(actor: User, company: Company) -> None:
    """Refuse who neither owns the company nor is an admin."""
    if not (actor.is_admin or company.owner_id == actor.pk):
        raise PermissionDenied("This belongs to another company.")


def _check_owner(actor: User, data: CompanyData) -> None:
    """Refuse an owner that the actor may not choose, or who is no employer."""
    owner = data.get("owner")
    if owner is None:
        return
    if not actor.is_admin and owner != actor:
        raise PermissionDenied("Only an admin chooses the owner of a company.")
    if owner.role != Role.EMPLOYER:
        raise ValidationError({"owner": "The owner of a company is an employer."})


def _require_candidate(actor: User, application: Application) -> None:
    """Refuse who did not apply."""
    if application.candidate_id != actor.pk:
        raise PermissionDenied("This is the application of somebody else.")


def _require_unread(actor: User, application: Application) -> None:
    """Refuse who did not apply, and what has been reviewed: a decision is about what was read."""
    _require_candidate(actor, application)
    if application.status != ApplicationStatus.SUBMITTED:
        raise ApplicationError("Its review has begun or is over.", code="not_submitted")
