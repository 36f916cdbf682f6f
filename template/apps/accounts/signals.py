"""What follows from a change of a user, wherever the change was made."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.accounts.models import Profile, User


@receiver(post_save, sender=User)
def make_profile(instance: User, created: bool, raw: bool, **kwargs: Any) -> None:
    """Give a new user a profile, in the same transaction; a fixture brings its own."""
    if created and not raw:
        Profile.objects.create(user=instance)
