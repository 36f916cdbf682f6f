"""Mails: written here, in the transaction that causes them, and sent by the task `send_mail`."""

import uuid
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from apps.accounts.models import User
from apps.core.outbox.outbox import emit


def write_mail(user: User, template: str, **context: Any) -> None:
    """Write a mail to a user; the first lines of the template, up to an empty one, are its subject.

    No template escapes HTML: these are plain texts, and extend `notifications/mail/base.txt`.
    """
    text = render_to_string(
        template,
        {
            **context,
            "user": user,
            "project_name": settings.PROJECT_NAME,
            "frontend_url": settings.FRONTEND_URL,
        },
    )
    subject, _, body = text.partition("\n\n")
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(subject.split())
    post(EmailMessage(subject, body.strip(), to=[user.email]))


def post(message: EmailMessage) -> None:
    """Put a mail into the outbox: it is sent if what the transaction writes is kept."""
    event_id = uuid.uuid4()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    emit(
        "notifications.mail_written",
        event_id=event_id,
        to=list(message.to),
        subject=str(message.subject),
        body=str(message.body),
        html=next((html for html, _ in getattr(message, "alternatives", ())), ""),
        # A mail that comes twice, because a worker died after sending it, is known by its id.
        headers={**message.extra_headers, "Message-ID": f"<{event_id}@{domain}>"},
    )
