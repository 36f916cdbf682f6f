"""The app's configuration."""

from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments by Chapa."""

    name = "apps.payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        """Register the checks."""
        import_module("apps.payments.checks")
