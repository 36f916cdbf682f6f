"""Mails: written with what causes them, sent by a task."""

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.tests.auth import EMAIL, AuthClient, last_code
from apps.accounts.tests.factories import PASSWORD, UserFactory, VerifiedUserFactory
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import emit
from apps.notifications.mail import post, write_mail

pytestmark = pytest.mark.django_db

Deliver = Callable[[], AbstractContextManager[None]]
WELCOME = "notifications/mail/welcome.txt"


def sign_up(client: APIClient) -> int:
    """Sign up as Ada; return the status of the answer."""
    data = {"email": EMAIL, "password": PASSWORD, "full_name": "Ada Lovelace"}
    return int(client.post("/api/v1/auth/signup", data).status_code)


class TestRequests:
    """What a request does about mails."""

    def test_a_request_never_talks_to_the_mail_server(
        self, api_client: APIClient, deliver: Deliver
    ) -> None:
        """H03, C04: the answer is there before the mail is sent."""
        with deliver():
            assert sign_up(api_client) == 401
            assert mail.outbox == []

        assert [message.to for message in mail.outbox] == [[EMAIL]]
        assert not OutboxEvent.objects.exists()

    def test_a_request_that_fails_sends_nothing(
        self, api_client: APIClient, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """C11: no user, no mail, although the mail was written."""

        def written_then_failed(message: Any) -> None:
            post(message)
            assert User.objects.exists()
            raise ZeroDivisionError

        monkeypatch.setattr("apps.notifications.mail.post", written_then_failed)

        with deliver(), pytest.raises(ZeroDivisionError):
            sign_up(api_client)

        assert mail.outbox == []
        assert not OutboxEvent.objects.exists()
        assert not User.objects.exists()

    def test_who_has_proved_the_address_is_welcome(self) -> None:
        """C11: registration, then verification, then a welcome."""
        browser = AuthClient()
        browser.sign_up()
        browser.post("auth/email/verify", key=last_code())

        assert len(mail.outbox) == 2
        assert mail.outbox[-1].to == [EMAIL]
        assert mail.outbox[-1].subject.endswith("] Welcome")
        assert "Hello Ada Lovelace,\n" in mail.outbox[-1].body

    def test_nobody_is_welcomed_twice(self, deliver: Deliver) -> None:
        """C05: whether the second proof comes before the mail was sent, or after."""
        address = EmailAddress.objects.get(user=VerifiedUserFactory.create())
        for proofs in (2, 1):
            with deliver():
                for _ in range(proofs):
                    email_confirmed.send(EmailAddress, request=None, email_address=address)

        assert len(mail.outbox) == 1

    def test_who_is_gone_is_not_welcomed(self, deliver: Deliver) -> None:
        with deliver():
            emit("accounts.user_confirmed", user=0)

        assert mail.outbox == []
        assert not FailedTask.objects.exists()


class TestSending:
    """The task that sends."""

    def test_a_mail_is_a_text_with_the_projects_name(
        self, deliver: Deliver, settings: Settings
    ) -> None:
        """C04: nothing of it is escaped, and its subject is one line."""
        settings.PROJECT_NAME = "Ngũgĩ's <Jobs>"
        with deliver():
            write_mail(UserFactory.create(full_name="Ada & <Co>"), WELCOME)

        (message,) = mail.outbox
        assert message.subject == f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}Welcome"
        assert "Hello Ada & <Co>,\n" in message.body
        assert message.body.endswith(f"Ngũgĩ's <Jobs>\n{settings.FRONTEND_URL}")
        assert message.from_email == settings.DEFAULT_FROM_EMAIL

    def test_a_mail_keeps_its_html_and_its_headers(self, deliver: Deliver) -> None:
        message = EmailMultiAlternatives("Hello", "Text", to=[EMAIL], headers={"X-Mood": "fine"})
        message.attach_alternative("<p>HTML</p>", "text/html")
        with deliver():
            post(message)

        (sent,) = mail.outbox
        assert isinstance(sent, EmailMultiAlternatives)
        assert sent.body == "Text"
        assert [tuple(alternative) for alternative in sent.alternatives] == [
            ("<p>HTML</p>", "text/html")
        ]
        assert sent.extra_headers["X-Mood"] == "fine"

    def test_an_event_that_comes_twice_sends_one_mail(self, deliver: Deliver) -> None:
        """C05: consumers are idempotent by the id of the event."""
        event_id, ada = uuid.uuid4(), UserFactory.create()
        for _ in range(2):
            with deliver():
                emit("accounts.user_confirmed", event_id=event_id, user=ada.pk)

        assert len(mail.outbox) == 1

    def test_a_mail_that_is_sent_again_has_the_same_id(
        self, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """H01, C05: a server that breaks off may have taken the mail: whoever gets both can tell."""
        seen: list[str] = []
        send = EmailMultiAlternatives.send

        def broken_twice(message: EmailMultiAlternatives) -> int:
            seen.append(message.extra_headers["Message-ID"])
            if len(seen) < 3:
                raise SMTPServerDisconnected("Connection unexpectedly closed")
            return send(message)

        monkeypatch.setattr(EmailMultiAlternatives, "send", broken_twice)
        with deliver():
            write_mail(UserFactory.create(), WELCOME)

        assert len(mail.outbox) == 1
        assert len(seen) == 3
        assert len(set(seen)) == 1
        assert re.fullmatch(r"<[0-9a-f-]{36}@localhost>", seen[0])
        assert not FailedTask.objects.exists()

    @pytest.mark.parametrize(
        ("error", "attempts"),
        [
            (SMTPRecipientsRefused({EMAIL: (550, b"No such user")}), 1),
            (SMTPRecipientsRefused({EMAIL: (450, b"Mailbox busy")}), 7),
            (SMTPDataError(554, b"Spam"), 1),
            (SMTPDataError(451, b"Out of memory"), 7),
        ],
    )
    def test_what_is_refused_for_good_is_not_tried_again(
        self,
        deliver: Deliver,
        monkeypatch: pytest.MonkeyPatch,
        error: Exception,
        attempts: int,
    ) -> None:
        """H01: what may pass is tried again, and what fails in the end is recorded."""
        calls: list[EmailMultiAlternatives] = []

        def refuse(message: EmailMultiAlternatives) -> int:
            calls.append(message)
            raise error

        monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
        with deliver():
            write_mail(UserFactory.create(), WELCOME)

        assert len(calls) == attempts
        assert FailedTask.objects.get().name == "apps.notifications.tasks.send_mail"

    def test_a_mail_of_a_transaction_that_is_rolled_back_is_never_sent(
        self, deliver: Deliver
    ) -> None:
        """C11: rollback fires nothing."""
        ada = UserFactory.create()
        with deliver(), transaction.atomic():
            write_mail(ada, WELCOME)
            transaction.set_rollback(True)

        assert mail.outbox == []
        assert not OutboxEvent.objects.exists()
