"""What the lists find, in which order, in which pages, with how many queries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs.models import Currency, EmploymentType, JobPosting
from apps.jobs.tests import Login
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    IndustryFactory,
    JobPostingFactory,
    LocationFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db


def titles(client: APIClient, path: str) -> list[str]:
    """Return the titles that a list of postings shows."""
    answer = client.get(f"/api/v1/postings/{path}")
    assert answer.status_code == 200, answer.content
    return [posting["title"] for posting in answer.json()["results"]]


@pytest.fixture
def board() -> dict[str, int]:
    """Make three postings that differ in everything; return the ids that filters take."""
    python, sql, cooking = (SkillFactory.create(name=name) for name in ("Python", "SQL", "Cooking"))
    now = timezone.now()
    developer = JobPostingFactory.create(
        title="Developer",
        description="Builds services.",
        company__name="Acacia",
        location__city="Nairobi",
        location__country="Kenya",
        employment_type=EmploymentType.CONTRACT,
        salary_min=500,
        salary_max=700,
        currency=Currency.KES,
        published_at=now - timedelta(days=3),
        closes_at=now + timedelta(days=3),
    )
    analyst = JobPostingFactory.create(
        title="Analyst",
        description="Reads numbers and services dashboards.",
        company__name="Baobab",
        location__city="Kigali",
        location__country="Rwanda",
        employment_type=EmploymentType.PART_TIME,
        salary_min=600,
        salary_max=900,
        currency=Currency.RWF,
        published_at=now - timedelta(days=2),
        closes_at=now + timedelta(days=9),
    )
    cook = JobPostingFactory.create(
        title="Cook",
        description="Feeds everyone.",
        company__name="Crane",
        location=developer.location,
        employment_type=EmploymentType.FULL_TIME,
        salary_min=None,
        salary_max=None,
        currency="",
        published_at=now - timedelta(days=1),
        closes_at=None,
    )
    developer.skills.set([python, sql])
    analyst.skills.set([sql])
    cook.skills.set([cooking])
    return {
        "media": analyst.industry.pk,
        "nairobi": developer.location.pk,
        "acacia": developer.company.pk,
        "python": python.pk,
        "sql": sql.pk,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "Cook Analyst Developer"),
        ("?industry={media}", "Analyst"),
        ("?location={nairobi}", "Cook Developer"),
        ("?country=KENYA", "Cook Developer"),
        ("?company={acacia}", "Developer"),
        ("?employment_type=contract", "Developer"),
        ("?employment_type=contract&employment_type=full_time", "Cook Developer"),
        ("?currency=RWF", "Analyst"),
        ("?status=published", "Cook Analyst Developer"),
        ("?status=draft", ""),
        ("?salary_min=700", "Analyst Developer"),
        ("?salary_min=701", "Analyst"),
        ("?salary_max=600", "Analyst Developer"),
        ("?salary_max=599", "Developer"),
        ("?salary_min=800&salary_max=550", ""),
        ("?skill={sql}", "Analyst Developer"),
        ("?skill={sql}&skill={python}", "Developer"),
        ("?location={nairobi}&skill={sql}", "Developer"),
        ("?search=develop", "Developer"),
        ("?search=services", "Analyst Developer"),
        ("?search=ACACIA", "Developer"),
        ("?search=services baobab", "Analyst"),
        ("?search=nothing", ""),
        ("?ordering=title", "Analyst Cook Developer"),
        ("?ordering=-title", "Developer Cook Analyst"),
        ("?ordering=published_at", "Developer Analyst Cook"),
        ("?ordering=salary_min", "Developer Analyst Cook"),
        ("?ordering=-salary_max", "Analyst Developer Cook"),
        ("?ordering=-closes_at,title", "Analyst Developer Cook"),
    ],
)
def test_postings_are_found(
    query: str, found: str, board: dict[str, int], api_client: APIClient
) -> None:
    """T03, H10: filters, search and ordering."""
    assert titles(api_client, query.format(**board)) == found.split()


@pytest.mark.parametrize(
    "query",
    [
        "industry=987654",
        "industry=media",
        "location=0",
        "company=" + "9" * 30,
        "employment_type=slavery",
        "currency=kes",
        "status=lost",
        "salary_min=much",
        "salary_min=NaN",
        "salary_min=0.5",
        "salary_max=-1",
        "page_size=null",
        "skill=one",
        "skill=987654",
        "skill=" + "9" * 30,
        "skill=" + "&skill=".join(map(str, range(1, 12))),
        "ordering=description",
        "ordering=company__owner__password",
        "industri=3",
        "title=Cook",
    ],
)
def test_an_unknown_parameter_or_value_is_refused(query: str, api_client: APIClient) -> None:
    """H10, H07: a typing error does not return every row."""
    for _ in range(2):
        SkillFactory.create()
    answer = api_client.get(f"/api/v1/postings/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["param"] for error in answer.json()["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize(
    "query", ["posting=" + "9" * 30, "posting=1.5", "company=0", "status=lost"]
)
def test_an_unknown_value_is_refused_of_applications_too(query: str, login: Login) -> None:
    """H10, H07: a value that no row can have is a 400, not a 500."""
    answer = login(UserFactory.create(role=Role.ADMIN)).get(f"/api/v1/applications/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_owners_filter_their_drafts(login: Login) -> None:
    """T03: an employer's own list."""
    draft = JobPostingFactory.create(draft=True)
    JobPostingFactory.create(company=draft.company)
    client = login(draft.company.owner)
    assert titles(client, f"?company={draft.company.pk}&status=draft") == [draft.title]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    salaries=st.lists(st.none() | st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5),
    low=st.none() | st.integers(0, 35),
    high=st.none() | st.integers(0, 35),
)
def test_the_salary_filter_agrees_with_python(
    salaries: list[tuple[int, int] | None],
    low: int | None,
    high: int | None,
    api_client: APIClient,
) -> None:
    """B03, H10: whatever the salaries and the bounds, SQL finds what plain Python finds."""
    JobPosting.objects.all().delete()
    company, industry = CompanyFactory.create(), IndustryFactory.create()
    location = LocationFactory.create()
    expected = set()
    for salary in salaries:
        least, most = sorted(salary) if salary else (None, None)
        posting = JobPostingFactory.create(
            company=company,
            industry=industry,
            location=location,
            salary_min=least,
            salary_max=most,
            currency="USD" if salary else "",
        )
        pays_enough = low is None or (most is not None and most >= low)
        pays_little = high is None or (least is not None and least <= high)
        if pays_enough and pays_little:
            expected.add(posting.title)
    bounds = {"salary_min": low, "salary_max": high}
    query = urlencode({name: bound for name, bound in bounds.items() if bound is not None})
    assert set(titles(api_client, f"?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "Accra Kisumu Nairobi"),
        ("?country=kenya", "Kisumu Nairobi"),
        ("?search=nai", "Nairobi"),
        ("?ordering=-city", "Nairobi Kisumu Accra"),
    ],
)
def test_locations_are_found(query: str, found: str, api_client: APIClient) -> None:
    """H10: filters, search and ordering."""
    for city, country in (("Nairobi", "Kenya"), ("Accra", "Ghana"), ("Kisumu", "Kenya")):
        LocationFactory.create(city=city, country=country)
    results = api_client.get(f"/api/v1/locations/{query}").json()["results"]
    assert [location["city"] for location in results] == found.split()


