"""What a rendered repo refuses, records and tells as in production: two processes, a proxy, strangers."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from nexus_scaffold.testing import RenderedRepo
from tests.services.production import Answer, Production, Web, production
from tests.services.servers import wait_until
from tests.variants import DEFAULTS

pytestmark = pytest.mark.services("initdb", "redis-server", "rabbitmq-server")

PROCESSES = 2
SOON = 15  # seconds: a process reads the block list every five

# What every answer has, whoever made it.
HEADERS = {
    "Content-Security-Policy": r"(?=.*default-src 'self')(?=.*object-src 'none').*",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": r".*camera=\(\).*",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Request-ID": r"[0-9a-f-]{36}",
}

# The path of every route, with something for each of its parameters.
ROUTES = """
import json
from django import setup
setup()
from django.urls import get_resolver
EXAMPLES = {"int": "1", "uuid": "6f1c1a2e-5c0b-4b7e-9c9a-0d8f6f3f2b11"}
def paths(resolver, prefix=""):
    for _, (bits, _, _, converters) in resolver.reverse_dict.items():
        for text, names in bits:
            values = {n: EXAMPLES.get(type(converters.get(n)).__name__[:-9].lower(), "x") for n in names}
            yield prefix + text % values
    for inner, (start, nested) in resolver.namespace_dict.items():
        yield from paths(nested, prefix + start)
