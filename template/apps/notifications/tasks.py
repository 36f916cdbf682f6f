"""Tasks of the notifications: consumers of events, and what beat starts."""

from datetime import date
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from celery import shared_task
from celery.signals import task_failure
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from apps.accounts import selectors as accounts
from apps.accounts.models import Role, User
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import consumer, emit_many
from apps.notifications import selectors, services
from apps.notifications.digests import Period, section
from apps.notifications.mail import write_mail
from apps.notifications.reports import report

# Mails


class MailRefused(Exception):  # noqa: N818
    """The mail server will not take this mail, however often it is asked."""


@consumer("notifications.mail_written", queue="mail")
def send_mail(to: list[str], subject: str, body: str, html: str, headers: dict[str, str]) -> None:
    """Send a mail; try again later unless it was refused for good."""
    message = EmailMultiAlternatives(subject, body, to=to, headers=headers)
    if html:
        message.attach_alternative(html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        _give_up(error, *(code for code, _ in error.recipients.values()))
    except SMTPResponseException as error:
        _give_up(error, error.smtp_code)


def _give_up(error: Exception, *codes: int) -> None:
    """Raise the error, which is tried again, or what is not if all codes are final (5xx)."""
    if all(code >= 500 for code in codes):
        raise MailRefused(str(error)) from error
    raise error


@consumer("accounts.user_confirmed")
def welcome(user: int) -> None:
    """Welcome a new user."""
    if found := User.objects.filter(pk=user).first():
        write_mail(found, "notifications/mail/welcome.txt")


# Digests


@shared_task
def send_digests() -> None:
    """Tell each user's digest of today that it is due, if the user has not had it."""
    day = timezone.localdate()
    users = selectors.digest_readers(day).values_list("pk", flat=True)
    emit_many(
        "notifications.digest_due", [{"user": user, "day": day.isoformat()} for user in users]
    )


@consumer("notifications.digest_due")
def send_digest(user: int, day: str) -> None:
    """Write a user's digest of a day."""
    if found := User.objects.filter(pk=user, is_active=True).first():
        services.send_digest(found, date.fromisoformat(day))


@section("The site", role=Role.ADMIN)
def site(user: User, period: Period) -> list[str]:
    """Tell what admins look after."""
    counts = {
        "new users": accounts.users().filter(created_at__range=period).count(),
        "failed tasks, not tried again": FailedTask.objects.filter(retried_at=None).count(),
        "events that wait for the broker": OutboxEvent.objects.filter(
            created_at__lt=period[1]
        ).count(),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


# Reports


@report(
    "users",
    roles=(Role.ADMIN,),
    columns={
        "E-mail": "email",
        "Name": "full_name",
        "Role": "role",
        "Active": "is_active",
        "Signed up": "created_at",
        "Last log-in": "last_login",
    },
)
def users(user: User) -> Any:
    """Report all users."""
    return accounts.users()


@consumer(
    "notifications.report_requested",
    queue="reports",
    once=False,
    soft_time_limit=1500,
    time_limit=1560,
)
def build_report(report: str) -> None:
    """Build a report."""
    services.build_report(report)


@task_failure.connect
def give_up_report(sender: Any, args: list[Any], exception: Exception, **kwargs: Any) -> None:
    """Say of a report that failed for good, after all that was tried again, that it did."""
    if sender.name == f"{__name__}.build_report":
        services.fail_report(args[1]["report"], repr(exception))


@shared_task
def delete_old_reports() -> None:
    """Delete the reports that nobody fetches any more."""
    services.delete_old_reports()
