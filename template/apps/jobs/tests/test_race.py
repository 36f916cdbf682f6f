"""Many requests at the same moment. SQLite has no row locks, so this needs PostgreSQL."""

from functools import partial

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.core.tests.races import Threads, at_once, on_postgresql
from apps.jobs import services
from apps.jobs.models import Application, Company
from apps.jobs.tests import Login
from apps.jobs.tests.factories import JobPostingFactory

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
THREADS = 16


def post(client: APIClient, path: str, **body: str) -> int:
    """Return the status that a request is answered with."""
    return client.post(f"/api/v1/{path}", body).status_code


def test_a_candidate_who_applies_many_times_at_once_applies_once(login: Login) -> None:
    """H08: one request wins, the others are a conflict, none is an error of ours."""
    path = f"postings/{JobPostingFactory.create().pk}/apply/"
    client = login(UserFactory.create(role=Role.CANDIDATE))
    statuses = at_once([partial(post, client, path, cover_letter="Hello")] * THREADS)
    assert sorted(statuses) == [201] + [409] * (THREADS - 1)
    assert Application.objects.count() == 1


def test_many_candidates_who_apply_at_once_all_apply(login: Login) -> None:
    """H08: the lock makes them wait for each other, and refuses nobody."""
    path = f"postings/{JobPostingFactory.create().pk}/apply/"
    clients = [login(user) for user in UserFactory.create_batch(THREADS, role=Role.CANDIDATE)]
    statuses = at_once([partial(post, client, path, cover_letter="Hello") for client in clients])
    assert statuses == [201] * THREADS
    assert Application.objects.count() == THREADS


def test_who_applies_while_the_posting_is_being_closed_waits_and_is_refused(login: Login) -> None:
    """H08: the lock holds the application until the closing is done."""
    posting = JobPostingFactory.create()
    client = login(UserFactory.create(role=Role.CANDIDATE))
    with Threads(1) as pool:
        with transaction.atomic():
            services.close_posting(actor=posting.company.owner, posting=posting)
            status = pool.submit(
                post, client, f"postings/{posting.pk}/apply/", cover_letter="Hello"
            )
            with pytest.raises(TimeoutError):
                status.result(timeout=0.5)
        assert status.result(timeout=10) == 409
    assert not Application.objects.exists()


def test_an_employer_who_makes_many_companies_at_once_makes_one(login: Login) -> None:
    """H08: where there is no row to lock yet, the unique constraint decides, without a 500."""
    client = login(UserFactory.create(role=Role.EMPLOYER))
    statuses = at_once(
        [partial(post, client, "companies/", name=f"Company {n}") for n in range(THREADS)]
    )
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 400, 409}
    assert Company.objects.count() == 1
