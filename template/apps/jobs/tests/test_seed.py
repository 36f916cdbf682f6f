"""Demo data."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts import seed as accounts_seed
from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs import seed
from apps.jobs.models import Application, Company, Industry, JobPosting, Location, Skill
from apps.jobs.tests.factories import CompanyFactory, IndustryFactory

pytestmark = pytest.mark.django_db
MODELS = (Industry, Location, Skill, Company, JobPosting, JobPosting.skills.through, Application)


def sow(users: int) -> list[int]:
    """Seed, and return how many rows there are."""
    rng = Random(users)
    accounts_seed.seed(users, rng)
    seed.seed(users, rng)
    return [model._default_manager.count() for model in MODELS]


def test_a_second_run_adds_nothing_and_a_larger_one_adds_more() -> None:
    """C02, C15: seed data of the size that is asked for."""
    first = sow(100)
    assert all(first)
    assert sow(100) == first
    larger = sow(300)
    assert larger[:3] == first[:3]
    assert all(more > less for more, less in zip(larger[3:], first[3:], strict=True))


def test_what_is_sown_keeps_the_rules() -> None:
    """C01: `bulk_create` checks nothing, so the test does."""
    sow(100)
    for model in MODELS:
        for row in model._default_manager.all()[:25]:
            row.full_clean()
    assert JobPosting.objects.filter(skills=None).count() == 0


def test_the_number_of_queries_does_not_follow_the_number_of_rows() -> None:
    """C02: rows are written in batches."""
    counts = []
    for users in (100, 300):
        rng = Random(users)
        accounts_seed.seed(users, rng)
        with CaptureQueriesContext(connection) as queries:
            seed.seed(users, rng)
        counts.append(len(queries))
    assert counts[1] - counts[0] < 200 / 10  # SQLite takes a hundred rows at a time


def test_what_real_people_have_made_stays_as_it_is() -> None:
    """B01: demo data is for demo accounts."""
    company = CompanyFactory.create(name="acacia WORKS", owner__email="real@acacia.test")
    candidate = UserFactory.create(role=Role.CANDIDATE, email="amina@real.test")
    IndustryFactory.create(name="SOFTWARE")
    sow(100)
    assert not company.postings.exists()
    assert not candidate.applications.exists()
    assert Company.objects.filter(name__iexact="acacia works").count() == 1
    assert Industry.objects.filter(name__iexact="software").count() == 1
