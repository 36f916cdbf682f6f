"""Reads of users."""

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from apps.accounts.models import Profile, User


def users() -> QuerySet[User]:
    """Return all users, the newest first."""
    return User.objects.order_by("-created_at", "-pk")


def with_profile(user: User) -> User:
    """Return a user with a profile: an empty one if no signal made it, as after `bulk_create`."""
    user.profile = Profile.objects.filter(user=user).first() or Profile(user=user)
    return user


def has_second_factor(user: User) -> bool:
    """Return whether a log-in of the user asks for a code."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