print(json.dumps(sorted(set(paths(get_resolver(), "/")))))
"""


class Site(Web):
    """The web server behind a proxy that tells whom it was asked by, or so somebody says."""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | object = None,
        headers: Mapping[str, str] | None = None,
        *,
        client: str | None = None,
        by: HTTPConnection | None = None,
    ) -> Answer:
        """What it answers on a connection of its own, or on a given one; no redirect is followed."""
        given = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}
        if client:
            given["X-Forwarded-For"] = client
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            given["Content-Type"] = "application/json"
        connection = by or HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {**given, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            if connection is not by:
                connection.close()

    @contextmanager
    def each_process(self) -> Iterator[Sequence[HTTPConnection]]:
        """A connection to each of the processes, which stays with the one that took it."""
        with ExitStack() as stack:
            by_process: dict[str, HTTPConnection] = {}
            for _ in range(100):
                connection = stack.enter_context(
                    closing(HTTPConnection("127.0.0.1", self.port, timeout=20))
                )
                assert self.ask("GET", "/health/live", by=connection).status == 200
                by_process.setdefault(self._process_of(connection), connection)
                if len(by_process) == PROCESSES:
                    break
            assert len(by_process) == PROCESSES
            yield list(by_process.values())

    def _process_of(self, connection: HTTPConnection) -> str:
        """The process at the other end of a connection."""
        ends = f":{self.port:04X} 0100007F:{connection.sock.getsockname()[1]:04X} "
        lines = Path("/proc/net/tcp").read_text().splitlines()
        inode = next(line.split()[9] for line in lines if ends in line)
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            with suppress(OSError):
                if os.readlink(descriptor) == f"socket:[{inode}]":
                    return descriptor.parts[2]
        raise AssertionError("nobody has the other end")


@pytest.fixture(scope="module")
def made(rendered: Callable[..., RenderedRepo]) -> Iterator[Production]:
    """A repo with data and its static files; the tests are its proxy."""
    given = {"TRUSTED_PROXIES": "127.0.0.0/8", "WEB_CONCURRENCY": str(PROCESSES)}
    with production(rendered(**DEFAULTS), **given) as made:
        made.run("python", "manage.py", "collectstatic", "--no-input")
        made.run("python", "manage.py", "seed")
        yield made


@pytest.fixture(scope="module")
def site(made: Production) -> Iterator[Site]:
    with Site(made) as site:
        yield site


def changed(made: Production, **variables: str) -> Site:
    """The same repo, with another environment."""
    return Site(replace(made, environment={**made.environment, **variables}))


def recorded(made: Production, prefix: str, count: int) -> Mapping[str, str]:
    """The addresses in the log of requests, by path."""
    rows = f"FROM traffic_requestlog WHERE path LIKE '{prefix}%'"
    wait_until(
        lambda: int(made.postgresql.query(f"SELECT count(*) {rows}")) >= count,
        "the requests are in the log",
    )
    lines = made.postgresql.query(f"SELECT path, host(address) {rows}").splitlines()
    assert len(lines) == count
    return dict(line.split("|") for line in lines)


def static_file(site: Site) -> str:
    """The address of a static file, from the front page."""
    page = site.ask("GET", "/").body.decode()
    found = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert found, page
    return found[1]


def test_the_sixth_log_in_of_a_minute_is_refused_by_every_process(site: Site) -> None:
    """S03: the processes count together; the user behind another address may still log in."""

    def log_in(by: HTTPConnection, number: int, client: str = "203.0.113.10") -> Answer:
        # Each time another account: it is the address that is counted.
        who = {"email": f"nobody{number}@example.com", "password": "not-the-password"}
        return site.ask("POST", "/api/v1/auth/login", who, client=client, by=by)

    with site.each_process() as (first, second):
        assert [log_in(first, number).status for number in range(3)] == [400] * 3
        assert [log_in(second, number).status for number in (3, 4)] == [400] * 2
        refused = [log_in(second, 5), log_in(first, 6)]
        assert log_in(first, 7, client="203.0.113.11").status == 400
    for answer in refused:
        assert answer.status == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = json.loads(answer.body)
        assert (problem["status"], problem["code"]) == (429, "throttled")


FORWARDED = (
    "203.0.113.66",
    "203.0.113.66, 203.0.113.67",
    "127.0.0.1, 203.0.113.66",
    "2001:db8::66",
    "203.0.113.66:443",
    "unknown",
    "<script>",
    ",",
)


def test_no_stranger_chooses_the_address_that_is_recorded(made: Production) -> None:
    """S02: whatever the headers of proxies say, if the peer is none of ours."""
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP")
    with changed(made, TRUSTED_PROXIES="10.0.0.0/8", WEB_CONCURRENCY="1") as site:
        for number, value in enumerate(FORWARDED):
            site.ask("GET", f"/stranger/{number}", headers=dict.fromkeys(names, value))
        assert set(recorded(made, "/stranger/", len(FORWARDED)).values()) == {"127.0.0.1"}


def test_a_proxy_of_ours_tells_the_address_that_is_recorded(made: Production, site: Site) -> None:
    """S02: it is the one that the proxy added; what the client wrote before it changes nothing."""
    sent = {
        "203.0.113.20": "203.0.113.20",
        "198.51.100.1, 203.0.113.21": "203.0.113.21",
        "127.0.0.1, 10.0.0.1, 203.0.113.22": "203.0.113.22",
        "<script>, 203.0.113.23": "203.0.113.23",
        "2001:db8::24": "2001:db8::24",
        "203.0.113.25:50000": "203.0.113.25",
    }
    for number, forwarded in enumerate(sent):
        headers = {"X-Real-IP": "198.51.100.9", "Forwarded": "for=198.51.100.9"}
        site.ask("GET", f"/proxy/{number}", headers=headers, client=forwarded)
    found = recorded(made, "/proxy/", len(sent))
    assert found == {f"/proxy/{number}": address for number, address in enumerate(sent.values())}


def test_who_is_blocked_gets_403_on_every_route_from_every_process(
    made: Production, site: Site
) -> None:
    """S01, S02: pages, API, probes, the admin, static files and what does not exist."""
    routes = json.loads(made.run("python", "-c", ROUTES).splitlines()[-1])
    assert {"/", "/health/live", "/api/docs/", "/admin/login/", "/api/v1/auth/login"} <= set(routes)
    assert len(routes) > 80
    routes += [static_file(site), "/nowhere", "/api/nowhere", "/static/nowhere.css", "/favicon.ico"]
    stranger, other = "203.0.113.30", "203.0.113.31"

    with site.each_process() as connections:
        made.run("python", "manage.py", "block_ip", stranger, "--reason", "a test")
        for by in connections:
            knows_soon(site, by, stranger, 403)
            for method, route in itertools.product(("GET", "POST"), routes):
                answer = site.ask(method, route, client=stranger, by=by)
                assert answer.status == 403, (method, route)
                if route.startswith(("/api/", "/health/")):
                    assert json.loads(answer.body)["code"] == "address_blocked"
            # The proxy's word counts, not the client's.
            assert site.ask("GET", "/", client=f"{other}, {stranger}", by=by).status == 403
            assert site.ask("GET", "/", client=f"{stranger}, {other}", by=by).status == 200
            assert site.ask("GET", "/health/live", client=other, by=by).status == 200
        made.run("python", "manage.py", "unblock_ip", stranger)
        for by in connections:
            knows_soon(site, by, stranger, 200)


def knows_soon(site: Site, by: HTTPConnection, stranger: str, status: int) -> None:
    """Waits until a process has read the block list again."""

    def knows() -> bool:
        return site.ask("GET", "/", client=stranger, by=by).status == status

    wait_until(knows, f"a process answers {status}", SOON)


@contextmanager
def without_companies(made: Production) -> Iterator[None]:
    """The code finds a database that it does not expect, for as long as the context lasts."""
    made.postgresql.query("ALTER TABLE jobs_company RENAME TO gone")
    try:
        yield
    finally:
        made.postgresql.query("ALTER TABLE gone RENAME TO jobs_company")


def test_every_kind_of_answer_has_the_security_headers(made: Production, site: Site) -> None:
    """S05: pages, data, files, redirects and errors, whichever layer answers."""
    client, blocked = "203.0.113.40", "203.0.113.41"
    made.run("python", "manage.py", "block_ip", blocked)
    with site.each_process() as connections:
        for by in connections:
            knows_soon(site, by, blocked, 403)
    style = static_file(site)
    unchanged = {"If-Modified-Since": site.ask("GET", style).headers["Last-Modified"]}
    preflight = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    asked: Sequence[tuple[int, str, str, object, Mapping[str, str], str]] = [
        (200, "GET", "/", None, {}, client),
        (200, "GET", "/api/v1/postings/", None, {}, client),
        (200, "GET", "/api/schema/", None, {}, client),
        (200, "GET", "/admin/login/", None, {}, client),
        (200, "GET", style, None, {}, client),
        (200, "HEAD", style, None, {}, client),
        (304, "GET", style, None, unchanged, client),
        (200, "GET", "/health/live", None, {}, client),
        (200, "GET", "/health/ready", None, {}, client),
        (200, "OPTIONS", "/api/v1/postings/", None, preflight, client),
        (301, "GET", "/admin", None, {}, client),
        (302, "GET", "/admin/", None, {}, client),
        (400, "GET", "/", None, {"Host": "evil.example.com"}, client),
        (400, "POST", "/api/v1/auth/login", b"{", {"Content-Type": "application/json"}, client),
        (401, "GET", "/api/v1/accounts/me/", None, {}, client),
        (403, "POST", "/admin/login/", b"", {}, client),
        (403, "GET", "/", None, {}, blocked),
        (403, "GET", "/api/v1/postings/", None, {}, blocked),
        (403, "GET", style, None, {}, blocked),
        (404, "GET", "/nowhere", None, {}, client),
        (404, "GET", "/static/nowhere.css", None, {}, client),
        (404, "GET", "/api/v1/nowhere", None, {}, client),
        (404, "GET", "/health/nowhere", None, {}, client),
        (405, "DELETE", "/api/v1/auth/login", None, {}, client),
    ]
    answers = {
        (status, method, path): site.ask(method, path, body, headers, client=address)
        for status, method, path, body, headers, address in asked
    }
    with without_companies(made):
        failed = site.ask("GET", "/api/v1/companies/?search=failing", client=client)
        answers[500, "GET", "/api/v1/companies/"] = failed
    for _ in range(6):
        refused = site.ask("POST", "/api/v1/auth/login", {}, client=client)
    answers[429, "POST", "/api/v1/auth/login"] = refused
    with changed(made, SECURE_SSL_REDIRECT="true") as secure:
        plain = secure.ask("GET", "/", headers={"X-Forwarded-Proto": "http"}, client=client)
    assert plain.headers["Location"] == "https://127.0.0.1/"
    assert plain.headers["Strict-Transport-Security"] is None, "browsers would not believe it"
    plain.headers["Strict-Transport-Security"] = HEADERS["Strict-Transport-Security"]
    answers[301, "GET", "http://"] = plain

    for (status, method, path), answer in answers.items():
        assert answer.status == status, (method, path, answer.body[:500])
        for name, value in HEADERS.items():
            [found] = answer.headers.get_all(name) or ["nothing"]
            assert re.fullmatch(value, found), (method, path, status, name, found)


def test_the_log_is_json_and_holds_no_secret_that_was_sent(made: Production) -> None:
    """S05, C13: not in its lines, and not in the log of requests; failures included."""
    secrets = [f"{kind}Zq7{number}x9Kd2Wv5" for number, kind in enumerate("abcdefghij")]
    password, bearer, cookie, query, session, refresh, field, basic, key, path = secrets
    card = "4242424242424242"
    headers = {
        "Authorization": f"Bearer {bearer}",
        "Cookie": f"__Host-sessionid={cookie}",
        "X-Session-Token": session,
        "X-Api-Key": key,
        "Referer": f"https://example.org/?token={query}",
        "User-Agent": f"curl/8 password={field}",
    }
    who = {"email": "eve@private.example.com", "password": password, "card": card}
    with changed(made, LOG_LEVEL="DEBUG", WEB_CONCURRENCY="1") as site:
        site.ask("POST", f"/api/v1/auth/login?token={query}", who, headers)
        site.ask("POST", "/api/v1/tokens/refresh", {"refresh_token": refresh}, headers)
        site.ask("GET", "/api/v1/accounts/me/", headers={"Authorization": f"Basic {basic}"})
        site.ask("GET", f"/reset/?key={key}&card={card}", headers=headers)
        site.ask("GET", f"/reset/token={path}", headers=headers)
        with without_companies(made):
            answer = site.ask(
                "GET", f"/api/v1/companies/?search={query}", headers={"Cookie": cookie}
            )
        assert answer.status == 500
        assert query not in answer.body.decode()
        site.stop()
        log = site.log()
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["level"] for line in lines} >= {"info", "error"}
    assert len([line for line in lines if line["event"] == "request_finished"]) >= 4
    rows = made.postgresql.query("SELECT t::text FROM traffic_requestlog t")
    for secret in [*secrets, card, "eve@private.example.com"]:
        assert secret not in log
        assert secret not in rows


def test_what_was_asked_last_is_in_the_log_of_requests(made: Production) -> None:
    """S02: the notes that wait when the server stops are written first."""
    with changed(made) as site:
        for number in range(20):
            site.ask("GET", f"/last/{number}", client="203.0.113.50")
        site.stop()
        last = "SELECT count(*) FROM traffic_requestlog WHERE path LIKE '/last/%'"
        assert made.postgresql.query(last).strip() == "20"
