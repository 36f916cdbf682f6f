"""What this project does in its own way where allauth lets it."""

from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Signs the mails with the project's name: there is no table of sites to take it from."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail, with links to the front end."""
        site = SimpleNamespace(name=settings.PROJECT_NAME, domain=settings.FRONTEND_URL)
        super().send_mail(template_prefix, email, {**context, "current_site": site})
