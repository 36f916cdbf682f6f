"""The outbox."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    """Events and the tasks that consume them."""

    name = "apps.core.outbox"

    def ready(self) -> None:
        """Import the tasks: whoever writes an event knows its consumers."""
        autodiscover_modules("tasks")
