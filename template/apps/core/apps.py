"""The core app."""

from datetime import UTC
from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every app shares."""

    name = "apps.core"

    def ready(self) -> None:
        """Connect the receivers of the request log, and let the API speak UTC."""
        import_module("apps.core.incoming")
        # TIME_ZONE is for people: the admin and the mails. Clients get one zone, whatever they ask.
        import_module("rest_framework.fields").DateTimeField.timezone = UTC
