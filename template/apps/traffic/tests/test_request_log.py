"""What is written down of a request, when, and what that costs the request."""

import asyncio
import subprocess
import sys
import threading

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries, Settings
from structlog.testing import capture_logs

from apps.accounts.models import User
from apps.accounts.tests.auth import AuthClient
from apps.accounts.tests.factories import UserFactory, VerifiedUserFactory
from apps.traffic import recorder as module
from apps.traffic.middleware import RequestLogMiddleware, known_user
from apps.traffic.models import RequestLog
from apps.traffic.recorder import Note, Recorder

NOTE = Note(1.0, "203.0.113.7", "GET", "/", 200, 0.0123, None, "id")


@pytest.mark.django_db
def test_a_request_is_written_down(recorder: Recorder, client: Client) -> None:
    """S02: who, when, what, the outcome, how long, and the id that the other logs have."""
    response = client.get("/", REMOTE_ADDR="203.0.113.7")
    recorder.flush()

    row = RequestLog.objects.get()
    assert (row.address, row.method, row.path, row.status) == ("203.0.113.7", "GET", "/", 200)
    assert row.request_id == response.headers["X-Request-ID"]
    assert row.user is None
    assert row.duration < 60_000
    assert not row.anonymised


@pytest.mark.django_db
def test_a_forged_header_changes_no_row(
    recorder: Recorder, client: Client, settings: Settings
) -> None:
    """S02: behind our proxy it is the client's address, else that of who asked."""
    settings.TRUSTED_PROXIES, settings.TRUSTED_PROXY_COUNT = ["10.0.0.0/8"], 1
    client.get("/", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": "192.0.2.1"})
    forwarded = {"X-Forwarded-For": "192.0.2.1, 198.51.100.9"}
    client.get("/", REMOTE_ADDR="10.0.0.5", headers=forwarded)
    recorder.flush()

    rows = RequestLog.objects.order_by("id")
    assert [row.address for row in rows] == ["203.0.113.7", "198.51.100.9"]


@pytest.mark.django_db
def test_the_request_makes_no_query_for_the_log(
    recorder: Recorder, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """S02, C08: the log is written elsewhere."""
    client.get("/")  # reads the block list
    with django_assert_num_queries(0):
        client.get("/")
    assert len(recorder) == 2


@pytest.mark.django_db
def test_many_rows_are_one_query(
    recorder: Recorder, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """S02: in batches; what PostgreSQL copies is not even counted."""
    for _ in range(50):
        recorder.add(NOTE)
    with django_assert_max_num_queries(1):
        recorder.flush()
    assert RequestLog.objects.count() == 50


@pytest.mark.django_db
def test_the_user_of_a_token_is_known(recorder: Recorder) -> None:
    """S02: the API has looked the user up."""
    user = VerifiedUserFactory.create()
    client = AuthClient()
    client.log_in(user.email)
    client.profile()
    recorder.flush()

    assert RequestLog.objects.get(path="/api/v1/accounts/me/").user == user


def test_a_user_whom_nobody_asked_for_is_not_looked_up(rf: RequestFactory) -> None:
    """S02: no query for the log."""
    request = rf.get("/")
    assert known_user(request) is None
    request.user = SimpleLazyObject(lambda: pytest.fail("asked"))  # type: ignore[assignment]
    assert known_user(request) is None
    request.user = AnonymousUser()
    assert known_user(request) is None
    request.user = User(pk=7)
    assert known_user(request) == 7


@pytest.mark.django_db
def test_who_deletes_their_account_is_forgotten_at_once(recorder: Recorder) -> None:
    """S02: and a row that was not written by then is written all the same."""
    user = UserFactory.create()
    recorder.add(NOTE._replace(user=user.pk))
    recorder.flush()
    recorder.add(NOTE._replace(user=user.pk))
    user.delete()
    recorder.flush()

    first, second = RequestLog.objects.select_related("user").order_by("id")
    assert first.user_id is None
    assert second.user is None


@pytest.mark.django_db
def test_probes_and_what_is_switched_off_are_not_written_down(
    recorder: Recorder, client: Client, settings: Settings
) -> None:
    """S02: REQUEST_LOG=false."""
    client.get("/health/live")
    settings.REQUEST_LOG = False
    Client().get("/")
    assert len(recorder) == 0


@pytest.mark.django_db
def test_what_is_too_long_or_malformed_is_cut(recorder: Recorder) -> None:
    """S02: a strange request is no reason to lose others."""
    recorder.add(NOTE._replace(method="M" * 99, path="/\0" + "path/" * 1000, address=""))
    recorder.flush()

    row = RequestLog.objects.get()
    assert (len(row.method), len(row.path), row.address) == (10, 200, None)
    assert row.duration == 12


def test_under_asgi_too(recorder: Recorder) -> None:
    """S02, C03: without a thread."""

    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)

    response = asyncio.run(RequestLogMiddleware(view)(RequestFactory().get("/")))

    assert response.status_code == 204
    assert len(recorder) == 1


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """S02: what does not fit is dropped and counted, never waited for."""
    recorder = Recorder(room=3)
    monkeypatch.setattr(recorder, "start", lambda: None)
    monkeypatch.setattr(module, "write", lambda notes: None)
    for _ in range(5):
        recorder.add(NOTE)
    assert (len(recorder), recorder.dropped) == (3, 2)
    with capture_logs() as logs:
        recorder.flush()
        recorder.flush()
    assert [(entry["event"], entry["count"]) for entry in logs] == [("requests_not_logged", 2)]


def test_notes_wait_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """S02, C16: in their order; one line is logged."""
    recorder = Recorder()
    written: list[Note] = []
    monkeypatch.setattr(recorder, "start", lambda: None)
    monkeypatch.setattr(module, "BATCH", 2)
    notes = [NOTE._replace(at=float(number)) for number in range(5)]

    def away(notes: list[Note]) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(module, "write", away)
    with capture_logs() as logs:
        for note in notes:
            recorder.add(note)
        recorder.flush()
        recorder.flush()
    assert [entry["event"] for entry in logs] == ["request_log_waits"]
    assert len(recorder) == 5

    monkeypatch.setattr(module, "write", written.extend)
    recorder.flush()
    assert written == notes


@pytest.mark.parametrize("error", [DataError("out of range"), RuntimeError("anything")])
def test_what_cannot_be_written_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """S02, C16: it is counted, and logged."""
    recorder = Recorder()
    monkeypatch.setattr(recorder, "start", lambda: None)

    def refuse(notes: list[Note]) -> None:
        raise error

    monkeypatch.setattr(module, "write", refuse)
    recorder.add(NOTE)
    with capture_logs() as logs:
        recorder.flush()
    assert [entry["event"] for entry in logs] == ["request_log_failed"]
    assert (len(recorder), recorder.dropped) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """S02: by itself, from the first request on."""
    recorder, done = Recorder(), threading.Event()
    write = module.write

    def write_and_tell(notes: list[Note]) -> None:
        write(notes)
        assert threading.current_thread() is not threading.main_thread()
        done.set()

    monkeypatch.setattr(module, "PAUSE", 0.01)
    monkeypatch.setattr(module, "write", write_and_tell)
    recorder.add(NOTE)
    assert done.wait(10)
    assert RequestLog.objects.get().address == "203.0.113.7"


def test_a_process_that_ends_writes_what_it_has() -> None:
    """S02: as a worker of the server does, which is a process of multiprocessing."""
    code = """
import multiprocessing
import django
django.setup()
from apps.traffic import recorder

def work():
    recorder.PAUSE = 3600
    recorder.write = lambda notes: print("written", len(notes), flush=True)
    recorder.recorder.add(recorder.Note(1.0, "", "GET", "/", 200, 0.0, None, ""))

worker = multiprocessing.get_context("fork").Process(target=work)
worker.start()
worker.join()
work()
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ended.stdout.split("\n")[:2] == ["written 1", "written 1"], ended.stderr
