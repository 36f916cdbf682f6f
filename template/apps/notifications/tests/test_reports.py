"""Reports: asked for, built by a task, fetched."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.core.outbox.models import FailedTask
from apps.core.outbox.outbox import emit
from apps.notifications import reports, services
from apps.notifications.models import Report, ReportStatus
from apps.notifications.tasks import delete_old_reports

pytestmark = pytest.mark.django_db

Deliver = Callable[[], AbstractContextManager[None]]
Login = Callable[[User], APIClient]
REPORTS = "/api/v1/notifications/reports/"
Status = ReportStatus


@pytest.fixture
def admin() -> User:
    """Return an admin."""
    return UserFactory.create(role=Role.ADMIN, full_name="Root")


@pytest.fixture
def client_of_admin(login: Login, admin: User) -> APIClient:
    """Return a client of the admin."""
    return login(admin)


def ask(client: APIClient, kind: str = "users") -> Any:
    """Ask for a report."""
    return client.post(REPORTS, {"kind": kind})


def rows(response: Any) -> list[list[str]]:
    """Return the rows of a file."""
    return list(csv.reader(io.StringIO(response.content.decode(), newline="")))


class TestLife:
    """From the request to the file."""

    def test_a_report_is_asked_for_then_built_then_fetched(
        self, client_of_admin: APIClient, deliver: Deliver, admin: User
    ) -> None:
        """H03, C04: 202 with a status URL, progress, then a download."""
        with deliver():
            asked = ask(client_of_admin)
            assert asked.status_code == 202
            before = client_of_admin.get(asked.headers["Location"]).json()
            assert client_of_admin.get(f"{before['status_url']}download/").status_code == 409

        assert asked.json() == before
        assert asked.headers["Location"] == before["status_url"]
        assert type(asked.headers["Location"]) is str, "the development server takes nothing else"
        assert before["status_url"].endswith(f"{REPORTS}{before['id']}/")
        assert (before["status"], before["progress"], before["rows"]) == ("queued", 0, 0)
        assert before["download_url"] is before["finished_at"] is None

        after = client_of_admin.get(before["status_url"]).json()
        assert (after["status"], after["progress"], after["rows"]) == ("done", 100, 1)
        assert after["finished_at"] >= after["created_at"]

        file = client_of_admin.get(after["download_url"], headers={"Accept": "text/csv"})
        name = f"users-{after['created_at'][:10]}.csv"
        assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        heading, row = rows(file)
        assert heading[:3] == ["E-mail", "Name", "Role"]
        assert row[:4] == [admin.email, "Root", "admin", "True"]

    def test_whoever_waits_sees_how_far_it_is(
        self, admin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """C04: the progress is written as the rows are."""
        monkeypatch.setattr(services, "CHUNK", 2)
        seen: list[tuple[int, int]] = []
        report = Report.objects.create(kind="users", requested_by=admin)

        def look(value: object) -> str:
            report.refresh_from_db()
            seen.append((report.progress, report.rows))
            return str(value)

        monkeypatch.setattr(services, "cell", look)
        UserFactory.create_batch(5)
        services.build_report(str(report.pk))

        assert list(dict.fromkeys(seen)) == [(0, 0), (33, 2), (66, 4)]
        report.refresh_from_db()
        assert (report.progress, report.rows) == (100, 6)

    def test_a_worker_that_died_is_followed_by_one_that_starts_anew(
        self, admin: User, deliver: Deliver
    ) -> None:
        """C05: no row is there twice, however often a report was begun."""
        report = Report.objects.create(
            kind="users", requested_by=admin, status=Status.RUNNING, progress=50, rows=500
        )
        for _ in range(2):
            with deliver():
                emit("notifications.report_requested", report=str(report.pk))

        report.refresh_from_db()
        assert (report.status, report.rows) == (Status.DONE, 1)
        assert len(report.content.splitlines()) == 2

    def test_a_report_that_is_gone_is_not_built(self, deliver: Deliver) -> None:
        with deliver():
            emit("notifications.report_requested", report="6f1c1f0e-58a5-4a3b-9d0c-0f6a1c4b7d2e")

        assert not Report.objects.exists()
        assert not FailedTask.objects.exists()

    def test_a_report_that_fails_says_so_and_can_be_asked_for_again(
        self, client_of_admin: APIClient, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """H01: with a record of the failure."""
        with deliver():
            asked = ask(client_of_admin).json()
            monkeypatch.delitem(reports.KINDS, "users")
        monkeypatch.undo()

        failed = client_of_admin.get(asked["status_url"]).json()
        assert (failed["status"], failed["download_url"]) == ("failed", None)
        assert failed["finished_at"]
        assert FailedTask.objects.get().name == "apps.notifications.tasks.build_report"
        with deliver():
            assert ask(client_of_admin).status_code == 202
        assert Report.objects.filter(status=Status.DONE).count() == 1

    def test_a_report_fails_only_after_all_that_was_tried(
        self, client_of_admin: APIClient, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """H01: what may pass is tried again, and the report is running meanwhile."""
        seen: list[str] = []

        def broken_once(value: object) -> str:
            seen.append(Report.objects.get().status)
            if len(seen) == 1:
                raise OperationalError("the connection was closed")
            return str(value)

        monkeypatch.setattr(services, "cell", broken_once)
        with deliver():
            ask(client_of_admin)

        assert set(seen) == {Status.RUNNING}
        assert Report.objects.get().status == Status.DONE
        assert not FailedTask.objects.exists()

    def test_a_report_that_was_never_finished_does_not_stand_in_the_way(
        self, client_of_admin: APIClient, deliver: Deliver, admin: User
    ) -> None:
        """H01: a worker that is killed at its time limit can say nothing any more."""
        stuck = Report.objects.create(kind="users", requested_by=admin, status=Status.RUNNING)
        assert ask(client_of_admin).status_code == 409
        Report.objects.update(created_at=timezone.now() - services.GIVEN_UP)

        with deliver():
            assert ask(client_of_admin).status_code == 202

        stuck.refresh_from_db()
        assert (stuck.status, bool(stuck.finished_at)) == (Status.FAILED, True)

    def test_cells_are_no_formulas(self, client_of_admin: APIClient, deliver: Deliver) -> None:
        """S05: whoever opens the file in a spreadsheet runs nothing."""
        for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "Ada; = 1"):
            UserFactory.create(full_name=name)
        with deliver():
            asked = ask(client_of_admin).json()

        names = [row[1] for row in rows(client_of_admin.get(f"{asked['status_url']}download/"))]
        assert {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "Ada; = 1"} < set(names)

    def test_old_reports_are_deleted(self, admin: User) -> None:
        """C04: beat does it each day."""
        old, new = (Report.objects.create(kind=kind, requested_by=admin) for kind in ("a", "b"))
        Report.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))

        delete_old_reports()

        assert Report.objects.get() == new


class TestAccess:
    """Who may ask for what, and see what."""

    def test_a_kind_is_for_certain_roles(self, login: Login) -> None:
        """S04: role by role."""
        for role in Role:
            expected = 202 if role == Role.ADMIN else 403
            assert ask(login(UserFactory.create(role=role))).status_code == expected

    def test_a_report_is_its_requesters_own(
        self, login: Login, client_of_admin: APIClient, deliver: Deliver
    ) -> None:
        """S04: another admin does not see it either."""
        with deliver():
            address = ask(client_of_admin).json()["status_url"]
        other = login(UserFactory.create(role=Role.ADMIN))

        assert client_of_admin.get(REPORTS).json()["count"] == 1
        assert other.get(REPORTS).json()["count"] == 0
        assert other.get(address).status_code == 404
        assert other.get(f"{address}download/").status_code == 404
        assert other.get(f"{REPORTS}no-id/").status_code == 404

    def test_reports_are_for_who_is_logged_in(self, api_client: APIClient) -> None:
        """S04."""
        assert api_client.get(REPORTS).status_code == 401
        assert ask(api_client).status_code == 401

    def test_an_unknown_kind_is_refused(self, client_of_admin: APIClient) -> None:
        response = ask(client_of_admin, "secrets")

        assert response.status_code == 400
        assert response.json()["errors"][0]["param"] == "kind"

    def test_one_of_a_kind_is_built_at_a_time(
        self, client_of_admin: APIClient, admin: User, deliver: Deliver
    ) -> None:
        """H08: whoever asks twice gets a conflict, and the database keeps the rule, too."""
        with deliver():
            ask(client_of_admin)
            response = ask(client_of_admin)
            assert (response.status_code, response.json()["code"]) == (409, "report_unfinished")
        assert ask(client_of_admin).status_code == 202

        with pytest.raises(IntegrityError):
            Report.objects.create(kind="users", requested_by=admin)

    def test_the_list_is_the_newest_first_and_filters(
        self, client_of_admin: APIClient, deliver: Deliver
    ) -> None:
        """H10: by kind and by status."""
        for _ in range(2):
            with deliver():
                ask(client_of_admin)
        ask(client_of_admin)

        listed = client_of_admin.get(REPORTS).json()["results"]
        assert [report["status"] for report in listed] == ["queued", "done", "done"]
        found = client_of_admin.get(REPORTS, {"status": "done", "kind": "users"}).json()
        assert found["count"] == 2
        assert client_of_admin.get(REPORTS, {"status": "lost"}).status_code == 400

    def test_reports_are_in_the_admin_to_look_at(self, client: Client, admin: User) -> None:
        """T02: the admin is registered and its pages work."""
        report = Report.objects.create(kind="users", requested_by=admin, content="secret")
        client.force_login(admin)

        listed = client.get(reverse("admin:notifications_report_changelist"))
        assert admin.email in listed.content.decode()
        page = client.get(reverse("admin:notifications_report_change", args=[report.pk]))
        assert str(report) in page.content.decode()
        assert "secret" not in page.content.decode()
        assert client.get(reverse("admin:notifications_report_add")).status_code == 403
