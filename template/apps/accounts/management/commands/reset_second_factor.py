"""manage.py reset_second_factor: for a user who has lost it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import services
from apps.accounts.models import User


class Command(BaseCommand):
    """Remove a user's second factor and recovery codes."""

    help = "Remove a user's second factor and recovery codes: the password alone logs in then."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user's e-mail address."""
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Remove it."""
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"No user has the address {email}.")
        services.reset_second_factor(user)
        self.stdout.write(f"{user} logs in without a second factor, and can enrol a new one.")
