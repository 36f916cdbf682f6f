"""What is written: blocks, suspicions, and the forgetting of both and of the log."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.core.addresses import network_address
from apps.core.transactions import atomic
from apps.traffic import anomalies
from apps.traffic.models import BlockedIP, RequestLog, SuspiciousIP
from apps.traffic.networks import contains, parse, usual

logger = structlog.get_logger(__name__)

CHUNK = 500  # rows


class Retained(NamedTuple):
    """What became of old rows."""

    anonymised: int
    deleted: int


def block(
    network: str, *, reason: str = "", until: datetime | None = None, by: User | None = None
) -> BlockedIP:
    """Block an address or a network, or change why and how long it is; refuse our own."""
    network = BlockedIP._meta.get_field("network").clean(network, None)
    with atomic():
        blocked, _ = BlockedIP.objects.update_or_create(
            network=network,
            defaults={"reason": reason, "until": until},
            create_defaults={"reason": reason, "until": until, "created_by": by},
        )
    logger.info("address_blocked", network=network, reason=reason, until=until and str(until))
    return blocked


def unblock(network: str) -> None:
    """Unblock what was blocked; refuse what was not, or is as a part of more."""
    wanted = parse(network)
    with atomic():
        deleted, _ = BlockedIP.objects.filter(network=usual(wanted)).delete()
    if deleted:
        logger.info("address_unblocked", network=usual(wanted))
        return
    for text in BlockedIP.objects.values_list("network", flat=True):
        if contains(parse(text), wanted):
            raise ValidationError(
                f"{usual(wanted)} is blocked as a part of {text}: unblock that.", code="part"
            )
    raise ValidationError(f"{usual(wanted)} is not blocked.", code="not_blocked")


def detect_anomalies(now: datetime | None = None) -> list[SuspiciousIP]:
    """Write down who looked suspicious in the last hour; return those who are new in this one."""
    now = now or timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    with atomic():
        known = {
            (row.address, row.reason): row
            for row in SuspiciousIP.objects.filter(hour=hour, anonymised=False)
        }
        new = []
        for address, reason, count, first_seen, last_seen in anomalies.find(now):
            row = known.get((address, reason)) or SuspiciousIP(
                address=address, reason=reason, hour=hour
            )
            row.count, row.first_seen, row.last_seen = count, first_seen, last_seen
            if not row.pk:
                new.append(row)
        SuspiciousIP.objects.bulk_update(known.values(), ["count", "first_seen", "last_seen"])
        SuspiciousIP.objects.bulk_create(new)
    for row in new:
        logger.warning(
            "suspicious_address_found", address=row.address, reason=row.reason, count=row.count
        )
    return new


def anonymise_requests(now: datetime | None = None) -> Retained:
    """Forget who sent the requests of some days ago, and delete those that are old."""
    now = now or timezone.now()
    personal = now - timedelta(days=settings.REQUEST_LOG_ANONYMISE_DAYS)
    kept = now - timedelta(days=settings.REQUEST_LOG_KEEP_DAYS)
    requests = RequestLog.objects.order_by("at")
    suspicions = SuspiciousIP.objects.order_by("last_seen")
    done = Retained(
        deleted=_delete(requests.filter(at__lt=kept))
        + _delete(suspicions.filter(last_seen__lt=kept)),
        anonymised=_anonymise(
            requests.filter(at__lt=personal, anonymised=False), user=None, city=""
        )
        + _anonymise(suspicions.filter(last_seen__lt=personal, anonymised=False)),
    )
    logger.info("requests_anonymised", **done._asdict())
    return done


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows, some at a time; return how many there were."""
    count = 0
    while keys := list(rows.values_list("pk", flat=True)[:CHUNK]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count


def _anonymise(rows: QuerySet[Any], **forgotten: Any) -> int:
    """Cut addresses to their networks and forget more, some rows at a time; return how many."""
    count = 0
    while chunk := list(rows.only("address")[:CHUNK]):
        for row in chunk:
            row.address = row.address and network_address(row.address, ipv4=24, ipv6=48)
        manager = rows.model._default_manager
        with atomic():
            manager.filter(pk__in=[row.pk for row in chunk]).update(anonymised=True, **forgotten)
            manager.bulk_update(chunk, ["address"])
        count += len(chunk)
    return count
