"""Live updates: what happens on the board reaches whom it concerns, once, in order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from threading import Event
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.core.tests.races import Threads, on_postgresql
from apps.jobs import events, services
from apps.jobs.models import Application, ApplicationStatus, EventCounter, JobPosting
from apps.jobs.tests import Login
from apps.jobs.tests.event_source import EventSource, Message
from apps.jobs.tests.factories import ApplicationFactory, CompanyFactory, JobPostingFactory
from tests.test_server import serving

EVENTS = "/api/v1/events/"
WAIT = 3_000


def follow(client: APIClient) -> EventSource:
    """Return a client that has connected once, and knows where to go on."""

    def ask(headers: dict[str, str]) -> str:
        response = client.get(EVENTS, headers={"Accept": "text/event-stream", **headers})
        assert response.status_code == 200
        return str(response.content.decode())

    source = EventSource(ask)
    assert source.connect() == []
    return source


def publish(**values: Any) -> JobPosting:
    """Publish a new posting."""
    posting = JobPostingFactory.create(draft=True, **values)
    return services.publish_posting(actor=posting.company.owner, posting=posting)


def decide(status: str = ApplicationStatus.ACCEPTED, **values: Any) -> Application:
    """Decide on a new application."""
    application = ApplicationFactory.create(**values)
    owner = application.posting.company.owner
    return services.review_application(actor=owner, application=application, status=status)


def told(messages: list[Message]) -> list[tuple[str, int]]:
    """Return the events and the ids of their rows."""
    return [(message.event, message.data["id"]) for message in messages]


@pytest.mark.django_db
def test_the_answer_is_a_stream_of_events_that_ends_at_once(api_client: APIClient) -> None:
    """C12: what EventSource takes: it reconnects by itself, after three seconds."""
    source = follow(api_client)
    posting = publish()

    response = api_client.get(EVENTS, headers={"Last-Event-ID": source.last_event_id})

    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.streaming
    (message,) = source.connect()
    assert source.retry == WAIT
    assert message.event == "posting.published"
    assert message.data == api_client.get(f"/api/v1/postings/{posting.pk}/").json()


@pytest.mark.django_db
def test_who_comes_for_the_first_time_hears_nothing_old(api_client: APIClient) -> None:
    """C12: an id to go on from, and no history."""
    publish()
    source = follow(api_client)
    assert source.last_event_id == "1"
    posting = publish()
    assert told(source.connect()) == [("posting.published", posting.pk)]
    assert source.connect() == []


@pytest.mark.django_db
def test_events_come_in_order_and_nothing_is_lost_between_two_answers(login: Login) -> None:
    """C12: more than one answer holds; both kinds in one order."""
    candidate = UserFactory.create(role=Role.CANDIDATE)
    source = follow(login(candidate))
    company = CompanyFactory.create()
    expected = []
    for number in range(events.LIMIT + 10):
        if number % 3:
            expected.append(("posting.published", publish(company=company).pk))
        else:
            application = decide(candidate=candidate, posting__company=company)
            expected.append(("application.decided", application.pk))

    first, second, third = (told(source.connect()) for _ in range(3))

    assert len(first) == events.LIMIT
    assert first + second == expected
    assert third == []


@pytest.mark.django_db
def test_a_decision_is_for_the_candidate_alone(login: Login, api_client: APIClient) -> None:
    """C12, S04: not for other candidates, the employer, admins or the public."""
    posting = JobPostingFactory.create()
    candidate = UserFactory.create(role=Role.CANDIDATE)
    others = [
        api_client,
        login(UserFactory.create(role=Role.CANDIDATE)),
        login(UserFactory.create(role=Role.ADMIN)),
        login(posting.company.owner),
    ]
    own, *theirs = (follow(client) for client in (login(candidate), *others))

    application = decide(ApplicationStatus.REJECTED, candidate=candidate, posting=posting)

    (message,) = own.connect()
    assert told([message]) == [("application.decided", application.pk)]
    assert message.data["status"] == "rejected"
    assert [source.connect() for source in theirs] == [[], [], [], []]


@pytest.mark.django_db
def test_only_a_decision_is_one(login: Login) -> None:
    """C12: a review that begins, a withdrawal, a draft and a closing are no events."""
    candidate = UserFactory.create(role=Role.CANDIDATE)
    source = follow(login(candidate))
    posting = JobPostingFactory.create()
    JobPostingFactory.create(draft=True)
    decide(ApplicationStatus.UNDER_REVIEW, candidate=candidate)
    services.withdraw_application(
        actor=candidate, application=ApplicationFactory.create(candidate=candidate)
    )
    services.close_posting(actor=posting.company.owner, posting=posting)
    assert source.connect() == []
    assert source.last_event_id == "0"


@pytest.mark.django_db
def test_a_posting_is_for_who_may_see_it(login: Login, api_client: APIClient) -> None:
    """C12, S04: what has been closed meanwhile is shown to its owner and to admins, as in the list."""
    owner = UserFactory.create(role=Role.EMPLOYER)
    company = CompanyFactory.create(owner=owner)
    clients = {
        "nobody": api_client,
        "candidate": login(UserFactory.create(role=Role.CANDIDATE)),
        "employer": login(UserFactory.create(role=Role.EMPLOYER)),
        "owner": login(owner),
        "admin": login(UserFactory.create(role=Role.ADMIN)),
    }
    sources = {who: follow(client) for who, client in clients.items()}

    opened, closed = publish(company=company), publish(company=company)
    services.close_posting(actor=owner, posting=closed)

    for who, source in sources.items():
        seen = {pk for _, pk in told(source.connect())}
        assert seen == {opened.pk, closed.pk} if who in ("owner", "admin") else {opened.pk}
        # Who may not see an event still gets past it: it is not looked at again.
        assert source.last_event_id == "2"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "1 2", "1" * 19, "٣", "2"])
def test_an_id_that_no_event_has_had_is_refused(api_client: APIClient, value: str) -> None:
    """C12, H07: a client that waits for what cannot come is told, and not left waiting."""
    publish()
    response = api_client.get(EVENTS, headers={"Last-Event-ID": value})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["errors"] == [
        {
            "message": "This is no id that an event has had.",
            "code": "invalid",
            "param": "Last-Event-ID",
        }
    ]


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(login: Login) -> None:
    """C12, H02: neither with the events nor with what they are about; none is asked for in vain."""
    candidate = UserFactory.create(role=Role.CANDIDATE)
    client = login(candidate)
    counts = []
    for number in (0, 1, 20):
        source = follow(client)
        for _ in range(number):
            publish()
            decide(candidate=candidate)
        with CaptureQueriesContext(connection) as queries:
            assert len(source.connect()) == 2 * number
        counts.append(len(queries))
    assert counts == [1, 4, 4]


@pytest.mark.django_db
def test_the_events_are_found_by_an_index() -> None:
    """C02: by the number of the event, not by reading all rows."""
    if connection.vendor == "postgresql":  # it reads a table of few rows whole, if it may
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    rows = JobPosting.objects.filter(published_event__gt=7, published_event__lte=9)
    plan = rows.order_by("published_event")[: events.LIMIT].explain()
    assert "published_event" in plan
    assert "INDEX" in plan.upper()


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_an_event_that_is_committed_late_is_not_skipped(api_client: APIClient) -> None:
    """C12, H08: an event that comes after it waits, so no number is overtaken by a greater one."""
    source = follow(api_client)
    first, second = JobPostingFactory.create_batch(2, draft=True)

    def announce(posting: JobPosting) -> None:
        services.publish_posting(actor=posting.company.owner, posting=posting)

    with Threads(1) as pool:
        with transaction.atomic():
            announce(first)
            later = pool.submit(announce, second)
            with pytest.raises(TimeoutError):
                later.result(timeout=0.5)
            with Threads(1) as reader:
                assert reader.submit(source.connect).result(timeout=10) == []
            assert source.last_event_id == "0"
        later.result(timeout=10)

    assert [pk for _, pk in told(source.connect())] == [first.pk, second.pk]


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_nothing_is_lost_or_told_twice_while_many_write(login: Login) -> None:
    """C12, H08: eight threads write, some roll back, some dawdle; three clients reconnect meanwhile."""
    candidate = UserFactory.create(role=Role.CANDIDATE)
    company = CompanyFactory.create()
    drafts = JobPostingFactory.create_batch(60, draft=True, company=company)
    applications = ApplicationFactory.create_batch(
        40, candidate=candidate, posting__company=company
    )
    done, random = Event(), Random(5)
    rows: list[JobPosting | Application] = [*drafts, *applications]
    random.shuffle(rows)
    plans = [(row, random.random() / 100, random.random() < 0.2) for row in rows]

    def write(plan: tuple[JobPosting | Application, float, bool]) -> tuple[str, int] | None:
        row, pause, fails = plan
        with transaction.atomic():
            time.sleep(pause)
            if isinstance(row, JobPosting):
                name = "posting.published"
                services.publish_posting(actor=company.owner, posting=row)
            else:
                name = "application.decided"
                services.review_application(
                    actor=company.owner, application=row, status=ApplicationStatus.ACCEPTED
                )
            time.sleep(pause)
            transaction.set_rollback(fails)
        return None if fails else (name, row.pk)

    def read(source: EventSource) -> list[Message]:
        while not done.is_set():
            source.connect()
            connection.close()  # the pool has fewer than there are threads here
        while source.connect():
            pass
        return source.messages

    public, own, other = (
        follow(client) for client in (APIClient(), login(candidate), login(UserFactory.create()))
    )
    connection.close()
    with Threads(3) as readers, Threads(8) as writers:
        reading = [readers.submit(read, source) for source in (public, own, other)]
        try:
            written = {event for event in writers.map(write, plans) if event}
        finally:
            done.set()
        seen = [result.result(timeout=60) for result in reading]

    published = {event for event in written if event[0] == "posting.published"}
    for messages, expected in zip(seen, (published, written, published), strict=True):
        ids = [int(message.id) for message in messages]
        assert len(told(messages)) == len(expected)
        assert set(told(messages)) == expected
        assert ids == sorted(set(ids))
    # What was rolled back has left no gap.
    assert EventCounter.objects.get().last == len(written)


PREPARE = """
import django; django.setup()
import json
from django.core.management import call_command
from apps.accounts.models import Role
from apps.accounts.tests.factories import PASSWORD, VerifiedUserFactory
from apps.jobs.tests.factories import ApplicationFactory, CompanyFactory, JobPostingFactory

