"""Test data."""

from django.utils import timezone
from factory.declarations import LazyFunction
from factory.django import DjangoModelFactory

from apps.traffic.models import RequestLog


class RequestLogFactory(DjangoModelFactory[RequestLog]):
    """A request of a moment ago."""

    class Meta:
        model = RequestLog

    at = LazyFunction(timezone.now)
    address = "203.0.113.7"
    method = "GET"
    path = "/api/v1/accounts/me/"
    status = 200
    duration = 5
    request_id = "0b6f8a52-6d5e-4f0e-9a43-3f6f2f6f8f10"