def test_a_company_is_found_by_its_owner(api_client: APIClient) -> None:
    """H10: filters."""
    company, _ = CompanyFactory.create_batch(2)
    results = api_client.get(f"/api/v1/companies/?owner={company.owner.pk}").json()["results"]
    assert [found["id"] for found in results] == [company.pk]


def test_an_employer_filters_applications(login: Login) -> None:
    """H10: filters and search."""
    first = ApplicationFactory.create(candidate__full_name="Amina Uwase")
    second = ApplicationFactory.create(
        candidate__full_name="Juma Otieno",
        posting=JobPostingFactory.create(company=first.posting.company),
        status="accepted",
    )
    client = login(first.posting.company.owner)
    for query, found in (
        ("", [second, first]),
        ("?ordering=created_at", [first, second]),
        ("?status=accepted", [second]),
        (f"?posting={first.posting.pk}", [first]),
        (f"?company={first.posting.company.pk}", [second, first]),
        ("?posting=987654", []),
        ("?search=amina", [first]),
    ):
        results = client.get(f"/api/v1/applications/{query}").json()["results"]
        assert [one["id"] for one in results] == [one.pk for one in found], query


def test_pages_have_a_maximum_and_do_not_overlap(api_client: APIClient) -> None:
    """H10: pagination, stable among equal rows."""
    JobPostingFactory.create_batch(
        103,
        company=CompanyFactory.create(),
        industry=IndustryFactory.create(),
        location=LocationFactory.create(),
    )
    first = api_client.get("/api/v1/postings/").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (103, 20, None)
    assert len(api_client.get("/api/v1/postings/?page_size=1000").json()["results"]) == 100
    seen: list[int] = []
    path = "/api/v1/postings/?ordering=salary_min&page_size=30"
    while path:
        page = api_client.get(path).json()
        seen += [posting["id"] for posting in page["results"]]
        path = page["next"]
    assert len(seen) == len(set(seen)) == 103
    for bad in ("0", "-1", "99", "two"):
        assert api_client.get(f"/api/v1/postings/?page={bad}").status_code == 404


