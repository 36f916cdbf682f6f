"""The job board, as GraphQL shows it."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import Info, auto

from apps.accounts.models import User
from apps.core.graphql.connections import Connection, related
from apps.core.graphql.errors import Problem
from apps.core.graphql.rest import visible
from apps.jobs import models
from apps.jobs.api.views import ApplicationViewSet, JobPostingViewSet
from apps.jobs.models import ApplicationStatus, Currency, EmploymentType, PostingStatus


@strawberry_django.type(models.Industry)
class Industry:
    """A category of work, such as Health care."""

    id: strawberry.ID
    name: auto


@strawberry_django.type(models.Location)
class Location:
    """A place of work: a city in a country."""

    id: strawberry.ID
    city: auto
    country: auto


@strawberry_django.type(models.Skill)
class Skill:
    """Something that a candidate can do and a posting can ask for."""

    id: strawberry.ID
    name: auto


@strawberry_django.type(models.Company)
class Company:
    """Who offers the jobs."""

    id: strawberry.ID
    owner: strawberry.ID = strawberry_django.field(
        field_name="owner_id", description="The id of the employer."
    )
    name: auto
    description: auto
    website: auto
    created_at: auto
    updated_at: auto
    postings: Connection[JobPosting] = related(
        description="Those that the caller may see, the latest first."
    )


def currency(posting: strawberry.Parent[models.JobPosting]) -> Currency | None:
    """What the salary is paid in."""
    return Currency(posting.currency) if posting.currency else None


@strawberry_django.type(models.JobPosting)
class JobPosting:
    """A job that a company offers."""

    id: strawberry.ID
    title: auto
    description: auto
    company: Company
    industry: Industry
    location: Location
    employment_type: EmploymentType
    salary_min: auto
    salary_max: auto
    currency: Currency | None = strawberry_django.field(resolver=currency, only=["currency"])
    skills: list[Skill]
    status: PostingStatus
    published_at: auto
    closes_at: auto
    promoted: bool = strawberry_django.field(
        field_name="is_promoted",
        only=["status", "closes_at", "promoted_until"],
        description="Whether it is promoted now.",
    )
    applications_count: int
    created_at: auto
    updated_at: auto
    applications: Connection[Application] = related(
        description="Those that the caller may see, the latest first. They ask for a log-in."
    )

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.JobPosting], info: Info, **kwargs: Any
    ) -> QuerySet[models.JobPosting]:
        """Leave out what the caller may not see, wherever postings are reached from."""
        return visible(JobPostingViewSet, queryset, info)


@strawberry_django.type(models.JobPosting)
class PostingSummary:
    """A posting in short: whoever sees an application sees what it is for."""

    id: strawberry.ID
    title: auto
    company: Company


@strawberry_django.type(User)
class Candidate:
    """Who applied."""

    id: strawberry.ID
    full_name: auto
    email: str


@strawberry_django.type(models.Application)
class Application:
    """A candidate's application for a posting. Its CV is fetched and set over REST."""

    id: strawberry.ID
    candidate: Candidate
    posting: PostingSummary
    cover_letter: auto
    cv_name: str = strawberry_django.field(
        description="What the CV is called; empty: there is none."
    )
    status: ApplicationStatus
    created_at: auto
    updated_at: auto

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.Application], info: Info, **kwargs: Any
    ) -> QuerySet[models.Application]:
        """Leave out what the caller may not see, wherever applications are reached from."""
        return visible(ApplicationViewSet, queryset, info)


@strawberry.type
class IndustryCount:
    """How many postings of an industry are open."""

    id: strawberry.ID
    name: str
    open_postings: int


@strawberry.type
class EmploymentTypeCount:
    """How many postings of an employment type are open."""

    employment_type: EmploymentType
    open_postings: int


@strawberry.type
class Statistics:
    """The board in numbers."""

    open_postings: int
    companies: int
    applications: int
    by_industry: list[IndustryCount]
    by_employment_type: list[EmploymentTypeCount]


IndustryResult = Annotated[Industry | Problem, strawberry.union("IndustryResult")]
LocationResult = Annotated[Location | Problem, strawberry.union("LocationResult")]
SkillResult = Annotated[Skill | Problem, strawberry.union("SkillResult")]
CompanyResult = Annotated[Company | Problem, strawberry.union("CompanyResult")]
JobPostingResult = Annotated[JobPosting | Problem, strawberry.union("JobPostingResult")]
ApplicationResult = Annotated[Application | Problem, strawberry.union("ApplicationResult")]
