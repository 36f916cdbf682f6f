"""`manage.py anonymise_requests`: forget who sent old requests."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.traffic import services


class Command(BaseCommand):
    """Cut the addresses of old requests to their networks, and delete the oldest."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and tell how many."""
        done = services.anonymise_requests()
        self.stdout.write(f"Anonymised {done.anonymised}, deleted {done.deleted}.")
