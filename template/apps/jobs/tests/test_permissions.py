"""Who may do what, as one table: endpoint, role, ownership."""

import json
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
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

# The owner has a company with postings, the employer has none; the candidate has applied, the
# stranger has not.
MATRIX = """
                                        nobody  stranger  candidate  employer  owner  admin
GET    industries/                        200      200       200        200     200    200
GET    industries/{industry}/             200      200       200        200     200    200
POST   industries/                        401      403       403        403     403    201
PATCH  industries/{industry}/             401      403       403        403     403    200
DELETE industries/{industry}/             401      403       403        403     403    409
DELETE industries/{unused_industry}/      401      403       403        403     403    204
PUT    industries/{industry}/             401      403       403        403     403    405

GET    locations/                         200      200       200        200     200    200
GET    locations/{location}/              200      200       200        200     200    200
POST   locations/                         401      403       403        403     403    201
PATCH  locations/{location}/              401      403       403        403     403    200
DELETE locations/{location}/              401      403       403        403     403    409
DELETE locations/{unused_location}/       401      403       403        403     403    204

GET    skills/                            200      200       200        200     200    200
GET    skills/{skill}/                    200      200       200        200     200    200
POST   skills/                            401      403       403        403     403    201
PATCH  skills/{skill}/                    401      403       403        403     403    200
DELETE skills/{skill}/                    401      403       403        403     403    204

GET    companies/                         200      200       200        200     200    200
GET    companies/{company}/               200      200       200        200     200    200
POST   companies/                         401      403       403        201     403    201
PATCH  companies/{company}/               401      403       403        403     200    200
DELETE companies/{company}/               401      403       403        403     409    409
DELETE companies/{idle_company}/          401      403       403        403     403    204

GET    postings/                          200      200       200        200     200    200
GET    postings/{posting}/                200      200       200        200     200    200
GET    postings/{draft}/                  404      404       404        404     200    200
GET    postings/{closed}/                 404      404       404        404     200    200
POST   postings/                          401      403       403        403     201    201
PATCH  postings/{posting}/                401      403       403        403     200    200
PATCH  postings/{draft}/                  401      403       403        404     200    200
PATCH  postings/{closed}/                 401      403       403        404     409    409
PUT    postings/{posting}/                401      403       403        405     405    405
DELETE postings/{posting}/                401      403       403        403     409    409
DELETE postings/{draft}/                  401      403       403        404     204    204
POST   postings/{draft}/publish/          401      403       403        404     200    200
POST   postings/{posting}/publish/        401      403       403        403     409    409
POST   postings/{posting}/close/          401      403       403        403     200    200
POST   postings/{draft}/close/            401      403       403        404     409    409
POST   postings/{posting}/apply/          401      201       409        403     403    403
POST   postings/{draft}/apply/            401      404       404        403     403    403
POST   postings/{closed}/apply/           401      409       409        403     403    403
GET    postings/{posting}/apply/          401      405       405        403     403    403

GET    applications/                      401      200       200        200     200    200
GET    applications/{application}/        401      404       200        404     200    200
POST   applications/                      401      405       405        405     405    405
PATCH  applications/{application}/        401      404       200        404     403    403
DELETE applications/{application}/        401      404       403        404     403    204
POST   applications/{application}/withdraw/  401   404       200        404     403    403
POST   applications/{application}/review/ 401      404       403        404     200    200
"""


def table() -> dict[str, dict[str, int]]:
    """Return the table: for each request, who is answered with which status."""
    head, *lines = (line.split() for line in MATRIX.splitlines() if line)
    return {
        f"{method} {path}": dict(zip(head, map(int, statuses), strict=True))
        for method, path, *statuses in lines
    }


@pytest.fixture
def people() -> dict[str, User]:
    """Return a user for each column but the first."""
    return {
        "stranger": UserFactory.create(role=Role.CANDIDATE),
        "candidate": UserFactory.create(role=Role.CANDIDATE),
        "employer": UserFactory.create(role=Role.EMPLOYER),
        "owner": UserFactory.create(role=Role.EMPLOYER),
        "admin": UserFactory.create(role=Role.ADMIN),
    }


@pytest.fixture
def rows(people: dict[str, User]) -> dict[str, int]:
    """Return the ids of the rows that the table names."""
    company = CompanyFactory.create(owner=people["owner"])
    posting = JobPostingFactory.create(company=company)
    closed = JobPostingFactory.create(company=company, closed=True)
    ApplicationFactory.create(candidate=people["candidate"], posting=closed)
    return {
        "industry": posting.industry.pk,
        "unused_industry": IndustryFactory.create().pk,
        "location": posting.location.pk,
        "unused_location": LocationFactory.create().pk,
        "skill": SkillFactory.create().pk,
        "company": company.pk,
        "idle_company": CompanyFactory.create().pk,
        "posting": posting.pk,
        "draft": JobPostingFactory.create(company=company, draft=True).pk,
        "closed": closed.pk,
        "application": ApplicationFactory.create(candidate=people["candidate"], posting=posting).pk,
    }


def body(path: str, *, rows: dict[str, int], people: dict[str, User]) -> dict[str, Any]:
    """Return what the endpoint takes, valid for whoever may use it."""
    bodies: dict[str, dict[str, Any]] = {
        "industries/": {"name": "Media"},
        "locations/": {"city": "Gulu", "country": "Uganda"},
        "skills/": {"name": "Singing"},
        "companies/": {"name": "Acacia", "owner": people["employer"].pk},
        "postings/": {
            "company": rows["company"],
            "title": "Cook",
            "description": "You cook.",
            "industry": rows["industry"],
            "location": rows["location"],
            "employment_type": "full_time",
        },
        "postings/{posting}/": {"title": "Chef"},
        "postings/{posting}/apply/": {"cover_letter": "Hello"},
        "postings/{draft}/apply/": {"cover_letter": "Hello"},
        "postings/{closed}/apply/": {"cover_letter": "Hello"},
        "applications/{application}/": {"cover_letter": "Hello again"},
        "applications/{application}/review/": {"status": "accepted"},
    }
    return bodies.get(path, {})


@pytest.mark.parametrize(("request_line", "expected"), table().items())
def test_permission(
    request_line: str,
    expected: dict[str, int],
    people: dict[str, User],
    rows: dict[str, int],
    api_client: APIClient,
    login: Login,
) -> None:
    """S04, T03: each verb of each endpoint, for each role, on one's own rows and on others'."""
    method, path = request_line.split()
    clients = {"nobody": api_client, **{who: login(user) for who, user in people.items()}}
    answered = {}
    for who, client in clients.items():
        with transaction.atomic():
            answer = client.generic(
                method,
                f"/api/v1/{path.format(**rows)}",
                json.dumps(body(path, rows=rows, people=people)),
                content_type="application/json",
            )
            transaction.set_rollback(True)  # everyone meets the same rows
        answered[who] = answer.status_code
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["request_id"] == answer["X-Request-ID"]
    assert answered == expected
