"""What the endpoints take and answer."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs.models import Company, JobPosting
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


@pytest.fixture
def admin_client(login: Login) -> APIClient:
    """Return a client of an admin."""
    return login(UserFactory.create(role=Role.ADMIN))


def errors(answer: Any) -> dict[str, str]:
    """Return the codes of the refused values, by their names."""
    return {error.get("param", ""): error["code"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        ("industries", {"name": "Media"}, {"name": "News"}),
        ("locations", {"city": "Gulu", "country": "Uganda"}, {"city": "Lira"}),
        ("skills", {"name": "Singing"}, {"name": "Dancing"}),
    ],
)
def test_a_category_is_made_read_changed_and_deleted(
    path: str, body: dict[str, str], change: dict[str, str], admin_client: APIClient
) -> None:
    """T03: CRUD."""
    made = admin_client.post(f"/api/v1/{path}/", body)
    assert made.status_code == 201
    row = f"/api/v1/{path}/{made.json()['id']}/"
    assert admin_client.get(row).json() == made.json() == {"id": made.json()["id"], **body}
    assert admin_client.patch(row, change).json() == {**made.json(), **change}
    assert admin_client.patch(row, {}).status_code == 200
    assert admin_client.delete(row).status_code == 204
    assert admin_client.get(row).status_code == 404


@pytest.mark.parametrize("path", ["industries", "skills"])
@pytest.mark.parametrize("name", ["MEDIA", "", " ", "x" * 81, None, ["Media"]])
def test_a_bad_name_is_refused(path: str, name: Any, admin_client: APIClient) -> None:
    """T03, H07: a validation error is a 400 problem that names the value."""
    IndustryFactory.create(name="Media")
    SkillFactory.create(name="Media")
    answer = admin_client.post(f"/api/v1/{path}/", {"name": name})
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_location_is_unique_in_its_country(admin_client: APIClient) -> None:
    """C01: unique together, whatever the case."""
    LocationFactory.create(city="Gulu", country="Uganda")
    answer = admin_client.post("/api/v1/locations/", {"city": "GULU", "country": "uganda"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "This city exists in this country."


def test_an_employer_makes_and_changes_a_company(login: Login) -> None:
    """T03: CRUD."""
    employer = UserFactory.create(role=Role.EMPLOYER)
    client = login(employer)
    made = client.post("/api/v1/companies/", {"name": "Acacia", "website": "https://a.example"})
    assert made.status_code == 201
    assert made.json()["owner"] == employer.pk
    changed = client.patch(f"/api/v1/companies/{made.json()['id']}/", {"description": "Solar."})
    assert (changed.json()["name"], changed.json()["description"]) == ("Acacia", "Solar.")
    second = client.post("/api/v1/companies/", {"name": "Baobab"})
    assert (second.status_code, errors(second)) == (400, {"owner": "unique"})
    assert client.delete(f"/api/v1/companies/{made.json()['id']}/").status_code == 204
    assert not Company.objects.exists()


def test_the_owner_of_a_company_is_an_employer(admin_client: APIClient) -> None:
    """S04: an admin makes companies for employers only."""
    candidate = UserFactory.create(role=Role.CANDIDATE)
    for body in ({"name": "Acacia"}, {"name": "Acacia", "owner": candidate.pk}):
        answer = admin_client.post("/api/v1/companies/", body)
        assert (answer.status_code, list(errors(answer))) == (400, ["owner"])


@pytest.fixture
def company() -> Company:
    """Return a company."""
    return CompanyFactory.create()


@pytest.fixture
def posting_body(company: Company) -> dict[str, Any]:
    """Return what makes a posting."""
    return {
        "company": company.pk,
        "title": "Cook",
        "description": "You cook.",
        "industry": IndustryFactory.create().pk,
        "location": LocationFactory.create().pk,
        "employment_type": "full_time",
        "salary_min": 500,
        "salary_max": 700,
        "currency": "KES",
        "skills": [skill.pk for skill in SkillFactory.create_batch(2)],
    }


def test_a_posting_is_drafted_published_and_closed(
    company: Company, posting_body: dict[str, Any], login: Login, api_client: APIClient
) -> None:
    """T03: CRUD and the actions publish and close."""
    client = login(company.owner)
    made = client.post("/api/v1/postings/", posting_body)
    assert made.status_code == 201
    posting = made.json()
    assert posting["status"] == "draft"
    assert posting["company"] == {"id": company.pk, "name": company.name}
    assert {skill["id"] for skill in posting["skills"]} == set(posting_body["skills"])

    row = f"/api/v1/postings/{posting['id']}/"
    changed = client.patch(row, {"title": "Chef", "skills": posting_body["skills"][:1]}).json()
    assert (changed["title"], len(changed["skills"])) == ("Chef", 1)
    assert api_client.get(row).status_code == 404

    published = client.post(f"{row}publish/").json()
    assert published["status"] == "published"
    assert published["published_at"]
    assert api_client.get(row).json() == published == client.get(row).json()
    assert client.post(f"{row}close/").json()["status"] == "closed"
    assert api_client.get(row).status_code == 404


@pytest.mark.parametrize("closes_at", ["2036-01-01T03:00:00+03:00", "2036-01-01T00:00:00"])
def test_a_time_is_taken_with_any_offset_and_answered_in_utc(
    closes_at: str, posting_body: dict[str, Any], company: Company, login: Login, settings: Settings
) -> None:
    """T03: whatever the zone of the project is; without an offset it is UTC, too."""
    settings.TIME_ZONE = "Africa/Addis_Ababa"
    client = login(company.owner)
    made = client.post("/api/v1/postings/", {**posting_body, "closes_at": closes_at}).json()
    assert made["closes_at"] == "2036-01-01T00:00:00Z"
    assert client.get(f"/api/v1/postings/{made['id']}/").json() == made


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"description": "x" * 10_001}, "description"),
        ({"industry": 0}, "industry"),
        ({"industry": 10**30}, "industry"),
        ({"location": "here"}, "location"),
        ({"company": None}, "company"),
        ({"employment_type": "slavery"}, "employment_type"),
        ({"currency": "XXX"}, "currency"),
        ({"salary_min": -1}, "salary_min"),
        ({"salary_max": 1_000_000_001}, "salary_max"),
        ({"skills": [0]}, "skills.0"),
        ({"skills": [10**30]}, "skills.0"),
        ({"skills": [987_654]}, "skills"),
        ({"skills": list(range(1, 22))}, "skills"),
        ({"closes_at": "tomorrow"}, "closes_at"),
    ],
)
def test_a_bad_posting_is_refused(
    change: dict[str, Any],
    param: str,
    company: Company,
    posting_body: dict[str, Any],
    login: Login,
) -> None:
    """T03, H07: a validation error is a 400 problem that names the value."""
    answer = login(company.owner).post("/api/v1/postings/", {**posting_body, **change})
    assert (answer.status_code, list(errors(answer))) == (400, [param])
    assert not JobPosting.objects.exists()


@pytest.mark.parametrize("change", [{"salary_min": 701}, {"salary_max": None}, {"currency": ""}])
def test_a_salary_is_whole(
    change: dict[str, Any], company: Company, posting_body: dict[str, Any], login: Login
) -> None:
    """C01, H07: a rule of the table, about several values, is a 400 problem too."""
    answer = login(company.owner).post("/api/v1/postings/", {**posting_body, **change})
    assert answer.status_code == 400
    assert "Give a minimum, a maximum" in answer.json()["errors"][0]["message"]


def test_a_posting_stays_with_its_company(login: Login) -> None:
    """S04: nobody moves a posting to another company."""
    posting = JobPostingFactory.create()
    other = CompanyFactory.create()
    answer = login(posting.company.owner).patch(
        f"/api/v1/postings/{posting.pk}/", {"company": other.pk, "status": "closed"}
    )
    assert answer.status_code == 200
    posting.refresh_from_db()
    assert (posting.company == other, posting.status) == (False, "published")


def test_nobody_posts_for_another_company(posting_body: dict[str, Any], login: Login) -> None:
    """S04: object-level ownership of what a new row belongs to."""
    rival = CompanyFactory.create().owner
    assert login(rival).post("/api/v1/postings/", posting_body).status_code == 403


def test_a_candidate_applies_changes_the_letter_and_withdraws(login: Login) -> None:
    """T03: the action apply, and what candidates do with their own."""
    posting = JobPostingFactory.create()
    candidate = UserFactory.create(role=Role.CANDIDATE)
    client = login(candidate)
    made = client.post(f"/api/v1/postings/{posting.pk}/apply/", {"cover_letter": "Hello"})
    assert made.status_code == 201
    application = made.json()
    assert application["posting"]["id"] == posting.pk
    assert application["posting"]["company"]["id"] == posting.company.pk
    assert application["candidate"]["email"] == candidate.email
    assert application["status"] == "submitted"

    row = f"/api/v1/applications/{application['id']}/"
    changed = client.patch(row, {"cover_letter": "Better", "status": "accepted"}).json()
    assert (changed["cover_letter"], changed["status"]) == ("Better", "submitted")
    assert client.post(f"{row}withdraw/").json()["status"] == "withdrawn"
    again = client.post(f"{row}withdraw/")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_status")
    again = client.post(f"/api/v1/postings/{posting.pk}/apply/", {"cover_letter": "Hello"})
    assert (again.status_code, again.json()["code"]) == (409, "already_applied")


@pytest.mark.parametrize("letter", ["", " ", None, "x" * 5_001])
def test_an_application_has_a_letter(letter: str | None, login: Login) -> None:
    """T03, H07: a validation error is a 400 problem that names the value."""
    posting = JobPostingFactory.create()
    client = login(UserFactory.create(role=Role.CANDIDATE))
    answer = client.post(f"/api/v1/postings/{posting.pk}/apply/", {"cover_letter": letter})
    assert (answer.status_code, list(errors(answer))) == (400, ["cover_letter"])


@pytest.mark.parametrize("status", ["under_review", "accepted", "rejected"])
def test_an_employer_reviews(status: str, login: Login) -> None:
    """T03: the action review."""
    application = ApplicationFactory.create()
    answer = login(application.posting.company.owner).post(
        f"/api/v1/applications/{application.pk}/review/", {"status": status}
    )
    assert answer.json()["status"] == status
    application.refresh_from_db()
    assert application.status == status


@pytest.mark.parametrize("status", ["submitted", "withdrawn", "lost", "", None])
def test_a_review_decides_nothing_else(status: str | None, login: Login) -> None:
    """T03, H07: a validation error is a 400 problem that names the value."""
    application = ApplicationFactory.create()
    answer = login(application.posting.company.owner).post(
        f"/api/v1/applications/{application.pk}/review/", {"status": status}
    )
    assert (answer.status_code, list(errors(answer))) == (400, ["status"])


@pytest.mark.parametrize("key", ["0", "987654", "9" * 30, "none"])
@pytest.mark.parametrize("path", ["industries", "companies", "postings", "applications"])
def test_what_is_not_there_is_not_found(path: str, key: str, admin_client: APIClient) -> None:
    """T03, H07: 404."""
    answer = admin_client.get(f"/api/v1/{path}/{key}/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
