"""The number of applications that a posting keeps is the number of applications that it has."""

import pytest
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs import counters, selectors, services
from apps.jobs.models import Application, JobPosting
from apps.jobs.tests.factories import ApplicationFactory, JobPostingFactory

pytestmark = pytest.mark.django_db


def assert_counted(number: int) -> None:
    """Check that postings, applications and statistics agree."""
    for posting in JobPosting.objects.prefetch_related("applications"):
        assert posting.applications_count == len(posting.applications.all())
    assert Application.objects.count() == number
    assert selectors.statistics()["applications"] == number


def test_applying_and_deleting_count() -> None:
    """C08: the database has the number, whoever reads it."""
    posting, other = JobPostingFactory.create_batch(2)
    candidates = UserFactory.create_batch(3, role=Role.CANDIDATE)
    first, *_ = (
        services.apply(candidate=candidate, posting=posting, cover_letter="Hello")
        for candidate in candidates
    )
    services.apply(candidate=candidates[0], posting=other, cover_letter="Hello")
    assert_counted(4)
    services.withdraw_application(actor=candidates[0], application=first)
    assert_counted(4)
    services.delete_application(actor=UserFactory.create(role=Role.ADMIN), application=first)
    assert_counted(3)
    candidates[0].delete()
    assert_counted(2)


def test_a_rollback_counts_nothing() -> None:
    """C08: the number is written in the transaction of the application."""
    posting = JobPostingFactory.create()
    with transaction.atomic():
        ApplicationFactory.create(posting=posting)
        transaction.set_rollback(True)
    assert_counted(0)


def test_saving_a_posting_that_was_read_before_keeps_the_number() -> None:
    """C08: an admin's form, and somebody who applies meanwhile."""
    posting = JobPostingFactory.create()
    ApplicationFactory.create(posting=JobPosting.objects.get())
    posting.title = "Another"
    posting.save()
    assert_counted(1)
    posting.refresh_from_db()
    assert (posting.title, posting.applications_count) == ("Another", 1)


def test_the_admin_site_counts(client: Client) -> None:
    """C08: its action deletes in bulk, and the signals are sent."""
    client.force_login(UserFactory.create(role=Role.ADMIN))
    posting = JobPostingFactory.create()
    applications = ApplicationFactory.create_batch(3, posting=posting)
    chosen = [application.pk for application in applications[:2]]
    client.post(
        reverse("admin:jobs_application_changelist"),
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )
    assert_counted(1)


def test_loaded_data_has_been_counted(tmp_path: object) -> None:
    """C08: `loaddata` brings rows and numbers as they were saved."""
    ApplicationFactory.create()
    rows = [*JobPosting.objects.all(), *Application.objects.all()]
    dump = f"{tmp_path}/rows.json"
    with open(dump, "w", encoding="utf-8") as file:
        file.write(serialize("json", rows))
    call_command("loaddata", dump, verbosity=0)
    assert_counted(1)
    Application.objects.all()._raw_delete(using="default")
    JobPosting.objects.update(applications_count=0)
    call_command("loaddata", dump, verbosity=0)
    assert_counted(1)


def test_all_can_be_counted_anew() -> None:
    """C08: after writes in bulk."""
    first, second = ApplicationFactory.create_batch(2)
    JobPosting.objects.update(applications_count=7)
    second.delete()
    counters.recount()
    assert_counted(1)
    assert first.posting.applications.count() == 1
