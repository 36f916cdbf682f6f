"""Who is blocked, is blocked everywhere; and nobody pays for it with a query."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from threading import Event, Thread, current_thread, main_thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import (
    DjangoAssertNumQueries,
    DjangoCaptureOnCommitCallbacks,
    Settings,
)
from structlog.testing import capture_logs

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.traffic import blocklist, services
from apps.traffic.blocklist import block_list
from apps.traffic.models import BlockedIP

INTRUDER, SOMEBODY = "203.0.113.7", "198.51.100.9"
PAGES = ("/", "/admin/", "/api/v1/accounts/me/", "/api/schema/", "/nothing-here", "/health/live")


@pytest.fixture
def commits(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[Callable[[], Any]], None]:
    """Return a function that calls another one, and commits."""

    def call(change: Callable[[], Any]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            change()

    return call


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_route_is_closed(client: Client, path: str) -> None:
    """S02: pages, the API, the admin, probes, and what does not exist."""
    services.block(INTRUDER)

    client.get("/", REMOTE_ADDR=SOMEBODY)  # a probe goes by what is known
    response = client.get(path, REMOTE_ADDR=INTRUDER)

    assert response.status_code == 403
    assert client.get(path, REMOTE_ADDR=SOMEBODY).status_code != 403
    if path.startswith(("/api/", "/health/")):
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "address_blocked"
        assert response.json()["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("blocked", "address"),
    [
        ("203.0.113.0/24", "203.0.113.255"),
        ("2001:DB8::/32", "2001:db8:ffff::1"),
        ("2001:db8::7", "2001:db8:0::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7/32 ", "::ffff:203.0.113.7"),
    ],
)
def test_networks_and_every_spelling(client: Client, blocked: str, address: str) -> None:
    """S02: CIDR, IPv6, IPv4 in IPv6."""
    services.block(blocked)
    assert client.get("/", REMOTE_ADDR=address).status_code == 403
    assert client.get("/", REMOTE_ADDR=SOMEBODY).status_code == 200
    assert client.get("/", REMOTE_ADDR="2001:db7::").status_code == 200


@pytest.mark.django_db
def test_an_address_that_is_forged_is_not_looked_at(client: Client) -> None:
    """S02: neither to get in nor to have others locked out."""
    services.block(INTRUDER)
    forged = {"X-Forwarded-For": SOMEBODY}
    assert client.get("/", REMOTE_ADDR=INTRUDER, headers=forged).status_code == 403
    forged = {"X-Forwarded-For": INTRUDER}
    assert client.get("/", REMOTE_ADDR=SOMEBODY, headers=forged).status_code == 200


@pytest.mark.django_db
def test_a_block_ends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """S02: to the second, though the list is not read again."""
    end = timezone.now() + timedelta(hours=1)
    services.block(INTRUDER, until=end)
    assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 403

    monkeypatch.setattr(blocklist, "time", lambda: end.timestamp() + 1)
    assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 200


@pytest.mark.django_db
def test_no_query_for_each_request(
    client: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """S02, C08: one query now and then, whoever comes."""
    services.block(INTRUDER)
    with django_assert_num_queries(1):
        client.get("/", REMOTE_ADDR=SOMEBODY)
    with django_assert_num_queries(0):
        for address in (SOMEBODY, INTRUDER):
            client.get("/", REMOTE_ADDR=address)
    settings.BLOCK_LIST_SECONDS = 0.0
    with django_assert_num_queries(1):
        client.get("/", REMOTE_ADDR=SOMEBODY)


@pytest.mark.django_db
def test_it_works_at_once_where_it_was_saved(
    client: Client, commits: Callable[[Callable[[], Any]], None]
) -> None:
    """S02: other processes read the list again within seconds."""
    assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 200
    commits(lambda: services.block(INTRUDER))
    assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 403
    commits(lambda: services.unblock(INTRUDER))
    assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 200


@pytest.mark.django_db
def test_without_the_database_the_old_list_holds(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S02, C16: and one line is logged."""
    services.block(INTRUDER)
    assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 403

    def away() -> None:
        raise OperationalError("connection refused")

    settings.BLOCK_LIST_SECONDS = 0.0
    monkeypatch.setattr(blocklist, "blocked_networks", away)
    with capture_logs() as logs:
        assert client.get("/", REMOTE_ADDR=INTRUDER).status_code == 403
        assert client.get("/", REMOTE_ADDR=SOMEBODY).status_code == 200
    assert [entry["event"] for entry in logs].count("block_list_unreadable") == 1


