"""The notifications app."""

from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Mails, digests and reports."""

    name = "apps.notifications"

    def ready(self) -> None:
        """Listen to signals."""
        import_module("apps.notifications.signals")
