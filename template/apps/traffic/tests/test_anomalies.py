"""Who looks suspicious in the log."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from structlog.testing import capture_logs

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.traffic import anomalies, services
from apps.traffic.anomalies import Rule
from apps.traffic.models import BlockedIP, Reason, SuspiciousIP
from apps.traffic.tests.factories import RequestLogFactory

pytestmark = pytest.mark.django_db

LOGIN = {"method": "POST", "path": "/api/v1/auth/login"}


@pytest.fixture(autouse=True)
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {reason: Rule(rule.which, 3) for reason, rule in anomalies.RULES.items()}
    few[Reason.MANY_REQUESTS] = Rule(few[Reason.MANY_REQUESTS].which, 10)
    few[Reason.SCAN] = anomalies.RULES[Reason.SCAN]
    monkeypatch.setattr(anomalies, "RULES", few)


@pytest.mark.parametrize(
    ("reason", "count", "what"),
    [
        (Reason.MANY_REQUESTS, 10, {}),
        (Reason.FAILED_LOGINS, 3, {**LOGIN, "status": 400}),
        (Reason.FAILED_LOGINS, 3, {**LOGIN, "status": 429}),
        (Reason.FAILED_LOGINS, 3, {"method": "POST", "path": "/admin/login/", "status": 200}),
        (Reason.NOT_FOUND, 3, {"path": "/old", "status": 404}),
        (Reason.SCAN, 1, {"path": "/.env", "status": 404}),
        (Reason.SCAN, 1, {"path": "/blog/WP-admin/setup.php", "status": 404}),
        (Reason.SCAN, 1, {"path": "/.git/config", "status": 404}),
    ],
)
def test_each_rule_finds_what_it_is_for(reason: Reason, count: int, what: dict[str, Any]) -> None:
    """S02: and one request less is no reason."""
    now = timezone.now()
    RequestLogFactory.create_batch(count - 1, **what)
    assert services.detect_anomalies(now + timedelta(seconds=5)) == []

    RequestLogFactory.create(at=now, **what)
    with capture_logs() as logs:
        [found] = services.detect_anomalies(now + timedelta(seconds=5))
    assert (found.address, found.reason, found.count) == ("203.0.113.7", reason, count)
    assert found.first_seen <= found.last_seen
    assert [entry["event"] for entry in logs] == ["suspicious_address_found"]


def test_people_who_do_what_they_should_are_not_found() -> None:
    """S02: log-ins that succeed, some mistakes, and what is older than an hour."""
    RequestLogFactory.create_batch(5, **LOGIN)
    RequestLogFactory.create_batch(2, status=404)
    RequestLogFactory.create_batch(5, status=404, at=timezone.now() - timedelta(hours=2))
    RequestLogFactory.create_batch(5, status=404, address=None)

    assert services.detect_anomalies() == []


def test_it_may_run_again(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """S02: an hour has one row for an address and a reason, with the last count."""
    now = timezone.now().replace(minute=30)
    many = [f"203.0.113.{number}" for number in range(20)]
    for address in many:
        RequestLogFactory.create(path="/.env", at=now, address=address)
    with django_assert_max_num_queries(8):
        assert len(services.detect_anomalies(now)) == 20
    RequestLogFactory.create(path="/.env", at=now, address=many[0])
    with django_assert_max_num_queries(8):
        assert services.detect_anomalies(now) == []

    assert SuspiciousIP.objects.count() == 20
    assert SuspiciousIP.objects.get(address=many[0]).count == 2
    later = now + timedelta(hours=0.75)
    RequestLogFactory.create(path="/.env", at=later, address=many[0])
    assert len(services.detect_anomalies(later)) == 20


def test_the_command_tells_what_is_new() -> None:
    """S02."""
    RequestLogFactory.create(path="/.env")
    call_command("detect_anomalies", stdout=(output := StringIO()))
    assert "203.0.113.7: Asked for what intruders look for (1)" in output.getvalue()
    assert "New: 1." in output.getvalue()


def test_the_admin_blocks_who_was_found(client: Client) -> None:
    """S02: for a day; our own machine and what was anonymised are refused, with the reason."""
    admin = UserFactory.create(role=Role.ADMIN)
    client.force_login(admin)
    for address in ("203.0.113.7", "127.0.0.1", "198.51.100.0"):
        RequestLogFactory.create(path="/.env", address=address)
    services.detect_anomalies()
    SuspiciousIP.objects.filter(address="198.51.100.0").update(anonymised=True)

    keys = list(SuspiciousIP.objects.values_list("pk", flat=True))
    page = client.post(
        reverse("admin:traffic_suspiciousip_changelist"),
        {"action": "block", "_selected_action": keys},
        follow=True,
    ).content.decode()

    blocked = BlockedIP.objects.get()
    assert (blocked.network, blocked.created_by) == ("203.0.113.7", admin)
    assert blocked.until
    assert "Blocked: 1." in page
    assert "Block the addresses of clients" in page
    assert "198.51.100.0 is no address, but the network of one." in page
