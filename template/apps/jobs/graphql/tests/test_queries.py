"""Nested documents cost a fixed number of queries, whatever the number of rows."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs.models import JobPosting
from apps.jobs.tests import Login
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    JobPostingFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db

DOCUMENTS = {
    "postings": """{ postings(first: 100) { totalCount edges { node {
        title promoted currency industry { name } location { city } skills { name }
        company { name owner postings(first: 3) { totalCount edges { node {
            title company { name } skills { name }
        } } } }
    } } } }""",
    "companies": """{ companies(first: 100) { totalCount edges { node {
        name postings(first: 3) { edges { node {
            title applications(first: 3) { totalCount edges { node {
                status candidate { fullName email }
            } } }
        } } }
    } } } }""",
    "applications": """{ applications(first: 100) { totalCount edges { node {
        status candidate { fullName } posting { title company { name postings(first: 3) {
            edges { node { title skills { name } } }
        } } }
    } } } }""",
}
# The rows themselves, their number where it is asked for, and each relation that is a list.
COSTS = {"postings": 5, "companies": 4, "applications": 4}


def make(number: int) -> None:
    """Make companies, with two postings each, and skills and applications of their own."""
    for company in CompanyFactory.create_batch(number):
        first, second = JobPostingFactory.create_batch(2, company=company)
        first.skills.set(SkillFactory.create_batch(2))
        second.skills.set(first.skills.all())
        ApplicationFactory.create(posting=first)


def ask(client: APIClient, document: str) -> Any:
    """Ask, and return the data."""
    answer = client.post(reverse("graphql"), {"query": document}).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("role", list(Role))
def test_fifty_cost_as_much_as_one(name: str, role: Role, login: Login) -> None:
    """H02, T04: a list, its relations and theirs: as many queries for 1 row as for 50."""
    client = login(UserFactory.create(role=role))
    counts: list[int] = []
    for more in (1, 49):
        make(more)
        with CaptureQueriesContext(connection) as queries:
            data = ask(client, DOCUMENTS[name])
        counts.append(len(queries))
    if role == Role.ADMIN:
        assert data[name]["totalCount"] == (100 if name == "postings" else 50)
        assert counts[1] == COSTS[name], [query["sql"] for query in queries.captured_queries]
    assert counts[0] <= counts[1] <= COSTS[name]


def test_one_row_is_no_cheaper_way_to_many(login: Login) -> None:
    """H02, T04: the same behind a single row, and behind the result of a mutation."""
    make(3)
    posting = JobPosting.objects.earliest("pk")
    document = """query($id: ID!) { posting(id: $id) { company { postings { edges { node {
        skills { name } applications { edges { node { candidate { email } } } }
    } } } } } }"""
    client = login(UserFactory.create(role=Role.ADMIN))
    costs = []
    for more in (0, 10):
        for one in JobPostingFactory.create_batch(more, company=posting.company):
            one.skills.set(SkillFactory.create_batch(2))
            ApplicationFactory.create(posting=one)
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(
                reverse("graphql"), {"query": document, "variables": {"id": str(posting.pk)}}
            ).json()
        assert len(answer["data"]["posting"]["company"]["postings"]["edges"]) == 2 + more
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "document",
    [
        "{ postings { edges { node { title applications { totalCount } } } } }",
        "{ companies { edges { node { postings { edges { node { applications { totalCount } } } } } } } }",
    ],
)
def test_who_may_not_list_applications_finds_them_by_no_way(
    document: str, api_client: APIClient, login: Login
) -> None:
    """S04, T04: nobody is refused as REST refuses, and others find their own alone."""
    make(2)
    refused = api_client.post(reverse("graphql"), {"query": document}).json()
    assert refused["errors"][0]["extensions"]["status"] == 401
    assert "totalCount" not in str(refused["data"])
    found = ask(login(UserFactory.create(role=Role.CANDIDATE)), document)
    assert "'totalCount': 0" in str(found)
    assert "'totalCount': 1" not in str(found)


def test_a_company_shows_the_postings_that_the_caller_may_see(
    api_client: APIClient, login: Login
) -> None:
    """S04, T04: drafts are the owner's, whatever way leads to them."""
    company = CompanyFactory.create()
    JobPostingFactory.create(company=company, title="Open")
    JobPostingFactory.create(company=company, title="Draft", draft=True)
    document = "{ companies { edges { node { postings { edges { node { title } } } } } } }"

    def titles(client: APIClient) -> list[str]:
        (edge,) = ask(client, document)["companies"]["edges"]
        return [one["node"]["title"] for one in edge["node"]["postings"]["edges"]]

    assert titles(api_client) == ["Open"]
    assert titles(login(UserFactory.create(role=Role.EMPLOYER))) == ["Open"]
    assert titles(login(company.owner)) == ["Draft", "Open"]
    assert titles(login(UserFactory.create(role=Role.ADMIN))) == ["Draft", "Open"]


def test_pages_follow_each_other(api_client: APIClient) -> None:
    """T04, H10: by cursors, in REST's order, with each row once."""
    JobPostingFactory.create_batch(3, salary_min=1_500)
    JobPostingFactory.create_batch(2, salary_min=None, salary_max=None, currency="")
    JobPostingFactory.create_batch(2)
    document = """query($after: String) {
        postings(first: 2, after: $after, ordering: [SALARY_MIN_DESC]) {
            pageInfo { hasNextPage endCursor } edges { node { id } }
        }
    }"""
    seen: list[int] = []
    after, more = None, True
    while more:
        body = {"query": document, "variables": {"after": after}}
        page = api_client.post(reverse("graphql"), body).json()["data"]["postings"]
        seen += [int(edge["node"]["id"]) for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    rest = api_client.get("/api/v1/postings/?ordering=-salary_min").json()["results"]
    assert seen == [one["id"] for one in rest]
    assert len(seen) == len(set(seen)) == 7
