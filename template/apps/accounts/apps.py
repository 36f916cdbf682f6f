"""The accounts app, and Django's admin, whose door it keeps."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    """Users, roles and authentication."""

    name = "apps.accounts"

    def ready(self) -> None:
        """Make the authentication known to the OpenAPI document, and listen to signals."""
        import_module("apps.accounts.openapi")
        import_module("apps.accounts.signals")


class AdminConfig(admin.AdminConfig):
    """Django's admin, with our log-in."""

    default = False  # of this module, that is: the settings name it
    default_site = "apps.accounts.site.AdminSite"
