"""Test data."""

from datetime import timedelta

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory
from factory.faker import Faker

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs.models import (
    Application,
    Company,
    Currency,
    EmploymentType,
    Industry,
    JobPosting,
    Location,
    PostingStatus,
    Skill,
)


class IndustryFactory(DjangoModelFactory[Industry]):
    """An industry."""

    class Meta:
        model = Industry

    name = Sequence(lambda n: f"Industry {n}")


class LocationFactory(DjangoModelFactory[Location]):
    """A location."""

    class Meta:
        model = Location

    city = Sequence(lambda n: f"City {n}")
    country = "Kenya"


class SkillFactory(DjangoModelFactory[Skill]):
    """A skill."""

    class Meta:
        model = Skill

    name = Sequence(lambda n: f"Skill {n}")


class CompanyFactory(DjangoModelFactory[Company]):
    """A company with an employer of its own."""

    class Meta:
        model = Company

    owner = SubFactory(UserFactory, role=Role.EMPLOYER)
    name = Sequence(lambda n: f"Company {n}")
    description = Faker("sentence")
    website = "https://company.example.com"


class JobPostingFactory(DjangoModelFactory[JobPosting]):
    """An open posting; `draft`, `closed`, `expired` and `promoted` set to True make others."""

    class Meta:
        model = JobPosting

    class Params:
        draft = Trait(status=PostingStatus.DRAFT, published_at=None)
        closed = Trait(status=PostingStatus.CLOSED)
        expired = Trait(closes_at=LazyFunction(lambda: timezone.now() - timedelta(minutes=1)))
        promoted = Trait(promoted_until=LazyFunction(lambda: timezone.now() + timedelta(days=1)))

    title = Sequence(lambda n: f"Posting {n}")
    description = Faker("paragraph")
    company = SubFactory(CompanyFactory)
    industry = SubFactory(IndustryFactory)
    location = SubFactory(LocationFactory)
    employment_type = EmploymentType.FULL_TIME
    salary_min = 1_000
    salary_max = 2_000
    currency = Currency.USD
    status = PostingStatus.PUBLISHED
    published_at = LazyFunction(lambda: timezone.now() - timedelta(days=1))
    closes_at = LazyFunction(lambda: timezone.now() + timedelta(days=30))


class ApplicationFactory(DjangoModelFactory[Application]):
    """A submitted application for an open posting."""

    class Meta:
        model = Application

    candidate = SubFactory(UserFactory, role=Role.CANDIDATE)
    posting = SubFactory(JobPostingFactory)
    cover_letter = Faker("paragraph")
