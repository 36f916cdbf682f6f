"""Reads of reports and preferences."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.notifications.models import Preferences, Report


def reports(*, user: User | AnonymousUser) -> QuerySet[Report]:
    """Return the reports that a user asked for, without their content, the newest first."""
    return Report.objects.filter(requested_by_id=user.pk).defer("content")


def preferences(*, user: User) -> Preferences:
    """Return what a user has chosen, or the defaults."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


def digest_readers(day: date) -> QuerySet[User]:
    """Return the users who have not had the digest of a day, and have not switched it off.

    The others have proved an address to send it to.
    """
    return (
        User.objects.filter(is_active=True, emailaddress__primary=True, emailaddress__verified=True)
        .exclude(preferences__daily_digest=False)
        .exclude(preferences__digested_on=day)
    )
