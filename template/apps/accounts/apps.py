"""The accounts app."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and authentication."""

    name = "apps.accounts"

    def ready(self) -> None:
        """Make the authentication known to the OpenAPI document, and listen to signals."""
        import_module("apps.accounts.openapi")
        import_module("apps.accounts.signals")
