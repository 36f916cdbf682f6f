"""The people and the rows that the tables and the comparisons are about."""

import pytest

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.jobs.models import ApplicationStatus, Currency, EmploymentType
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    IndustryFactory,
    JobPostingFactory,
    LocationFactory,
    SkillFactory,
)


@pytest.fixture
def people() -> dict[str, User]:
    """Return a user for each column but the first."""
    return {
        "stranger": UserFactory.create(role=Role.CANDIDATE),
        "candidate": UserFactory.create(role=Role.CANDIDATE, full_name="Amina Uwase"),
        "employer": UserFactory.create(role=Role.EMPLOYER),
        "owner": UserFactory.create(role=Role.EMPLOYER),
        "admin": UserFactory.create(role=Role.ADMIN),
    }


@pytest.fixture
def rows(people: dict[str, User]) -> dict[str, int]:
    """Return the ids of the rows that are named."""
    company = CompanyFactory.create(owner=people["owner"], name="Acacia Solar")
    posting = JobPostingFactory.create(company=company, title="Backend developer")
    closed = JobPostingFactory.create(company=company, closed=True, closes_at=None)
    draft = JobPostingFactory.create(
        company=company, draft=True, salary_min=None, salary_max=None, currency=""
    )
    other = JobPostingFactory.create(
        title="Cook",
        location__country="Rwanda",
        employment_type=EmploymentType.CONTRACT,
        salary_min=5_000,
        salary_max=6_000,
        currency=Currency.RWF,
    )
    python, sql = (SkillFactory.create(name=name) for name in ("Python", "SQL"))
    posting.skills.set([python, sql])
    other.skills.set([sql])
    candidate = people["candidate"]
    return {
        "industry": posting.industry.pk,
        "unused_industry": IndustryFactory.create(name="Media and arts").pk,
        "location": posting.location.pk,
        "unused_location": LocationFactory.create().pk,
        "skill": python.pk,
        "other_skill": sql.pk,
        "company": company.pk,
        "idle_company": CompanyFactory.create().pk,
        "owner": people["owner"].pk,
        "employer": people["employer"].pk,
        "candidate": candidate.pk,
        "posting": posting.pk,
        "draft": draft.pk,
        "closed": closed.pk,
        "other": other.pk,
        "application": ApplicationFactory.create(candidate=candidate, posting=posting).pk,
        "decided": ApplicationFactory.create(
            candidate=candidate, posting=closed, status=ApplicationStatus.ACCEPTED
        ).pk,
        "elsewhere": ApplicationFactory.create(posting=other).pk,
        "nothing": 987_654,
    }
