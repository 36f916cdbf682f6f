"""`manage.py unblock_ip`: serve an address or a network again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.traffic import services


class Command(BaseCommand):
    """Unblock an address or a network that was blocked."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("address", help="as it was blocked, such as 203.0.113.0/24")

    def handle(self, *args: Any, **options: Any) -> None:
        """Unblock, or say why not."""
        try:
            services.unblock(options["address"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        self.stdout.write(f"Unblocked {options['address']}.")
