"""The cached list and the cached statistics: quick, and never older than the last write."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs import selectors
from apps.jobs.cache import board
from apps.jobs.models import Application, JobPosting
from apps.jobs.tests import Login
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    JobPostingFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/v1/postings/"
STATISTICS = "/api/v1/statistics/"
PATHS = (LIST, STATISTICS)


def found(client: APIClient, path: str = LIST, **headers: Any) -> str:
    """Return whether an answer was in the cache."""
    answer = client.get(path, **headers)
    assert answer.status_code == 200, answer.content
    return answer.headers["X-Cache"]


def titles(client: APIClient) -> list[str]:
    """Return the titles that the list shows."""
    return [posting["title"] for posting in client.get(LIST).json()["results"]]


@pytest.mark.parametrize("path", PATHS)
def test_the_second_request_asks_the_database_nothing(
    path: str, api_client: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """C06: the same answer, with no query."""
    JobPostingFactory.create_batch(3)
    first = api_client.get(path)
    with django_assert_num_queries(0):
        second = api_client.get(path)
    assert first.content == second.content
    assert board.stats() == (1, 1)


def test_the_answer_says_where_it_came_from(api_client: APIClient) -> None:
    """C06."""
    assert [found(api_client) for _ in range(3)] == ["miss", "hit", "hit"]


def test_other_parameters_and_hosts_have_other_answers(
    api_client: APIClient, settings: Settings
) -> None:
    """C06: one entry for what is the same, whatever the order; links name the host."""
    settings.ALLOWED_HOSTS = ["one.test", "two.test"]
    JobPostingFactory.create_batch(2)
    query = "?page_size=1&search=posting&employment_type=full_time&employment_type=contract"
    hosts = [{"host": "one.test"}, {"host": "two.test"}]
    for host in hosts:
        for path in (LIST, f"{LIST}?page_size=1", LIST + query):
            assert found(api_client, path, headers=host) == "miss"
        same = f"{LIST}?{'&'.join(reversed(query[1:].split('&')))}"
        same = same.replace(
            "contract&employment_type=full_time", "full_time&employment_type=contract"
        )
        assert found(api_client, same, headers=host) == "hit"
        links = api_client.get(f"{LIST}?page_size=1", headers=host).json()
        assert links["next"].startswith(f"http://{host['host']}/")
    assert found(api_client, LIST, headers=hosts[0], secure=True) == "miss"


def test_an_error_is_not_cached(api_client: APIClient) -> None:
    """C06, H07: what is refused is refused again, and the page may come."""
    for _ in range(2):
        assert api_client.get(f"{LIST}?industri=3").status_code == 400
        assert api_client.get(f"{LIST}?page=2&page_size=1").status_code == 404
    JobPostingFactory.create_batch(2)
    assert found(api_client, f"{LIST}?page=2&page_size=1") == "miss"


def test_who_sees_more_has_a_list_of_their_own(api_client: APIClient, login: Login) -> None:
    """S04, C06: candidates share the public list; nobody reads another's drafts in it."""
    draft = JobPostingFactory.create(draft=True)
    for user in (draft.company.owner, UserFactory.create(role=Role.ADMIN)):
        answer = login(user).get(LIST)
        assert (answer.json()["count"], "X-Cache" in answer.headers) == (1, False)
    assert found(api_client) == "miss"
    assert found(login(UserFactory.create(role=Role.CANDIDATE))) == "hit"
    assert titles(api_client) == []


def test_who_shares_the_list_sees_the_open_postings_only() -> None:
    """S04: the rule of the cache and the rule of the rows are the same."""
    draft = JobPostingFactory.create(draft=True)
    users = [UserFactory.create(role=role) for role in Role]
    for user in (*users, draft.company.owner):
        if selectors.sees_open_postings_only(user=user):
            assert not selectors.visible_postings(user=user).exists()
    assert selectors.sees_open_postings_only(user=users[list(Role).index(Role.CANDIDATE)])
    assert not selectors.sees_open_postings_only(user=draft.company.owner)


def change_skills() -> None:
    """Change what a posting asks for, and not the posting."""
    JobPosting.objects.earliest("pk").skills.add(SkillFactory.create())


