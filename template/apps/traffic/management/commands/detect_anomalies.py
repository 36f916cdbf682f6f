"""`manage.py detect_anomalies`: who looked suspicious in the last hour."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.traffic import services


class Command(BaseCommand):
    """Look for suspicious addresses in the requests of the last hour."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and tell what is new."""
        found = services.detect_anomalies()
        for row in found:
            self.stdout.write(f"{row.address}: {row.get_reason_display()} ({row.count})")
        self.stdout.write(f"New: {len(found)}.")
