"""manage.py rotate_second_factors: before an old SECRET_KEY goes."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts import services


class Command(BaseCommand):
    """Encrypt the secrets of all second factors with the present SECRET_KEY."""

    help = (
        "Encrypt the secrets of second factors anew, with SECRET_KEY: no older key is needed then."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt them."""
        self.stdout.write(f"{services.encrypt_second_factors_anew()} are encrypted anew.")
