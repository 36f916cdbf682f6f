"""Reads of users."""

from django.db.models import QuerySet

from apps.accounts.models import User


def users() -> QuerySet[User]:
    """Return all users, the newest first."""
    return User.objects.order_by("-created_at", "-pk")
