"""The whole job board over HTTP, with real accounts and tokens: from sign-up to the decision."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.auth import AuthClient, last_code
from apps.accounts.tests.factories import VerifiedUserFactory

pytestmark = pytest.mark.django_db


class Person:
    """Somebody with a token."""

    def __init__(self, browser: AuthClient) -> None:
        self.client = APIClient(headers={"Authorization": f"Bearer {browser.access_token}"})

    @classmethod
    def who_signs_up(cls, email: str, role: Role) -> "Person":
        """Sign up, and prove the e-mail address."""
        browser = AuthClient()
        browser.sign_up(email=email, role=role)
        assert browser.post("auth/email/verify", key=last_code()).status_code == 200
        return cls(browser)

    @classmethod
    def who_logs_in(cls, email: str) -> "Person":
        """Log in."""
        browser = AuthClient()
        assert browser.log_in(email).status_code == 200
        return cls(browser)

    def get(self, path: str) -> Any:
        """Read something that is there."""
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, expect: int = 201, **body: Any) -> Any:
        """Send something, and expect a status."""
        answer = self.client.post(f"/api/v1/{path}", body)
        assert answer.status_code == expect, answer.content
        return answer.json()


def test_from_sign_up_to_the_decision() -> None:
    """T03, T12, S04: an employer posts, a candidate finds and applies, the employer decides."""
    VerifiedUserFactory.create(email="root@example.com", role=Role.ADMIN)
    admin = Person.who_logs_in("root@example.com")
    energy = admin.post("industries/", name="Renewable energy")
    kigali = admin.post("locations/", city="Kigali", country="Rwanda")
    python, django = (admin.post("skills/", name=name) for name in ("Python", "Django"))

    employer = Person.who_signs_up("boss@acacia.example.com", Role.EMPLOYER)
    company = employer.post("companies/", name="Acacia Solar")
    posting = employer.post(
        "postings/",
        company=company["id"],
        title="Backend developer",
        description="You build the API that our solar meters report to.",
        industry=energy["id"],
        location=kigali["id"],
        employment_type="full_time",
        salary_min=900_000,
        salary_max=1_400_000,
        currency="RWF",
        skills=[python["id"], django["id"]],
        closes_at=(timezone.now() + timedelta(days=30)).isoformat(),
    )
    row = f"postings/{posting['id']}/"

    candidate = Person.who_signs_up("amina@example.com", Role.CANDIDATE)
    wanted = f"postings/?location={kigali['id']}&skill={python['id']}&salary_min=1000000&search=api"
    assert candidate.get(wanted)["count"] == 0
    employer.post(f"{row}publish/", expect=200)
    assert [found["id"] for found in candidate.get(wanted)["results"]] == [posting["id"]]
    assert candidate.get(f"postings/?industry={energy['id']}&salary_min=1500000")["count"] == 0

    application = candidate.post(f"{row}apply/", cover_letter="I have built two such APIs.")
    candidate.post(f"{row}apply/", expect=409, cover_letter="And a third.")
    inbox = employer.get(f"applications/?posting={posting['id']}&status=submitted")["results"]
    assert [received["id"] for received in inbox] == [application["id"]]

    review = f"applications/{application['id']}/review/"
    candidate.post(review, expect=403, status="accepted")
    employer.post(review, expect=200, status="under_review")
    employer.post(review, expect=200, status="accepted")
    employer.post(review, expect=409, status="rejected")
    assert candidate.get(f"applications/{application['id']}/")["status"] == "accepted"

    employer.post(f"{row}close/", expect=200)
    late = Person.who_signs_up("late@example.com", Role.CANDIDATE)
    assert late.get("postings/")["count"] == 0
    late.post(f"{row}apply/", expect=409, cover_letter="Am I too late?")