WRITES: dict[str, Callable[[], Any]] = {
    "a posting is made": JobPostingFactory.create,
    "a posting is changed": lambda: JobPosting.objects.earliest("pk").save(),
    "a posting is deleted": lambda: JobPosting.objects.latest("pk").delete(),
    "a company is changed": lambda: JobPosting.objects.earliest("pk").company.save(),
    "an industry is changed": lambda: JobPosting.objects.earliest("pk").industry.save(),
    "a location is changed": lambda: JobPosting.objects.earliest("pk").location.save(),
    "skills are set": change_skills,
    "somebody applies": ApplicationFactory.create,
    "a candidate goes": lambda: Application.objects.earliest("pk").candidate.delete(),
    "demo data is sown": lambda: call_command("seed", verbosity=0),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("path", PATHS)
def test_a_write_is_seen_at_once(
    path: str, write: str, api_client: APIClient, settings: Settings
) -> None:
    """C09: whatever is written, the next read is fresh."""
    settings.DEMO_PASSWORD = "demo-password"
    ApplicationFactory.create()
    JobPostingFactory.create()
    api_client.get(path)
    with CaptureQueriesContext(connection) as queries:
        api_client.get(path)
    assert len(queries) == 0
    WRITES[write]()
    with CaptureQueriesContext(connection) as queries:
        api_client.get(path)
    assert len(queries) > 0


def test_a_rollback_makes_nothing_old(api_client: APIClient) -> None:
    """C09: nothing was written."""
    company = CompanyFactory.create()
    api_client.get(LIST)
    with transaction.atomic():
        company.save()
        transaction.set_rollback(True)
    assert found(api_client) == "hit"


def test_a_write_of_the_admin_site_is_seen_at_once(api_client: APIClient, client: Client) -> None:
    """C09: the one place hears every writer."""
    posting = JobPostingFactory.create()
    client.force_login(UserFactory.create(role=Role.ADMIN))
    assert titles(api_client) == [posting.title]
    client.post(
        reverse("admin:jobs_jobposting_changelist"),
        {"action": "close", "_selected_action": [posting.pk]},
    )
    assert titles(api_client) == []


def test_a_posting_that_closes_by_itself_leaves_the_list(api_client: APIClient) -> None:
    """C09: an entry ends with the first posting that it shows."""
    soon = JobPostingFactory.create(closes_at=timezone.now() + timedelta(seconds=2))
    JobPostingFactory.create()
    assert selectors.next_change() == soon.closes_at
    assert found(api_client) == "miss"
    assert len(titles(api_client)) == 2
    sleep(2.1)
    assert len(titles(api_client)) == 1


def test_a_promotion_is_seen_at_once(api_client: APIClient) -> None:
    """C09, P03: an entry begins with a promotion, and is kept no longer than until it ends."""
    older = JobPostingFactory.create(published_at=timezone.now() - timedelta(days=9))
    newer = JobPostingFactory.create()
    assert titles(api_client) == [newer.title, older.title]
    older.promoted_until = timezone.now() + timedelta(days=1)
    older.save()
    assert titles(api_client) == [older.title, newer.title]
    assert selectors.next_change() == older.promoted_until


def test_the_board_serves_without_redis(api_client: APIClient, settings: Settings) -> None:
    """C16: slower, and one line in the log."""
    settings.CACHES = {
        "default": {
            "BACKEND": "apps.core.caching.backend.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/1",
        }
    }
    with capture_logs() as logs:
        posting = JobPostingFactory.create()
        assert [titles(api_client) for _ in range(3)] == [[posting.title]] * 3
    assert [entry["event"] for entry in logs].count("cache_unreachable") == 1


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="threads need PostgreSQL: set DATABASE_URL=postgres://… and run it again",
)
def test_no_read_is_older_than_a_write_that_was_answered(login: Login) -> None:
    """C09: 8 threads, 1,000 reads and writes; who reads after a write never sees less than it."""
    posting = JobPostingFactory.create(title="0")
    path = f"{LIST}{posting.pk}/"
    owner = login(posting.company.owner)
    answered = 0

    def write(number: int) -> None:
        nonlocal answered
        assert owner.patch(path, {"title": str(number)}).status_code == 200
        answered = number

    def read() -> str:
        least = answered
        answer = APIClient().get(LIST)
        assert int(answer.json()["results"][0]["title"]) >= least
        return answer.headers["X-Cache"]

    def work(thread: int) -> set[str]:
        seen = set()
        for number in range(1, 126):
            if thread == 0:
                write(number)
            else:
                seen.add(read())
            connection.close()  # as the end of a request does: there are fewer than threads
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = set().union(*pool.map(work, range(8)))
    assert (seen, answered) == ({"hit", "miss"}, 125)
