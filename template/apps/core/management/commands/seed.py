"""`manage.py seed`: data to look at."""

from argparse import ArgumentParser
from importlib import import_module
from random import Random
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.module_loading import module_has_submodule


class Command(BaseCommand):
    """Fill the database with demo data: each local app's `seed.seed(scale, random)`, in order.

    A second run adds nothing that is there already.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --scale."""
        parser.add_argument("--scale", type=int, default=1, help="how much data (default: 1)")

    @transaction.atomic
    def handle(self, *args: Any, scale: int, **options: Any) -> None:
        """Call each app's seed, and say what it says."""
        if scale < 1:
            raise CommandError("--scale must be 1 or more.")
        if not settings.DEBUG and not settings.DEMO_PASSWORD:
            raise CommandError("Outside DEBUG, set DEMO_PASSWORD: the demo accounts get it.")
        random = Random(0)  # the same data on every machine
        for app in apps.get_app_configs():
            if app.name.startswith("apps.") and module_has_submodule(app.module, "seed"):
                summary = import_module(f"{app.name}.seed").seed(scale=scale, random=random)
                self.stdout.write(f"{app.label}: {summary}" if summary else app.label)
