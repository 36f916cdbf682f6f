"""Who may do what with reports and preferences, as one table."""

from typing import Any

import pytest

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.core.tests.authorization import statuses, table
from apps.notifications.models import Report, ReportStatus

pytestmark = pytest.mark.django_db

# The admin has asked for the reports; the other admin has not.
MATRIX = """
                                              nobody  member  other  admin
GET    notifications/preferences/               401     200    200    200
PATCH  notifications/preferences/               401     200    200    200
PUT    notifications/preferences/               401     405    405    405

GET    notifications/reports/                   401     200    200    200
POST   notifications/reports/                   401     403    202    202
GET    notifications/reports/{report}/          401     404    404    200
DELETE notifications/reports/{report}/          401     405    405    405
GET    notifications/reports/{report}/download/  401    404    404    200
"""


@pytest.mark.parametrize(("request_line", "expected"), table(MATRIX).items())
def test_permission(request_line: str, expected: dict[str, int]) -> None:
    """S04: each verb of each endpoint, for each role, on one's own rows and on others'."""
    people = {
        "member": UserFactory.create(),
        "other": UserFactory.create(role=Role.ADMIN),
        "admin": UserFactory.create(role=Role.ADMIN),
    }
    report = Report.objects.create(
        kind="users", requested_by=people["admin"], status=ReportStatus.DONE
    )
    bodies: dict[str, dict[str, Any]] = {
        "notifications/preferences/": {"daily_digest": False},
        "notifications/reports/": {"kind": "users"},
    }
    body = bodies.get(request_line.split()[1])
    rows = {"report": report.pk}
    assert statuses(request_line, people=people, rows=rows, body=body) == expected
