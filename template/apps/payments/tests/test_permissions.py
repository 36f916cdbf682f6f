"""Who may do what, as one table: endpoint, role, ownership."""

import pytest

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.core.tests.authorization import statuses, table
from apps.payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db

# Where Chapa reports and what its fake answers is for whoever has a secret: neither asks for a user.
MATRIX = """
                                               nobody  stranger  owner  admin
GET    payments/                                  401      200    200    200
POST   payments/                                  401      405    405    405
GET    payments/{payment}/                        401      404    200    200
PATCH  payments/{payment}/                        401      405    405    405
DELETE payments/{payment}/                        401      405    405    405
POST   payments/{payment}/verify/                 401      404    200    200
POST   payments/webhook                           403      403    403    403

GET    /payments/{payment}/                       200      200    200    200
POST   /payments/{payment}/                       405      405    405    405

POST   /fake-chapa/v1/transaction/initialize      401      401    401    401
GET    /fake-chapa/v1/transaction/verify/{payment}  401      401    401    401
GET    /fake-chapa/checkout/{payment}             404      404    404    404
POST   /fake-chapa/checkout/{payment}             404      404    404    404
"""


@pytest.mark.parametrize("request_line", table(MATRIX))
def test_who_may_do_what(request_line: str) -> None:
    """S04: one's own payments, all of them for admins, and a webhook for Chapa alone."""
    people: dict[str, User] = {
        "stranger": UserFactory.create(),
        "owner": UserFactory.create(),
        "admin": UserFactory.create(role=Role.ADMIN),
    }
    payment = PaymentFactory.create(user=people["owner"], paid=True)

    answered = statuses(request_line, people=people, rows={"payment": payment.tx_ref})

    assert answered == table(MATRIX)[request_line]
