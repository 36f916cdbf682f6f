"""PostgreSQL, Redis and RabbitMQ go away while requests flow, and come back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.services.production import Answer, Production, Web, production
from tests.services.servers import Server, wait_until
from tests.variants import DEFAULTS

pytestmark = pytest.mark.services("initdb", "redis-server", "rabbitmq-server")

PROCESSES = 2
THREADS = 3
OUTAGE = 6  # seconds; what is away is asked again after five
LIMIT = 10  # seconds: to check a connection, to make one, and for a statement, one after the other

# A server that is stopped refuses connections; a frozen one takes them, and says nothing.
HOW = pytest.mark.parametrize("frozen", [False, True], ids=["stopped", "frozen"])


class Exchange(NamedTuple):
    """A request and its answer."""

    what: str
    answer: Answer
    seconds: float


class Site:
    """A running repo, with clients that are logged in."""

    def __init__(self, made: Production, web: Web) -> None:
        self.made, self.web = made, web
        self.admin = self._log_in("admin@example.com")
        self.candidate = self._log_in("candidate@example.com")
        self.open = iter(
            made.postgresql.query(
                "SELECT id FROM jobs_jobposting"
                " WHERE status = 'published' AND (closes_at IS NULL OR closes_at > now() + '1 day')"
                " AND id NOT IN (SELECT posting_id FROM jobs_application JOIN accounts_user u"
                " ON u.id = candidate_id WHERE u.email = 'candidate@example.com')"
            ).splitlines()
        )

    def _log_in(self, email: str) -> Mapping[str, str]:
        who = {"email": email, "password": self.made.environment["DEMO_PASSWORD"]}
        answer = self.web.request("POST", "/api/v1/auth/login", who)
        return {"Authorization": f"Bearer {json.loads(answer.body)['meta']['access_token']}"}

    def state(self) -> tuple[int, Mapping[str, str]]:
        """What the readiness probe says."""
        answer = self.web.request("GET", "/health/ready")
        return answer.status, json.loads(answer.body)["checks"]

    def count(self, what: str) -> int:
        """How many rows there are of something."""
        return int(self.made.postgresql.query(f"SELECT count(*) FROM {what}"))  # noqa: S608


@pytest.fixture(scope="module")
def site(rendered: Callable[..., RenderedRepo]) -> Iterator[Site]:
    """A repo with its web server, worker and beat, and data."""
    given = {"WEB_CONCURRENCY": str(PROCESSES), "DATABASE_STATEMENT_TIMEOUT": "3"}
    with production(rendered(**DEFAULTS), **given) as made:
        made.run("python", "manage.py", "seed", "--users", "2000")
        celery = "celery", "--app", "config"
        worker = made.process(*celery, "worker", "--concurrency", "2")
        beat = made.process(*celery, "beat", "--schedule", str(made.redis.folder / "beat"))
        with worker, beat, Web(made) as web:
            yield Site(made, web)


@dataclass
class Traffic:
    """Clients that write, read what they wrote, and apply for a job, again and again."""

    site: Site
    exchanges: list[Exchange] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def client(self, number: int) -> None:
        """One client: it alone writes the title of one posting."""
        posting, word = next(self.site.open), f"client{number}x{time.monotonic_ns()}"
        titles = {""}  # what it may read: after a write that was not answered, two
        turn = 0
        while not self.stopped.wait(0.1):
            title = f"{word} {(turn := turn + 1)}"
            path = f"/api/v1/postings/{posting}/"
            written = self._ask("write", "PATCH", path, {"title": title}, self.site.admin)
            titles = {title} if written.status == 200 else titles | {title}
            read = self._ask("read", "GET", f"/api/v1/postings/?search={word}")
            if read.status == 200:
                results = json.loads(read.body)["results"]
                found = results[0]["title"] if results else ""
                if found not in titles:
                    self.stale.append(f"{found} after {titles}")
            path = f"/api/v1/postings/{next(self.site.open)}/apply/"
            self._ask("apply", "POST", path, {"cover_letter": "Me!"}, self.site.candidate)

    def _ask(
        self,
        what: str,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        begin = time.monotonic()
        answer = self.site.web.request(method, path, body, headers, timeout=4 * LIMIT)
        self.exchanges.append(Exchange(what, answer, time.monotonic() - begin))
        return answer

    def flow(self) -> None:
        """Waits until each client has been answered a few times more."""
        enough = len(self.exchanges) + 10 * THREADS
        wait_until(lambda: len(self.exchanges) > enough, "answers")


@contextmanager
def traffic(site: Site) -> Iterator[Traffic]:
    """Traffic for as long as the context lasts; each answer of it came in time, and none was old."""
    flowing = Traffic(site)
    with ThreadPoolExecutor(THREADS) as threads:
        clients = [threads.submit(flowing.client, number) for number in range(THREADS)]
        try:
            flowing.flow()
            yield flowing
            flowing.flow()
        finally:
            flowing.stopped.set()
        for client in clients:
            client.result()
    assert not flowing.stale
    assert max(exchange.seconds for exchange in flowing.exchanges) < LIMIT


@contextmanager
def away(server: Server, *, frozen: bool) -> Iterator[None]:
    """Takes a server away for as long as the context lasts, and some seconds at least."""
    begin = time.monotonic()
    if frozen:
        server.freeze()
    else:
        server.stop()
    try:
        yield
        time.sleep(max(0, begin + OUTAGE - time.monotonic()))
    finally:
        if frozen:
            server.thaw()
        else:
            server.start()


def settle(site: Site) -> None:
    """Waits until every event has been handled; none failed, and none was lost."""
    wait_until(lambda: not site.count("outbox_outboxevent"), "the outbox is empty")
    submitted = "outbox_handledevent WHERE consumer = 'apps.jobs.tasks.tell_employer'"
    applied = "jobs_application WHERE cover_letter = 'Me!'"
    wait_until(lambda: site.count(submitted) == site.count(applied), "all events are handled")
    sent = "outbox_handledevent WHERE consumer = 'apps.notifications.tasks.send_mail'"
    wait_until(lambda: site.count(sent) == site.count(applied), "all mails are sent")
    assert site.made.postgresql.query("SELECT name, error FROM outbox_failedtask") == ""


@HOW
def test_without_redis_the_site_is_slower_and_nothing_else(site: Site, *, frozen: bool) -> None:
    """C09, C16: each request succeeds, no read is stale, one line of the log tells, and it recovers by itself."""
    before = site.web.log()
    with traffic(site) as flowing:
        with away(site.made.redis, frozen=frozen):
            flowing.flow()
            assert site.state() == (200, {"database": "ok", "cache": "unavailable", "broker": "ok"})
        wait_until(lambda: site.state()[1]["cache"] == "ok", "the cache is back")
    assert {exchange.answer.status for exchange in flowing.exchanges} == {200, 201}

    def hit() -> bool:
        answer = site.web.request("GET", "/api/v1/postings/")
        return answer.headers.get("X-Cache") == "hit"

    wait_until(lambda: all(hit() for _ in range(10)), "each process reads from the cache again")
    log = site.web.log().removeprefix(before)
    assert 1 <= log.count("cache_unreachable") <= PROCESSES
    assert log.count("cache_recovered") == log.count("cache_unreachable")
    settle(site)


@HOW
def test_without_rabbitmq_events_wait(site: Site, *, frozen: bool) -> None:
    """T10, C05, C16: each request succeeds; what it caused happens later."""
    before = site.web.log()
    with traffic(site) as flowing:
        with away(site.made.rabbitmq, frozen=frozen):
            flowing.flow()
            assert site.state() == (200, {"database": "ok", "cache": "ok", "broker": "unavailable"})
            assert site.count("outbox_outboxevent")
        wait_until(lambda: site.state()[1]["broker"] == "ok", "the broker is back")
    assert {exchange.answer.status for exchange in flowing.exchanges} == {200, 201}
    log = site.web.log().removeprefix(before)
    assert 1 <= log.count("broker_unreachable") <= PROCESSES
    settle(site)


@HOW
def test_without_postgresql_the_site_says_so(site: Site, *, frozen: bool) -> None:
    """H05, C16: 503 with the time to come back, while the process lives; and it recovers by itself."""
    with traffic(site) as flowing:
        with away(site.made.postgresql, frozen=frozen):
            flowing.flow()
            status, checks = site.state()
            assert (status, checks["database"]) == (503, "unavailable")
            assert site.web.request("GET", "/health/live").status == 200
        wait_until(lambda: site.state()[0] == 200, "the database is back")
        wait_until(
            lambda: {exchange.answer.status for exchange in flowing.exchanges[-20:]} <= {200, 201},
            "each request succeeds",
        )
    refused = [
        exchange.answer
        for exchange in flowing.exchanges
        if exchange.answer.status not in {200, 201}
    ]
    assert refused
    for answer in refused:
        assert answer.status == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert json.loads(answer.body)["code"] == "database_unavailable"
    settle(site)