def test_a_probe_never_waits_for_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S02, H08: a process lives while the database does not answer."""
    monkeypatch.setattr(blocklist, "blocked_networks", lambda: pytest.fail("asked"))
    assert client.get("/health/live", REMOTE_ADDR=INTRUDER).status_code == 200


def test_one_reads_and_the_others_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S02, C03: with the list as it was."""
    monkeypatch.setattr(blocklist, "blocked_networks", lambda: [(INTRUDER, None)])
    block_list.refresh()
    asked, answer = Event(), Event()

    def slow() -> list[Any]:
        asked.set()
        assert answer.wait(10)
        return []

    settings.BLOCK_LIST_SECONDS = 0.0
    monkeypatch.setattr(blocklist, "blocked_networks", slow)
    reader = Thread(target=block_list.refresh)
    reader.start()
    assert asked.wait(10)
    block_list.refresh()  # or it would wait for ever
    assert INTRUDER in block_list
    answer.set()
    reader.join(10)
    assert INTRUDER not in block_list


def test_under_asgi_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """S02, C03: the list is read in a thread, once."""
    threads = []

    def read() -> list[Any]:
        threads.append(current_thread())
        return [("127.0.0.1", None)]

    async def ask() -> list[int]:
        client = AsyncClient()
        return [(await client.get(path)).status_code for path in ("/api/schema/", "/health/live")]

    monkeypatch.setattr(blocklist, "blocked_networks", read)

    assert asyncio.run(ask()) == [403, 403]
    assert len(threads) == 1
    assert threads[0] is not main_thread()


# What may be blocked, and the commands


@pytest.mark.parametrize(
    ("network", "mend"),
    [
        ("nonsense", "such as 203.0.113.7"),
        ("", "This field cannot be blank"),
        ("203.0.113.7/24", "has host bits set"),
        ("127.0.0.1", "Block the addresses of clients"),
        ("::1", "Block the addresses of clients"),
        ("10.1.2.3", "Block the addresses of clients"),
        ("0.0.0.0/0", "Block the addresses of clients"),
        ("::/0", "Block the addresses of clients"),
        ("128.0.0.0/1", "block networks of /8 or smaller"),
        ("2000::/3", "block networks of /16 or smaller"),
    ],
)
def test_nobody_locks_out_everybody(settings: Settings, network: str, mend: str) -> None:
    """S02: this machine, our proxies, half of the Internet; and the error says what to do."""
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    with pytest.raises(ValidationError, match=mend):
        services.block(network)


@pytest.mark.django_db
def test_the_commands_block_and_unblock() -> None:
    """S02."""
    output = StringIO()
    call_command("block_ip", INTRUDER, "--for", "1d", "--reason", "scans", stdout=output)
    blocked = BlockedIP.objects.get()
    assert (blocked.network, blocked.reason) == (INTRUDER, "scans")
    assert blocked.until
    assert timedelta(hours=23) < blocked.until - timezone.now() < timedelta(hours=25)
    assert "All processes know within" in output.getvalue()

    call_command("block_ip", INTRUDER, stdout=output)
    assert BlockedIP.objects.get().until is None

    call_command("unblock_ip", INTRUDER, stdout=output)
    assert not BlockedIP.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "mend"),
    [
        (("block_ip", "127.0.0.1"), "Block the addresses of clients"),
        (("block_ip", INTRUDER, "--for", "soon"), "write 30m, 12h, 1d or 2w"),
        (("unblock_ip", SOMEBODY), "is not blocked"),
        (("unblock_ip", "203.0.113.8"), "unblock that"),
        (("unblock_ip", "nonsense"), "write an address"),
    ],
)
def test_errors_of_the_commands_say_what_to_do(command: tuple[str, ...], mend: str) -> None:
    """S02."""
    services.block("203.0.113.0/24")
    with pytest.raises(CommandError, match=mend):
        call_command(*command)


@pytest.mark.django_db
def test_the_admin_blocks_and_unblocks(client: Client) -> None:
    """S02: by the same rules."""
    admin = UserFactory.create(role=Role.ADMIN)
    client.force_login(admin)
    add = reverse("admin:traffic_blockedip_add")
    form = {"reason": "scans", "until_0": "", "until_1": ""}

    refused = client.post(add, {**form, "network": "127.0.0.1"})
    assert "Block the addresses of clients" in refused.content.decode()
    client.post(add, {**form, "network": "2001:DB8::7"})
    blocked = BlockedIP.objects.get()
    assert (blocked.network, blocked.created_by) == ("2001:db8::7", admin)
    again = client.post(add, {**form, "network": "2001:db8:0::7"})
    assert "already exists" in again.content.decode()

    change = reverse("admin:traffic_blockedip_change", args=[blocked.pk])
    client.post(change, {**form, "network": "2001:db8::7", "reason": "more scans"})
    blocked.refresh_from_db()
    assert blocked.reason == "more scans"
    client.post(reverse("admin:traffic_blockedip_delete", args=[blocked.pk]), {"post": "yes"})
    assert not BlockedIP.objects.exists()
