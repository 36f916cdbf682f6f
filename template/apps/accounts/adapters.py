"""What this project does in its own way where allauth lets it."""

from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest

from apps.core.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):
    """Signs the mails with the project's name: there is no table of sites to take it from."""

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Return a mail, with links to the front end."""
        site = SimpleNamespace(name=settings.PROJECT_NAME, domain=settings.FRONTEND_URL)
        context = {**context, "current_site": site}
        message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        return message

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that allauth's limits count by: the same as everywhere."""
        return client_address(request)