call_command("migrate", verbosity=0)
owner = VerifiedUserFactory(role=Role.EMPLOYER)
candidate = VerifiedUserFactory(role=Role.CANDIDATE)
company = CompanyFactory(owner=owner)
posting = JobPostingFactory(company=company, draft=True)
application = ApplicationFactory(candidate=candidate, posting__company=company)
print(json.dumps({
    "owner": owner.email,
    "candidate": candidate.email,
    "password": PASSWORD,
    "posting": posting.pk,
    "application": application.pk,
}))
"""


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_a_client_follows_the_server_itself(tmp_path: Path, interface: str) -> None:
    """C12: over HTTP, more clients than one process has threads, and by an event loop as well."""
    environment = {
        "DATABASE_URL": f"sqlite:///{(tmp_path / 'db.sqlite3').as_posix()}",
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "SECRET_KEY": settings.SECRET_KEY,
        "SERVER_INTERFACE": interface,
        "WEB_CONCURRENCY": "1",
    }
    prepared = subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    made = json.loads(prepared.stdout.splitlines()[-1])  # after what is mailed meanwhile

    with serving(**environment) as (_, port):

        def ask(
            method: str, path: str, body: object = None, token: str = "", **headers: str
        ) -> tuple[str, str]:
            """Return the media type and the body of an answer; a server that starts has 20 seconds."""
            if token:
                headers["Authorization"] = f"Bearer {token}"
            data = None if body is None else json.dumps(body).encode()
            request = Request(
                f"http://127.0.0.1:{port}/api/v1/{path}",
                data,
                {"Content-Type": "application/json", **headers},
                method=method,
            )
            for _ in range(200):
                try:
                    with urlopen(request, timeout=10) as response:
                        return response.headers["Content-Type"], response.read().decode()
                except ConnectionError:
                    time.sleep(0.1)
                except URLError as error:
                    if not isinstance(error.reason, ConnectionError):
                        raise
                    time.sleep(0.1)
            raise AssertionError("The server does not answer.")

        def log_in(who: str) -> str:
            sent = {"email": made[who], "password": made["password"]}
            return str(json.loads(ask("POST", "auth/login", sent)[1])["meta"]["access_token"])

        def source(token: str = "") -> EventSource:
            def connect(headers: dict[str, str]) -> str:
                kind, text = ask("GET", "events/", token=token, **headers)
                assert kind == "text/event-stream"
                return text

            return EventSource(connect)

        everybody = [source() for _ in range(20)]
        candidate = source(log_in("candidate"))
        for one in (*everybody, candidate):
            assert one.connect() == []

        owner = log_in("owner")
        ask("POST", f"postings/{made['posting']}/publish/", {}, owner)
        ask("POST", f"applications/{made['application']}/review/", {"status": "accepted"}, owner)

        public = [("posting.published", made["posting"])]
        assert [told(one.connect()) for one in everybody] == [public] * 20
        assert told(candidate.connect()) == [
            *public,
            ("application.decided", made["application"]),
        ]
        assert candidate.connect() == []
        assert candidate.retry == WAIT