def test_promoted_postings_come_first(api_client: APIClient, login: Login) -> None:
    """P03: the newest first among them, and among the others; another order is another order."""
    now = timezone.now()
    for title, days, promoted in (
        ("A", 4, 1),
        ("B", 3, None),
        ("C", 2, -1),
        ("D", 1, 1),
        ("E", 0, None),
    ):
        JobPostingFactory.create(
            title=title,
            published_at=now - timedelta(days=days, minutes=1),
            promoted_until=promoted and now + timedelta(days=promoted),
        )
    admin = login(UserFactory.create(role=Role.ADMIN))
    for client in (api_client, admin):
        assert titles(client, "") == ["D", "A", "E", "C", "B"]
        assert titles(client, "?promoted=true") == ["D", "A"]
        assert titles(client, "?promoted=false") == ["E", "C", "B"]
        assert titles(client, "?search=a") == titles(client, "?search=a&ordering=")
        assert titles(client, "?ordering=-published_at") == ["E", "D", "C", "B", "A"]
        assert titles(client, "?ordering=title") == ["A", "B", "C", "D", "E"]
    for page, found in (("1", "D A E"), ("2", "C B")):
        assert titles(api_client, f"?page_size=3&page={page}") == found.split()
    shown = api_client.get("/api/v1/postings/").json()["results"]
    assert [posting["promoted"] for posting in shown] == [True, True, False, False, False]
    assert api_client.get("/api/v1/postings/?promoted=maybe").status_code == 400


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(promoted=st.lists(st.booleans(), max_size=9), size=st.integers(1, 10))
def test_pages_of_promoted_and_others_follow_each_other(
    promoted: list[bool], size: int, api_client: APIClient
) -> None:
    """P03, H10: wherever a page ends, each posting is seen once, and the promoted ones first."""
    JobPosting.objects.all().delete()
    shared = {
        "company": CompanyFactory.create(),
        "industry": IndustryFactory.create(),
        "location": LocationFactory.create(),
    }
    made = [JobPostingFactory.create(promoted=one, **shared) for one in promoted]
    expected = sorted(made, key=lambda one: (one.is_promoted, one.published_at), reverse=True)
    seen: list[str] = []
    path = f"?page_size={size}"
    while path:
        page = api_client.get(f"/api/v1/postings/{path}").json()
        assert page["count"] == len(promoted)
        seen += [posting["title"] for posting in page["results"]]
        path = page["next"] and f"?{page['next'].split('?')[1]}"
    assert seen == [posting.title for posting in expected]


def make_postings(number: int) -> None:
    """Make postings, each with a company, categories and skills of its own."""
    for posting in JobPostingFactory.create_batch(number):
        posting.skills.set(SkillFactory.create_batch(2))


MAKERS: dict[str, Callable[[int], Any]] = {
    "industries": IndustryFactory.create_batch,
    "locations": LocationFactory.create_batch,
    "skills": SkillFactory.create_batch,
    "companies": CompanyFactory.create_batch,
    "postings": make_postings,
    "applications": ApplicationFactory.create_batch,
}


@pytest.mark.parametrize("path", MAKERS)
def test_a_list_of_fifty_costs_as_many_queries_as_one(path: str, login: Login) -> None:
    """C15, H02: the number of queries does not grow with the number of rows."""
    client = login(UserFactory.create(role=Role.ADMIN))
    counts = {}
    for more in (1, 49):
        MAKERS[path](more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(f"/api/v1/{path}/?page_size=100").json()
        counts[page["count"]] = len(queries)
    assert counts.keys() == {1, 50}
    assert counts[1] == counts[50] <= 3, counts
