"""The board in numbers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.jobs import selectors
from apps.jobs.models import EmploymentType, JobPosting
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    IndustryFactory,
    JobPostingFactory,
)

pytestmark = pytest.mark.django_db


def read(client: APIClient) -> Any:
    """Return what the endpoint answers."""
    answer = client.get("/api/v1/statistics/")
    assert answer.status_code == 200
    return answer.json()


def test_everyone_reads_the_board_in_numbers(api_client: APIClient) -> None:
    """C06: what is open, by industry and by employment type, most first."""
    company, media, software = CompanyFactory.create(), *(
        IndustryFactory.create(name=name) for name in ("Media", "Software")
    )
    for industry, kind in (
        (software, EmploymentType.FULL_TIME),
        (software, EmploymentType.CONTRACT),
        (media, EmploymentType.FULL_TIME),
    ):
        JobPostingFactory.create(company=company, industry=industry, employment_type=kind)
    for state in ("draft", "closed", "expired"):
        JobPostingFactory.create(company=company, industry=media, **{state: True})
    ApplicationFactory.create(posting=JobPosting.objects.earliest("pk"))
    assert read(api_client) == {
        "open_postings": 3,
        "companies": 1,
        "applications": 1,
        "by_industry": [
            {"id": software.pk, "name": "Software", "open_postings": 2},
            {"id": media.pk, "name": "Media", "open_postings": 1},
        ],
        "by_employment_type": [
            {"employment_type": "full_time", "open_postings": 2},
            {"employment_type": "contract", "open_postings": 1},
        ],
    }


def test_an_empty_board_has_numbers(api_client: APIClient) -> None:
    """C06."""
    assert read(api_client) == {
        "open_postings": 0,
        "companies": 0,
        "applications": 0,
        "by_industry": [],
        "by_employment_type": [],
    }


def test_the_number_of_queries_does_not_grow() -> None:
    """H02."""
    JobPostingFactory.create_batch(5)
    with CaptureQueriesContext(connection) as queries:
        selectors.statistics()
    assert len(queries) == 4
