"""How many requests are served, and what the others are told."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from apps.accounts.tests.auth import AuthClient
from apps.accounts.tests.factories import UserFactory, VerifiedUserFactory
from apps.traffic import throttling
from apps.traffic.throttling import hit

SCHEMA = "/api/schema/"
LOGIN = "/api/v1/auth/login"
PROFILE = "/api/v1/accounts/me/"

numbers = count()


@pytest.fixture(autouse=True)
def _low_limits(settings: Settings) -> None:
    settings.RATE_LIMITS = {
        **settings.RATE_LIMITS,
        "api": {"anonymous": "2/m", "user": "3/h"},
    }


def log_in(client: Client, address: str = "127.0.0.1", **headers: str) -> Any:
    """Try a log-in that fails; each as somebody else, or allauth's limits would be met first."""
    who = {"email": f"nobody{next(numbers)}@example.com", "password": "wrong"}
    return client.post(
        LOGIN, who, content_type="application/json", headers=headers, REMOTE_ADDR=address
    )


@pytest.mark.django_db
def test_the_sixth_log_in_of_a_minute_is_refused(client: Client) -> None:
    """S03: of an address that is not logged in: 429, and when to come back."""
    assert [log_in(client).status_code for _ in range(5)] == [400] * 5

    refused = log_in(client)

    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["code"] == "throttled"
    assert refused.json()["instance"] == LOGIN
    assert log_in(client, address="203.0.113.7").status_code == 400


@pytest.mark.django_db
def test_who_is_logged_in_may_log_in_ten_times(client: Client) -> None:
    """S03: counted by the user, wherever the user is; allauth's view reads the token itself."""
    ada = AuthClient()
    ada.log_in(VerifiedUserFactory.create().email)
    bearer = {"authorization": f"Bearer {ada.access_token}"}

    statuses = [
        log_in(client, address=f"203.0.113.{number}", **bearer).status_code for number in range(11)
    ]

    assert statuses[10] == 429
    assert 429 not in statuses[:10]


@pytest.mark.django_db
def test_a_token_that_is_none_makes_nobody_a_user(client: Client) -> None:
    """S03: or an attacker would invent one for each try."""
    statuses = [
        log_in(client, authorization=f"Bearer invented-{number}").status_code for number in range(6)
    ]
    assert statuses == [400] * 5 + [429]


@pytest.mark.django_db
def test_a_forged_address_is_the_same_address(client: Client) -> None:
    """S02, S03."""
    statuses = [
        log_in(client, x_forwarded_for=f"203.0.113.{number}").status_code for number in range(6)
    ]
    assert statuses[5] == 429


@pytest.mark.django_db
def test_an_ipv6_client_has_its_network_for_itself(client: Client) -> None:
    """S03: it could take another address for each request."""
    statuses = [
        log_in(client, address=f"2001:db8:1:2::{number}").status_code for number in range(6)
    ]
    assert statuses[5] == 429
    assert log_in(client, address="2001:db8:1:3::1").status_code == 400


@pytest.mark.django_db
def test_each_scope_is_counted_for_itself(client: Client) -> None:
    """S03: the API allows others more."""
    assert [client.get(SCHEMA).status_code for _ in range(3)] == [200, 200, 429]
    assert log_in(client).status_code == 400


@pytest.mark.django_db
def test_users_are_counted_one_by_one(login: Any) -> None:
    """S03: who shares an address shares no limit."""
    one, other = login(UserFactory.create()), login(UserFactory.create())
    assert [one.get(PROFILE).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.get(PROFILE).status_code == 200
    assert int(one.get(PROFILE).headers["Retry-After"]) > 60


def test_a_period_begins_with_its_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """S03: and after it the count begins anew."""
    now = 1_800_000_000.0
    monkeypatch.setattr(throttling, "time", lambda: now)
    assert hit("key", 60) == (1, 60)
    monkeypatch.setattr(throttling, "time", lambda: now + 45)
    assert hit("key", 60) == (2, 15)
    cache.delete("key")  # its time is over
    assert hit("key", 60) == (1, 60)


def test_a_count_that_the_cache_has_lost_begins_anew() -> None:
    """S03, C16: a cache that is full drops what it likes, and no count is without an end."""
    cache.set("key", 7.0, 60)
    assert hit("key", 60)[0] == 1
    assert hit("key", 60)[0] == 2


def test_requests_at_once_are_all_counted() -> None:
    """S03, C03: none is lost between reading and writing."""
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: hit("key", 60)[0], range(200)))
    assert sorted(counts) == list(range(1, 201))


@pytest.mark.django_db
def test_a_limit_costs_no_query(
    login: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """S03, C08."""
    client: APIClient = login(user := UserFactory.create())
    client.get(PROFILE)
    with django_assert_num_queries(0):
        assert throttling.hit(str(user.pk), 60)[0] == 1


def test_allauth_counts_by_the_same_address(rf: RequestFactory, settings: Settings) -> None:
    """S02, S03: the limit of failed log-ins, too."""
    settings.TRUSTED_PROXIES, settings.TRUSTED_PROXY_COUNT = ["10.0.0.0/8"], 1
    request = rf.get("/", REMOTE_ADDR="10.0.0.5", headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.9"})
    assert get_adapter().get_client_ip(request) == "9.9.9.9"


def test_wrong_values_end_the_start_with_one_message() -> None:
    """S03, S05: never a limit that nobody meant."""
    wrong = {
        "RATE_LIMIT_ANONYMOUS": "many",
        "RATE_LIMIT_USER": "0/m",
        "REQUEST_LOG": "perhaps",
        "REQUEST_LOG_ANONYMISE_DAYS": "0",
        "REQUEST_LOG_KEEP_DAYS": "-1",
    }
    started = subprocess.run(
        [sys.executable, "-c", "import config.settings.test"],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, **wrong},
        capture_output=True,
        check=False,
        text=True,
    )
    assert started.returncode == 1
    assert re.findall(r"^- (\w+):", started.stderr, re.MULTILINE) == sorted(wrong)
