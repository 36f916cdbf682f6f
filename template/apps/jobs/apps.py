"""The app's configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The job board."""

    name = "apps.jobs"
    verbose_name = "Job board"
