"""The core app."""

from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every app shares."""

    name = "apps.core"

    def ready(self) -> None:
        """Connect the receivers of the request log."""
        import_module("apps.core.incoming")
