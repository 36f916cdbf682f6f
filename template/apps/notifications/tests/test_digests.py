"""The daily digest and the preferences."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory, VerifiedUserFactory
from apps.core.outbox.models import OutboxEvent
from apps.core.outbox.outbox import emit
from apps.notifications.models import Preferences
from apps.notifications.tasks import send_digests

pytestmark = pytest.mark.django_db

Deliver = Callable[[], AbstractContextManager[None]]
Login = Callable[[User], APIClient]
PREFERENCES = "/api/v1/notifications/preferences/"


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> date:
    """Make it tomorrow for the digests, which tell what happened until this morning."""
    day = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("apps.notifications.tasks.timezone.localdate", lambda: day)
    return day


@pytest.fixture
def admin() -> User:
    """Return an admin, who signed up at noon, and so has something to be told."""
    admin = VerifiedUserFactory.create(role=Role.ADMIN)
    noon = timezone.localtime().replace(hour=12)
    User.objects.update(created_at=noon)
    return admin


class TestDigests:
    """The mail of the morning."""

    def test_a_digest_comes_once_a_day(
        self, deliver: Deliver, admin: User, tomorrow: date, settings: Settings
    ) -> None:
        """C04: beat starts it each hour, so that one that was missed is made up for."""
        for _ in range(3):
            with deliver():
                send_digests()

        (message,) = mail.outbox
        assert message.to == [admin.email]
        assert message.subject.endswith("] Your day")
        assert "The site\n- 1 new users\n" in message.body
        assert f"Switch it off: {settings.FRONTEND_URL}/preferences" in message.body

    def test_a_digest_that_is_due_twice_comes_once(
        self, deliver: Deliver, admin: User, tomorrow: date
    ) -> None:
        """C05: while the broker is away, each hour adds an event."""
        with deliver():
            send_digests()
            send_digests()
            assert OutboxEvent.objects.count() == 2

        assert len(mail.outbox) == 1

    def test_who_has_nothing_to_be_told_gets_no_mail(
        self, deliver: Deliver, tomorrow: date
    ) -> None:
        VerifiedUserFactory.create(role=list(Role)[-1])
        with deliver():
            send_digests()

        assert mail.outbox == []

    def test_a_digest_is_for_active_users_who_want_it(
        self, deliver: Deliver, admin: User, tomorrow: date
    ) -> None:
        """C04: who has not proved the address, is switched off, or has switched it off, is not."""
        UserFactory.create(role=Role.ADMIN)
        VerifiedUserFactory.create(role=Role.ADMIN, is_active=False)
        off = VerifiedUserFactory.create(role=Role.ADMIN)
        Preferences.objects.create(user=off, daily_digest=False)
        with deliver():
            send_digests()
            (event,) = OutboxEvent.objects.all()

        assert event.payload["user"] == admin.pk
        assert [message.to for message in mail.outbox] == [[admin.email]]

    def test_who_changes_their_mind_meanwhile_gets_no_mail(
        self, deliver: Deliver, admin: User, tomorrow: date
    ) -> None:
        with deliver():
            send_digests()
            Preferences.objects.create(user=admin, daily_digest=False)

        assert mail.outbox == []

    def test_who_is_gone_gets_no_mail(self, deliver: Deliver) -> None:
        with deliver():
            emit("notifications.digest_due", user=0, day="2026-01-15")

        assert mail.outbox == []

    def test_the_number_of_queries_does_not_follow_the_number_of_users(
        self, django_assert_num_queries: DjangoAssertNumQueries, tomorrow: date
    ) -> None:
        """H02: one query finds them, one writes the events."""
        for users in (1, 20):
            VerifiedUserFactory.create_batch(users)
            with django_assert_num_queries(2):
                send_digests()


class TestPreferences:
    """What a user wants to be told."""

    def test_are_read_and_changed_by_their_owner(self, login: Login) -> None:
        ada, client = UserFactory.create(), login(UserFactory.create())

        assert client.get(PREFERENCES).json() == {"daily_digest": True}
        assert not Preferences.objects.exists()
        assert client.patch(PREFERENCES, {"daily_digest": False}).json() == {"daily_digest": False}
        assert client.patch(PREFERENCES, {}).json() == {"daily_digest": False}
        assert client.get(PREFERENCES).json() == {"daily_digest": False}
        assert login(ada).get(PREFERENCES).json() == {"daily_digest": True}

    def test_are_for_who_is_logged_in(self, api_client: APIClient) -> None:
        """S04."""
        assert api_client.get(PREFERENCES).status_code == 401

    def test_refuse_what_is_no_answer(self, login: Login) -> None:
        response = login(UserFactory.create()).patch(PREFERENCES, {"daily_digest": "perhaps"})

        assert response.status_code == 400
        assert response.json()["errors"][0]["param"] == "daily_digest"

    def test_are_in_the_admin(self, client: Client, admin: User) -> None:
        """T02: the admin is registered and its pages work."""
        row = Preferences.objects.create(user=admin)
        client.force_login(admin)

        listed = client.get(reverse("admin:notifications_preferences_changelist"))
        assert admin.email in listed.content.decode()
        page = reverse("admin:notifications_preferences_change", args=[row.pk])
        assert str(row) in client.get(page).content.decode()
