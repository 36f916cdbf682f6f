"""The log and the suspicious addresses in Django's admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.traffic import services
from apps.traffic.models import RequestLog, SuspiciousIP
from apps.traffic.tests.factories import RequestLogFactory

pytestmark = pytest.mark.django_db

REQUESTS = "admin:traffic_requestlog_changelist"


@pytest.fixture
def admin(client: Client) -> Client:
    """Return the client of an admin, who has been there: the block list is read."""
    client.force_login(UserFactory.create(role=Role.ADMIN))
    client.get("/")
    return client


def listed(client: Client, **query: str) -> list[str]:
    """Return the paths that the list of requests shows."""
    response = client.get(reverse(REQUESTS), query)
    assert response.status_code == 200
    return [row.path for row in response.context["cl"].result_list]


def test_requests_are_found(admin: Client) -> None:
    """S02: by status, country, address, and the beginning of a path."""
    RequestLogFactory.create(path="/a", status=200, country="ET")
    RequestLogFactory.create(path="/b", status=404, address="2001:db8::7")
    RequestLogFactory.create(path="/c", status=500, country="KE", address=None)

    assert sorted(listed(admin)) == ["/a", "/b", "/c"]
    assert listed(admin, status="4") == ["/b"]
    assert listed(admin, country="KE") == ["/c"]
    assert listed(admin, q="2001:DB8:0::7") == ["/b"]
    assert listed(admin, q="/a") == ["/a"]
    assert listed(admin, q="nowhere") == []


def test_a_list_costs_the_same_however_long(admin: Client) -> None:
    """S02, H02: no query for each row."""
    RequestLogFactory.create(user=UserFactory.create())
    with CaptureQueriesContext(connection) as short:
        listed(admin)
    RequestLogFactory.create_batch(20, user=UserFactory.create())
    with CaptureQueriesContext(connection) as long:
        listed(admin)
    assert len(long) == len(short)


def test_a_large_table_is_not_counted(admin: Client) -> None:
    """S02, C08: each count ends at some thousands of rows."""
    RequestLogFactory.create()
    with CaptureQueriesContext(connection) as queries:
        listed(admin, status="2")
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 10000" in count for count in counts)


@pytest.mark.parametrize("name", ["requestlog", "suspiciousip"])
def test_what_happened_is_not_changed(admin: Client, name: str) -> None:
    """S02: rows are looked at."""
    RequestLogFactory.create(path="/.env")
    services.detect_anomalies(timezone.now() + timedelta(seconds=1))
    model: Any = {"requestlog": RequestLog, "suspiciousip": SuspiciousIP}[name]
    key = model.objects.get().pk

    assert admin.get(reverse(f"admin:traffic_{name}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:traffic_{name}_change", args=[key])).status_code == 200
    assert admin.post(reverse(f"admin:traffic_{name}_change", args=[key])).status_code == 403
    assert admin.post(reverse(f"admin:traffic_{name}_delete", args=[key])).status_code == 403
    assert admin.get(reverse(f"admin:traffic_{name}_add")).status_code == 403
