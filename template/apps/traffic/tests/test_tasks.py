"""What beat starts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.traffic import tasks
from apps.traffic.models import RequestLog, SuspiciousIP
from apps.traffic.tests.factories import RequestLogFactory

pytestmark = pytest.mark.django_db


def test_each_night_old_requests_are_anonymised() -> None:
    """S02."""
    RequestLogFactory.create(at=timezone.now() - timedelta(days=8))
    tasks.anonymise_requests()
    assert RequestLog.objects.get().address == "203.0.113.0"


def test_each_hour_suspicious_addresses_are_found() -> None:
    """S02."""
    RequestLogFactory.create(path="/.env")
    tasks.detect_anomalies()
    assert SuspiciousIP.objects.get().address == "203.0.113.7"
