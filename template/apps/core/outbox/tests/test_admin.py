"""What waits and what failed, in Django's admin."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.core.outbox import admin
from apps.core.outbox.models import FailedTask, OutboxEvent
from apps.core.outbox.outbox import emit
from apps.core.outbox.tests.tasks import done

Deliver = Callable[[], AbstractContextManager[None]]
LISTING = reverse("admin:outbox_failedtask_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Return a browser in which a superuser is logged in."""
    create = get_user_model().objects.create_superuser
    client.force_login(create(email="root@example.com", password="x", full_name="Root"))
    return client


@pytest.fixture
def failed() -> FailedTask:
    """Return a failure whose cause is gone."""
    event = "7d7c3a0e-55f4-4f9b-9f0e-0d9d3b0d8c11"
    return FailedTask.objects.create(
        task_id="1",
        name="apps.core.outbox.tests.tasks.once",
        args=[event, {"word": "at last"}],
        kwargs={},
        failed_at=timezone.now(),
    )


def retry(client: Client) -> list[str]:
    """Send all failed tasks again; return what the admin says."""
    rows = FailedTask.objects.values_list("pk", flat=True)
    data = {"action": "retry", "_selected_action": list(rows)}
    response = client.post(LISTING, data)
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_failed_task_is_sent_again_once(
    admin_client: Client, failed: FailedTask, deliver: Deliver
) -> None:
    """H01: the action marks what it has sent, and sends nothing twice."""
    with deliver():
        assert retry(admin_client) == ["Sent again: 1."]
    with deliver():
        assert retry(admin_client)[-1] == "Sent again: 0."

    failed.refresh_from_db()
    assert failed.retried_at
    assert done("at last") == 1


def test_what_fails_again_can_be_sent_again(
    admin_client: Client, failed: FailedTask, deliver: Deliver
) -> None:
    """H01: the same row tells of the last failure."""
    FailedTask.objects.update(name="apps.core.outbox.tests.tasks.fail")
    with deliver():
        retry(admin_client)

    failed.refresh_from_db()
    assert failed.error == "ValueError('7 letters')"
    assert failed.retried_at is None


def test_without_a_broker_nothing_is_marked(
    admin_client: Client, failed: FailedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H01: the admin says why, and the task can be sent later."""

    def refuse(*args: object) -> None:
        raise OperationalError("refused")

    monkeypatch.setattr(admin, "send", refuse)

    assert retry(admin_client) == [
        "The broker does not answer: refused. Try again later.",
        "Sent again: 0.",
    ]
    failed.refresh_from_db()
    assert failed.retried_at is None


def test_a_task_that_is_no_more_is_named(admin_client: Client, failed: FailedTask) -> None:
    """H01: the code has changed since."""
    FailedTask.objects.update(name="apps.gone")

    assert retry(admin_client)[0] == "There is no task apps.gone any more."


@pytest.mark.parametrize(
    "secret", ["sesame", "two words", "Tr0ub4dor&3", "CHASECK-12345678", "4111 1111 1111 1111"]
)
def test_what_a_task_was_called_with_is_not_repeated(
    admin_client: Client, deliver: Deliver, log: StringIO, secret: str
) -> None:
    """P03, S05: it is kept to be sent again; neither the log nor the admin shows it."""
    with deliver():
        emit("tests.repeated", word=secret)

    failed = FailedTask.objects.get()
    assert failed.args[1] == {"word": secret}
    assert failed.error == "ValueError('not ***')"
    page = admin_client.get(reverse("admin:outbox_failedtask_change", args=[failed.pk]))
    assert "raise ValueError" in page.text
    for text in (failed.traceback, page.text, admin_client.get(LISTING).text, log.getvalue()):
        assert secret not in text


def test_rows_are_to_look_at(admin_client: Client, failed: FailedTask) -> None:
    """H01: they can be found and opened, not changed; what a task was called with is not shown."""
    OutboxEvent.objects.create(name="tests.waits", payload={"code": "123456"})
    for name in ("failedtask", "outboxevent"):
        listing = admin_client.get(reverse(f"admin:outbox_{name}_changelist"))
        row = listing.context["cl"].result_list[0]
        change = reverse(f"admin:outbox_{name}_change", args=[row.pk])
        page = admin_client.get(change)
        assert page.status_code == 200
        assert "123456" not in page.text
        assert "at last" not in page.text
        assert admin_client.post(change, {}).status_code == 403
        assert admin_client.get(reverse(f"admin:outbox_{name}_add")).status_code == 403
    assert admin_client.get(LISTING, {"retried_at__isempty": "1"}).status_code == 200
