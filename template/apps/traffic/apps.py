"""The traffic app."""

from importlib import import_module

from django.apps import AppConfig


class TrafficConfig(AppConfig):
    """The log of requests, the block list, and the limits."""

    name = "apps.traffic"

    def ready(self) -> None:
        """Listen to signals."""
        import_module("apps.traffic.signals")
