"""`manage.py block_ip`: serve an address or a network no more."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.traffic import services

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta:
    """Return how long `1d` is."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})([mhdw])", text)
    if not match:
        raise ArgumentTypeError(f"{text} is no duration: write 30m, 12h, 1d or 2w.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


class Command(BaseCommand):
    """Block an address or a network; block it again to change for how long and why."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, for how long, and why."""
        parser.add_argument("address", help="203.0.113.7, 203.0.113.0/24, 2001:db8::/32")
        parser.add_argument(
            "--for", dest="duration", type=duration, help="30m, 12h, 1d or 2w; or until unblocked"
        )
        parser.add_argument("--reason", default="", help="shown in the admin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Block, or say why not."""
        until = timezone.now() + options["duration"] if options["duration"] else None
        try:
            blocked = services.block(options["address"], reason=options["reason"], until=until)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        end = f"until {until:%Y-%m-%d %H:%M} UTC" if until else "until it is unblocked"
        self.stdout.write(
            f"Blocked {blocked} {end}. All processes know within"
            f" {settings.BLOCK_LIST_SECONDS:g} seconds."
        )
