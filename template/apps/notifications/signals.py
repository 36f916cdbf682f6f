"""What follows from what happens in other apps, wherever it happens."""

import uuid
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.dispatch import receiver

from apps.core.outbox.outbox import emit

CONFIRMED = uuid.UUID("0d5ed9a4-2a0b-4c80-9f52-9a3c8f3c2d51")


@receiver(email_confirmed)
def tell_of_confirmation(email_address: EmailAddress, **kwargs: Any) -> None:
    """Tell that a user has proved the address, once, whatever the user proves later."""
    user = email_address.user_id
    emit("accounts.user_confirmed", event_id=uuid.uuid5(CONFIRMED, str(user)), user=user)
