"""How long who asked is remembered."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.tests.factories import UserFactory
from apps.traffic import services
from apps.traffic.models import Reason, RequestLog, SuspiciousIP
from apps.traffic.tests.factories import RequestLogFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def suspicion(address: str, days: int) -> SuspiciousIP:
    """Return a suspicious address of some days ago."""
    seen = NOW - timedelta(days=days)
    return SuspiciousIP.objects.create(
        address=address, reason=Reason.SCAN, count=1, hour=seen, first_seen=seen, last_seen=seen
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0"), ("2001:db8:1:2::3", "2001:db8:1::"), (None, None)],
)
def test_after_some_days_the_network_remains(address: str | None, network: str | None) -> None:
    """S02: /24 and /48; the user and the city are forgotten, and the rest is for statistics."""
    old = RequestLogFactory.create(
        at=NOW - timedelta(days=8),
        address=address,
        user=UserFactory.create(),
        country="ET",
        city="Adama",
    )
    young = RequestLogFactory.create(
        at=NOW - timedelta(days=6), user=UserFactory.create(), city="Adama"
    )

    assert services.anonymise_requests(NOW) == (1, 0)
    assert services.anonymise_requests(NOW) == (0, 0)

    old.refresh_from_db()
    assert (old.address, old.user, old.country, old.city) == (network, None, "ET", "")
    young.refresh_from_db()
    assert young.address == "203.0.113.7"
    assert young.user
    assert young.city


def test_after_more_days_nothing_remains() -> None:
    """S02: anonymised or not."""
    RequestLogFactory.create(at=NOW - timedelta(days=91), anonymised=True)
    RequestLogFactory.create(at=NOW - timedelta(days=91))
    RequestLogFactory.create(at=NOW - timedelta(days=89), anonymised=True)

    assert services.anonymise_requests(NOW) == (0, 2)
    assert RequestLog.objects.count() == 1


def test_suspicious_addresses_are_kept_as_long() -> None:
    """S02: two of one network, in one hour, become the same."""
    suspicion("203.0.113.7", 8), suspicion("203.0.113.8", 8), suspicion("203.0.113.9", 91)

    assert services.anonymise_requests(NOW) == (2, 1)
    assert {row.address for row in SuspiciousIP.objects.all()} == {"203.0.113.0"}


def test_it_is_done_in_chunks(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """S02, C08: few queries, none of which takes long."""
    monkeypatch.setattr(services, "CHUNK", 20)
    RequestLogFactory.create_batch(60, at=NOW - timedelta(days=8))
    RequestLogFactory.create_batch(60, at=NOW - timedelta(days=91))

    with django_assert_max_num_queries(3 * 8 + 3 * 2 + 4):
        assert services.anonymise_requests(NOW) == (60, 60)


def test_the_command_tells_how_many() -> None:
    """S02: for whoever has no tasks, or is in a hurry."""
    RequestLogFactory.create(at=NOW - timedelta(days=8))
    call_command("anonymise_requests", stdout=(output := StringIO()))
    assert output.getvalue() == "Anonymised 1, deleted 0.\n"
