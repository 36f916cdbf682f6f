"""The front page."""

from typing import Any

from django.conf import settings
from django.views.generic import TemplateView


class HomeView(TemplateView):
    """Where to find what this project serves."""

    template_name = "core/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the project's name and addresses."""
        return super().get_context_data(
            project_name=settings.PROJECT_NAME,
            project_description=settings.PROJECT_DESCRIPTION,
            repository_url=settings.REPOSITORY_URL,
            **kwargs,
        )
