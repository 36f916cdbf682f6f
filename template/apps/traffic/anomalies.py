"""Who behaves strangely: the rules, and whom they find in the log."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q

from apps.traffic.models import Reason, RequestLog

HOUR = timedelta(hours=1)

# What has no business here, and is asked for by whoever looks for a way in.
BAIT = ("/.env", "/.git", "/.aws", "/wp-admin", "/wp-login", "/xmlrpc.php", "/phpmyadmin")
LOGIN = Q(method="POST") & (Q(path__endswith="/login") | Q(path__endswith="/login/"))
# The API refuses with an error; the admin shows its form again, and leads on if it was right.
REFUSED = Q(status__in=(400, 401, 403, 429)) | Q(path__startswith="/admin/", status=200)


class Rule(NamedTuple):
    """Which requests of an address are counted, and how many of them in an hour are too many."""

    which: Q
    limit: int


RULES = {
    Reason.MANY_REQUESTS: Rule(Q(), 3000),
    Reason.FAILED_LOGINS: Rule(LOGIN & REFUSED, 20),
    Reason.NOT_FOUND: Rule(Q(status=404), 50),
    Reason.SCAN: Rule(reduce(or_, (Q(path__icontains=bait) for bait in BAIT)), 1),
}


class Finding(NamedTuple):
    """An address that a rule found."""

    address: str
    reason: Reason
    requests: int
    first_seen: datetime
    last_seen: datetime


def find(now: datetime) -> Iterator[Finding]:
    """Yield whom the rules find in the hour before now, with one query."""
    columns: dict[str, Any] = {}
    found = Q()
    for reason, rule in RULES.items():
        only = rule.which or None
        columns[f"{reason}"] = Count("pk", filter=only)
        columns[f"{reason}_first"] = Min("at", filter=only)
        columns[f"{reason}_last"] = Max("at", filter=only)
        found |= Q(**{f"{reason}__gte": rule.limit})
    requests = RequestLog.objects.filter(at__gt=now - HOUR, at__lte=now, address__isnull=False)
    rows: Any = requests.order_by().values("address").annotate(**columns).filter(found)
    for row in rows:
        for reason, rule in RULES.items():
            if row[reason] >= rule.limit:
                first_seen, last_seen = row[f"{reason}_first"], row[f"{reason}_last"]
                yield Finding(row["address"], reason, row[reason], first_seen, last_seen)
