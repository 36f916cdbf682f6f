"""`manage.py reconcile_payments`: ask Chapa about the payments that have waited for a while."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.payments import services


class Command(BaseCommand):
    """Do now what beat does every ten minutes; without tasks, let cron call this."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--limit", type=int, default=50, help="at most so many (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and say about how many."""
        self.stdout.write(f"Asked Chapa about {services.reconcile(limit=options['limit'])}.")
