"""The job board in Django's admin."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs.models import JobPosting, PostingStatus
from apps.jobs.tests.factories import ApplicationFactory, JobPostingFactory, SkillFactory

pytestmark = pytest.mark.django_db
MODELS = ["industry", "location", "skill", "company", "jobposting", "application"]


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Return a browser in which an admin is logged in."""
    client.force_login(UserFactory.create(role=Role.ADMIN))
    return client


def test_a_list_of_fifty_costs_as_many_queries_as_one(admin_client: Client) -> None:
    """T02, H02: no N+1 query in the admin either."""
    counts: dict[str, set[int]] = {model: set() for model in MODELS}
    for more in (1, 49):
        ApplicationFactory.create_batch(more)
        SkillFactory.create_batch(more)
        for model in MODELS:
            path = reverse(f"admin:jobs_{model}_changelist")
            with CaptureQueriesContext(connection) as queries:
                assert admin_client.get(path, {"q": "e"}).status_code == 200
            counts[model].add(len(queries))
    assert all(len(different) == 1 for different in counts.values()), counts


@pytest.mark.parametrize("model", MODELS)
def test_forms_open(model: str, admin_client: Client) -> None:
    """T02: rows can be added and changed."""
    application = ApplicationFactory.create()
    SkillFactory.create(pk=application.pk)
    assert admin_client.get(reverse(f"admin:jobs_{model}_add")).status_code == 200
    listing = admin_client.get(reverse(f"admin:jobs_{model}_changelist"))
    row = listing.context["cl"].result_list[0]
    assert admin_client.get(reverse(f"admin:jobs_{model}_change", args=[row.pk])).status_code == 200


def test_postings_are_published_and_closed_by_the_services(admin_client: Client) -> None:
    """B01: the admin knows no rule of its own."""
    postings = [
        *JobPostingFactory.create_batch(2, draft=True),
        JobPostingFactory.create(closed=True),
    ]
    chosen = {"_selected_action": [posting.pk for posting in postings]}
    path = reverse("admin:jobs_jobposting_changelist")
    with zeal_ignore():  # each posting is locked and written by itself
        page = admin_client.post(path, {"action": "publish", **chosen}, follow=True)
        assert "Only a draft can be published." in page.content.decode()
        assert JobPosting.objects.filter(status=PostingStatus.PUBLISHED).count() == 2
        admin_client.post(path, {"action": "close", **chosen})
    assert JobPosting.objects.filter(status=PostingStatus.CLOSED).count() == 3


def test_a_form_explains_what_the_database_would_refuse(admin_client: Client) -> None:
    """C01: a bad closing date is a message, not an error of ours."""
    posting = JobPostingFactory.create()
    names = ("title", "description", "employment_type", "currency", "salary_min", "salary_max")
    answer = admin_client.post(
        reverse("admin:jobs_jobposting_change", args=[posting.pk]),
        {
            **{name: getattr(posting, name) for name in names},
            "company": posting.company_id,
            "industry": posting.industry_id,
            "location": posting.location_id,
            "closes_at_0": "2020-01-01",
            "closes_at_1": "00:00",
        },
    )
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"closes_at"}


def test_others_stay_outside(client: Client) -> None:
    """S04: the admin is for admins."""
    client.force_login(UserFactory.create(role=Role.EMPLOYER))
    assert client.get(reverse("admin:jobs_jobposting_changelist")).status_code == 302
