"""The rules of what is written."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404
from django.utils import timezone

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.core.errors import ApplicationError
from apps.jobs import services
from apps.jobs.models import (
    Application,
    ApplicationStatus,
    Company,
    Industry,
    JobPosting,
    PostingStatus,
)
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    IndustryFactory,
    JobPostingFactory,
    LocationFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
Status = ApplicationStatus


def test_a_category_is_written_and_deleted() -> None:
    """B01: every write goes through a service."""
    industry = services.create_industry(name="Media")
    services.update_industry(industry=industry, name="News")
    assert Industry.objects.get().name == "News"
    services.delete_industry(industry=industry)
    assert not Industry.objects.exists()


def test_an_invalid_value_is_refused_before_it_is_written() -> None:
    """B01: services check every rule of the model."""
    with pytest.raises(ValidationError):
        services.create_industry(name="")
    assert not Industry.objects.exists()


def test_a_category_in_use_is_not_deleted() -> None:
    """C01, H07: what others depend on is a conflict."""
    posting = JobPostingFactory.create()
    with pytest.raises(ApplicationError) as refusal:
        services.delete_location(location=posting.location)
    assert refusal.value.status_code == 409
    assert refusal.value.get_codes() == "in_use"


def test_what_another_request_wrote_meanwhile_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """H08: a row that appears between check and write is a 409, not a 500."""
    IndustryFactory.create(name="Media")
    monkeypatch.setattr(Model, "full_clean", lambda self: None)
    with pytest.raises(ApplicationError) as refusal:
        services.create_industry(name="media")
    assert refusal.value.get_codes() == "conflict"


def test_an_employer_makes_one_company() -> None:
    """C01: the 1-1 relation."""
    employer = UserFactory.create(role=Role.EMPLOYER)
    assert services.create_company(actor=employer, name="Acacia").owner == employer
    with pytest.raises(ValidationError, match="This employer has a company"):
        services.create_company(actor=employer, name="Baobab")


def test_an_admin_makes_and_hands_over_companies_of_employers() -> None:
    """S04: only an admin chooses the owner, and the owner is an employer."""
    admin, (first, second) = UserFactory.create(role=Role.ADMIN), UserFactory.create_batch(
        2, role=Role.EMPLOYER
    )
    company = services.create_company(actor=admin, owner=first, name="Acacia")
    services.update_company(actor=admin, company=company, owner=second)
    assert Company.objects.get().owner == second
    with pytest.raises(PermissionDenied):
        services.update_company(actor=second, company=company, owner=first)
    for owner in (admin, UserFactory.create(role=Role.CANDIDATE)):
        with pytest.raises(ValidationError, match="is an employer"):
            services.update_company(actor=admin, company=company, owner=owner)


def test_a_posting_begins_as_a_draft_with_its_skills() -> None:
    """C01: the M-N relation is written with the posting."""
    company = CompanyFactory.create()
    skills = SkillFactory.create_batch(2)
    posting = services.create_posting(
        actor=company.owner,
        company=company,
        title="Cook",
        description="You cook.",
        industry=IndustryFactory.create(),
        location=LocationFactory.create(),
        employment_type="full_time",
        skills=skills,
    )
    assert posting.status == PostingStatus.DRAFT
    assert list(posting.skills.all()) == skills
    services.update_posting(actor=company.owner, posting=posting, title="Chef", skills=[])
    posting.refresh_from_db()
    assert (posting.title, posting.skills.count()) == ("Chef", 0)


def test_an_update_writes_only_what_it_was_given() -> None:
    """H08: two changes of different fields do not undo each other."""
    posting = JobPostingFactory.create(title="Cook", description="Old")
    stale = JobPosting.objects.get()
    services.update_posting(actor=posting.company.owner, posting=posting, title="Chef")
    services.update_posting(actor=posting.company.owner, posting=stale, description="New")
    posting.refresh_from_db()
    assert (posting.title, posting.description) == ("Chef", "New")


def test_a_posting_is_published_then_closed() -> None:
    """B01: the life of a posting."""
    posting = JobPostingFactory.create(draft=True)
    owner = posting.company.owner
    posting = services.publish_posting(actor=owner, posting=posting)
    assert posting.is_open
    posting = services.close_posting(actor=owner, posting=posting)
    assert posting.status == PostingStatus.CLOSED
    for service in (services.publish_posting, services.close_posting, services.update_posting):
        with pytest.raises(ApplicationError):
            service(actor=owner, posting=posting)


def test_a_draft_whose_closing_date_has_passed_is_not_published() -> None:
    """B01: nothing is published that nobody could apply for."""
    posting = JobPostingFactory.create(draft=True, expired=True)
    with pytest.raises(ApplicationError) as refusal:
        services.publish_posting(actor=posting.company.owner, posting=posting)
    assert refusal.value.get_codes() == "closing_date_passed"


def test_only_the_owner_and_admins_write_a_posting() -> None:
    """S04: object-level ownership."""
    posting = JobPostingFactory.create()
    rival = CompanyFactory.create().owner
    with pytest.raises(PermissionDenied):
        services.update_posting(actor=rival, posting=posting, title="Mine")
    with pytest.raises(PermissionDenied):
        services.delete_posting(actor=rival, posting=posting)
    with pytest.raises(PermissionDenied):
        services.close_posting(actor=rival, posting=posting)
    services.delete_posting(actor=UserFactory.create(role=Role.ADMIN), posting=posting)
    assert not JobPosting.objects.exists()


def test_a_candidate_applies_once() -> None:
    """T03, H08: apply."""
    posting = JobPostingFactory.create()
    candidate = UserFactory.create(role=Role.CANDIDATE)
    application = services.apply(candidate=candidate, posting=posting, cover_letter="Hello")
    assert application.status == Status.SUBMITTED
    with pytest.raises(ApplicationError) as refusal:
        services.apply(candidate=candidate, posting=posting, cover_letter="Hello again")
    assert (refusal.value.status_code, refusal.value.get_codes()) == (409, "already_applied")
    assert Application.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "expired", "closed"])
def test_nobody_applies_for_a_posting_that_is_not_open(state: str) -> None:
    """T03: apply."""
    posting = JobPostingFactory.create(**{state: True})
    with pytest.raises(ApplicationError) as refusal:
        services.apply(
            candidate=UserFactory.create(role=Role.CANDIDATE), posting=posting, cover_letter="Hello"
        )
    assert refusal.value.get_codes() == "posting_not_open"


def test_nobody_applies_for_a_posting_that_was_deleted_meanwhile() -> None:
    """H08: the row is read again under its lock."""
    posting = JobPostingFactory.create()
    JobPosting.objects.all().delete()
    with pytest.raises(Http404):
        services.apply(
            candidate=UserFactory.create(role=Role.CANDIDATE), posting=posting, cover_letter="Hello"
        )


REVIEWED = {
    (before, after)
    for before, legal in {
        Status.SUBMITTED: (Status.UNDER_REVIEW, Status.ACCEPTED, Status.REJECTED),
        Status.UNDER_REVIEW: (Status.ACCEPTED, Status.REJECTED),
    }.items()
    for after in legal
}


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", [Status.UNDER_REVIEW, Status.ACCEPTED, Status.REJECTED])
def test_a_review_makes_legal_moves_only(before: Status, after: Status) -> None:
    """B01: every pair of statuses, allowed or refused."""
    application = ApplicationFactory.create(status=before)
    owner = application.posting.company.owner
    if (before, after) in REVIEWED:
        services.review_application(actor=owner, application=application, status=after)
    else:
        with pytest.raises(ApplicationError) as refusal:
            services.review_application(actor=owner, application=application, status=after)
        assert refusal.value.get_codes() == "illegal_status"
    application.refresh_from_db()
    assert application.status == (after if (before, after) in REVIEWED else before)


@pytest.mark.parametrize("before", Status)
def test_a_candidate_withdraws_until_the_decision(before: Status) -> None:
    """B01: a withdrawal and a decision are final."""
    application = ApplicationFactory.create(status=before)
    if before in {Status.SUBMITTED, Status.UNDER_REVIEW}:
        services.withdraw_application(actor=application.candidate, application=application)
        application.refresh_from_db()
        assert application.status == Status.WITHDRAWN
    else:
        with pytest.raises(ApplicationError):
            services.withdraw_application(actor=application.candidate, application=application)


def test_each_side_of_an_application_does_its_own_part() -> None:
    """S04: object-level ownership."""
    application = ApplicationFactory.create()
    candidate, owner = application.candidate, application.posting.company.owner
    for status in (Status.ACCEPTED, Status.WITHDRAWN):
        with pytest.raises(PermissionDenied):
            services.review_application(actor=candidate, application=application, status=status)
    with pytest.raises(PermissionDenied):
        services.review_application(actor=owner, application=application, status=Status.WITHDRAWN)
    with pytest.raises(PermissionDenied):
        services.withdraw_application(actor=owner, application=application)
    with pytest.raises(PermissionDenied):
        services.update_application(actor=owner, application=application, cover_letter="Mine")


def test_a_cover_letter_changes_until_the_review_begins() -> None:
    """B01: what was reviewed is what was written."""
    application = ApplicationFactory.create()
    candidate = application.candidate
    services.update_application(actor=candidate, application=application, cover_letter="Better")
    application.refresh_from_db()
    assert application.cover_letter == "Better"
    Application.objects.update(status=Status.UNDER_REVIEW)
    with pytest.raises(ApplicationError):
        services.update_application(actor=candidate, application=application, cover_letter="Late")


def test_only_an_admin_deletes_an_application() -> None:
    """S04: candidates withdraw."""
    application = ApplicationFactory.create()
    for actor in (application.candidate, application.posting.company.owner):
        with pytest.raises(PermissionDenied):
            services.delete_application(actor=actor, application=application)
    services.delete_application(actor=UserFactory.create(role=Role.ADMIN), application=application)
    assert not Application.objects.exists()


def test_a_company_goes_with_its_postings_unless_somebody_applied() -> None:
    """C01: the choices of on_delete."""
    application = ApplicationFactory.create()
    company = application.posting.company
    with pytest.raises(ApplicationError):
        services.delete_company(actor=company.owner, company=company)
    application.delete()
    services.delete_company(actor=company.owner, company=company)
    assert not JobPosting.objects.exists()


def test_a_published_posting_does_not_get_a_closing_date_before_its_publication() -> None:
    """C01: the check constraint speaks through the service."""
    posting = JobPostingFactory.create()
    with pytest.raises(ValidationError, match="closes after its publication"):
        services.update_posting(
            actor=posting.company.owner,
            posting=posting,
            closes_at=timezone.now() - timedelta(days=9),
        )
