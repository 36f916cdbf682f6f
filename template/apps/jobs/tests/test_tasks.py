"""What follows from what happens on the board: mails, digests, reports, and what beat starts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import emit
from apps.jobs import services, tasks
from apps.jobs.models import Application, ApplicationStatus, JobPosting, PostingStatus
from apps.jobs.tests.factories import ApplicationFactory, CompanyFactory, JobPostingFactory
from apps.notifications.digests import Section, sections

pytestmark = pytest.mark.django_db

Deliver = Callable[[], AbstractContextManager[None]]
Login = Callable[[User], APIClient]
Status = ApplicationStatus


def apply(posting: JobPosting) -> Application:
    """Apply as a new candidate."""
    candidate = UserFactory.create(role=Role.CANDIDATE, full_name="Amina Uwase")
    return services.apply(candidate=candidate, posting=posting, cover_letter="Hello")


class TestMails:
    """Who is told what."""

    def test_the_employer_is_told_of_an_application(self, deliver: Deliver) -> None:
        """C11: submitted → mail."""
        posting = JobPostingFactory.create(title="Cook")
        with deliver():
            apply(posting)
            assert mail.outbox == []

        (message,) = mail.outbox
        assert message.to == [posting.company.owner.email]
        assert message.subject.endswith("] Amina Uwase applied: Cook")

    @pytest.mark.parametrize("decision", [Status.ACCEPTED, Status.REJECTED])
    def test_the_candidate_is_told_of_the_decision(
        self, deliver: Deliver, decision: ApplicationStatus
    ) -> None:
        """C11: decided → mail; a review that has begun is no decision, nor is another letter."""
        application = ApplicationFactory.create()
        owner = application.posting.company.owner
        with deliver():
            services.update_application(
                actor=application.candidate, application=application, cover_letter="Better"
            )
            for status in (Status.UNDER_REVIEW, decision):
                services.review_application(actor=owner, application=application, status=status)

        (message,) = mail.outbox
        assert message.to == [application.candidate.email]
        assert f": {decision.label.lower()}.\n" in message.body

    def test_nobody_is_told_of_what_was_rolled_back(self, deliver: Deliver) -> None:
        """C11: rollback fires nothing."""
        posting = JobPostingFactory.create()
        with deliver(), transaction.atomic():
            apply(posting)
            assert OutboxEvent.objects.get().name == "jobs.application_submitted"
            transaction.set_rollback(True)

        assert mail.outbox == []
        assert not OutboxEvent.objects.exists()

    def test_a_fixture_tells_nobody(self) -> None:
        now = timezone.now()
        application = ApplicationFactory.build(
            candidate=UserFactory.create(role=Role.CANDIDATE),
            posting=JobPostingFactory.create(),
            created_at=now,
            updated_at=now,
        )
        application.save_base(raw=True)

        assert Application.objects.exists()
        assert not OutboxEvent.objects.exists()

    @pytest.mark.parametrize("event", ["jobs.application_submitted", "jobs.application_decided"])
    def test_nobody_is_told_of_an_application_that_is_gone(
        self, deliver: Deliver, event: str
    ) -> None:
        with deliver():
            emit(event, application=0)

        assert mail.outbox == []
        assert not FailedTask.objects.exists()


class TestExpiredPostings:
    """Postings whose closing date has passed."""

    def test_are_closed_all_at_once(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        """C04, H02: one query, whatever their number; all others stay as they are."""
        expired = JobPostingFactory.create_batch(3, expired=True)
        others = [
            JobPostingFactory.create(),
            JobPostingFactory.create(closes_at=None),
            JobPostingFactory.create(draft=True, expired=True),
        ]
        began = timezone.now()

        for _ in range(2):
            with django_assert_max_num_queries(1):
                tasks.close_expired_postings()

        for posting in expired:
            posting.refresh_from_db()
            assert posting.status == PostingStatus.CLOSED
            assert posting.updated_at >= began
        for posting in others:
            status = posting.status
            posting.refresh_from_db()
            assert posting.status == status

    def test_are_no_longer_among_those_that_everyone_sees(self, api_client: APIClient) -> None:
        """C09: what was cached of them is old."""
        posting = JobPostingFactory.create(closes_at=timezone.now() + timedelta(minutes=1))
        assert api_client.get("/api/v1/postings/").json()["count"] == 1
        JobPosting.objects.update(closes_at=timezone.now())

        tasks.close_expired_postings()

        assert api_client.get("/api/v1/postings/").json()["count"] == 0
        assert api_client.get(f"/api/v1/postings/{posting.pk}/").status_code == 404


class TestDigests:
    """What the board adds to the mail of the morning."""

    def test_employers_learn_which_applications_wait(self) -> None:
        """C04: those for their company's postings, and how many more there are."""
        posting = JobPostingFactory.create(title="Cook")
        apply(posting)
        ApplicationFactory.create(posting=posting, status=Status.UNDER_REVIEW)
        ApplicationFactory.create()
        owner, today = posting.company.owner, timezone.localdate()

        title = "Applications that wait for your review"
        assert sections(owner, today) == [Section(title, ["Amina Uwase for Cook"])]
        ApplicationFactory.create_batch(12, posting=posting)
        (section,) = sections(owner, today)
        assert len(section.lines) == 11
        assert section.lines[-1] == "… and 3 more"
        assert sections(CompanyFactory.create().owner, today) == []

    def test_candidates_learn_what_was_published(self) -> None:
        """C04: in the day before, and still open."""
        noon = timezone.localtime().replace(hour=12)
        yesterday = noon - timedelta(days=1)
        new = JobPostingFactory.create(title="Cook", published_at=yesterday)
        JobPostingFactory.create(published_at=yesterday, closed=True)
        JobPostingFactory.create(published_at=yesterday - timedelta(days=1))
        candidate = UserFactory.create(role=Role.CANDIDATE)

        (section,) = sections(candidate, noon.date())

        assert section == Section("New jobs", [f"Cook at {new.company.name}, {new.location}"])
        assert sections(candidate, noon.date() + timedelta(days=2)) == []


class TestReports:
    """The report of applications."""

    def test_shows_employers_their_own_and_admins_all(self, login: Login, deliver: Deliver) -> None:
        """S04: the same rule as in the lists."""
        own = ApplicationFactory.create()
        ApplicationFactory.create_batch(3)
        readers = {own.posting.company.owner: 1, UserFactory.create(role=Role.ADMIN): 4}
        for reader, count in readers.items():
            with deliver():
                asked = login(reader).post(
                    "/api/v1/notifications/reports/", {"kind": "applications"}
                )
            address = f"{asked.json()['status_url']}download/"
            file = login(reader).get(address).content.decode()
            assert own.candidate.email in file
            assert len(file.splitlines()) == count + 1

    def test_is_not_for_candidates(self, login: Login) -> None:
        candidate = login(UserFactory.create(role=Role.CANDIDATE))

        response = candidate.post("/api/v1/notifications/reports/", {"kind": "applications"})

        assert response.status_code == 403
