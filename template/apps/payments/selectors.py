"""Reads of the payments: who sees which."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.payments.models import Payment


def payments() -> QuerySet[Payment]:
    """Return all payments."""
    return Payment.objects.all()


def visible_payments(*, user: User | AnonymousUser) -> QuerySet[Payment]:
    """Return what a user may see: admins all, others their own."""
    if not isinstance(user, User):
        return payments().none()
    return payments() if user.is_admin else payments().filter(user=user)
