"""Who may ask for what of accounts, as one table."""

from typing import Any

import pytest

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import UserFactory
from apps.core.graphql.tests.authorization import statuses
from apps.core.tests.authorization import table

pytestmark = pytest.mark.django_db

MATRIX = """
                               nobody  member  owner  admin
query    me                      401     200    200    200
query    users                   401     403    403    200
query    user({owner})           401     403    403    200
query    user({nothing})         401     403    403    404
mutation updateProfile           401     200    200    200
mutation changeRole({owner})     401     403    403    200
mutation changeRole({nothing})   401     403    403    404
"""


@pytest.fixture
def people() -> dict[str, User]:
    """Return a user for each column but the first."""
    return {
        "member": UserFactory.create(),
        "owner": UserFactory.create(),
        "admin": UserFactory.create(role=Role.ADMIN),
    }


@pytest.mark.parametrize(("line", "expected"), table(MATRIX).items())
def test_permission(line: str, expected: dict[str, int], people: dict[str, User]) -> None:
    """S04, T04: each field, for each role, on one's own rows and on others'."""
    given: dict[str, dict[str, Any]] = {
        "mutation updateProfile": {"input": {"fullName": "Ada King"}},
        "mutation changeRole": {"role": "ADMIN"},
    }
    rows = {**{who: user.pk for who, user in people.items()}, "nothing": 987_654}
    name = line.partition("(")[0]
    assert statuses(line, people=people, rows=rows, given=given.get(name)) == expected
