"""Writes of reports and preferences."""

import csv
from datetime import date, timedelta
from io import StringIO

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import ApplicationError
from apps.core.outbox.outbox import emit
from apps.core.redaction import redact
from apps.core.transactions import atomic
from apps.notifications.digests import sections
from apps.notifications.mail import write_mail
from apps.notifications.models import UNFINISHED, Preferences, Report, ReportStatus
from apps.notifications.reports import KINDS, cell

CHUNK = 500  # rows, after which whoever waits is told how far it is
KEPT = timedelta(days=7)
GIVEN_UP = timedelta(hours=1)  # longer than a worker lets a report take


@atomic()
def update_preferences(user: User, **changes: bool) -> Preferences:
    """Change what a user wants to be told."""
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults=changes)
    return preferences


@atomic()
def request_report(user: User, *, kind: str) -> Report:
    """Ask for a report, one of a kind at a time."""
    roles = KINDS[kind].roles
    if user.role not in roles:
        raise PermissionDenied(f"Only for: {', '.join(roles)}.")
    unfinished = user.reports.filter(kind=kind, status__in=UNFINISHED)
    _fail(unfinished.filter(created_at__lt=timezone.now() - GIVEN_UP), "It was not done in time.")
    if unfinished.exists():
        raise ApplicationError("The one before is not finished.", code="report_unfinished")
    report = Report.objects.create(kind=kind, requested_by=user)
    emit("notifications.report_requested", report=str(report.pk))
    return report


def build_report(report: str) -> None:
    """Write a report from its first row on, however often that was begun before.

    It takes its time, so it is no transaction: whoever waits for it sees how far it is.
    """
    row = Report.objects.exclude(status=ReportStatus.DONE).filter(pk=report)
    found = row.select_related("requested_by").first()
    if not found:
        return  # it was done by an earlier delivery, or deleted
    row.update(status=ReportStatus.RUNNING, progress=0, rows=0, error="", finished_at=None)
    kind = KINDS[found.kind]
    lines = kind.rows(found.requested_by)
    total, number = lines.count(), 0
    writer = csv.writer(content := StringIO())
    writer.writerow(kind.columns)
    fields = lines.values_list(*kind.columns.values())
    for number, values in enumerate(fields.iterator(chunk_size=CHUNK), start=1):
        writer.writerow([cell(value) for value in values])
        if number % CHUNK == 0:
            row.update(progress=99 * number // max(total, number), rows=number)
    row.update(
        status=ReportStatus.DONE,
        progress=100,
        rows=number,
        content=content.getvalue(),
        finished_at=timezone.now(),
    )


def fail_report(report: str, error: str) -> None:
    """Say that a report will not come."""
    _fail(Report.objects.filter(pk=report, status__in=UNFINISHED), redact(error))


def delete_old_reports() -> None:
    """Delete the reports that are older than a week."""
    Report.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


@atomic()
def send_digest(user: User, day: date) -> None:
    """Write a user the digest of a day, once, if there is something to tell."""
    preferences, _ = Preferences.objects.select_for_update().get_or_create(user=user)
    if preferences.digested_on == day or not preferences.daily_digest:
        return
    preferences.digested_on = day
    preferences.save(update_fields=["digested_on", "updated_at"])
    if told := sections(user, day):
        write_mail(user, "notifications/mail/digest.txt", sections=told)


def _fail(reports: QuerySet[Report], error: str) -> None:
    """Say why reports will not come."""
    reports.update(status=ReportStatus.FAILED, error=error, finished_at=timezone.now())
