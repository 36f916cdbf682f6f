"""What is read of the block list and of the log."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from apps.traffic.models import BlockedIP, RequestLog


def blocked_networks() -> list[tuple[str, datetime | None]]:
    """Return what is blocked now, and until when."""
    present = Q(until=None) | Q(until__gt=timezone.now())
    return list(BlockedIP.objects.filter(present).order_by().values_list("network", "until"))


def countries(since: datetime) -> list[str]:
    """Return the countries that requests came from."""
    requests = RequestLog.objects.filter(at__gt=since).exclude(country="")
    return sorted(requests.order_by().values_list("country", flat=True).distinct())
