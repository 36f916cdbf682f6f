"""What this project does in its own way where allauth lets it."""

from typing import Any

from apps.accounts import adapters
from apps.notifications import mail


class AccountAdapter(adapters.AccountAdapter):
    """Leaves the sending of mails to a task: no request waits for the mail server."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail into the outbox."""
        mail.post(self.render_mail(template_prefix, email, {**context, "email": email}))
