"""Who may do what with accounts, as one table."""

from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from apps.accounts import services
from apps.accounts.models import Role, User
from apps.accounts.tests.factories import PASSWORD, UserFactory, VerifiedUserFactory
from apps.core.tests.authorization import statuses, table
from apps.core.tests.files import picture, upload
from apps.core.uploads import Upload

EMAIL = "ada@example.com"

pytestmark = pytest.mark.django_db

# What logs in and signs up is for everybody who is not logged in yet: there, 401 says that a code is
# awaited, or that nobody is logged in any more. The owner has a picture and a second factor.
MATRIX = """
                                          nobody  member  owner  admin
POST   auth/signup                          401     409    409    409
POST   auth/email/verify                    409     409    409    409
POST   auth/email/verify/resend             409     409    409    409
POST   auth/login                           200     409    409    409
GET    auth/session                         401     200    200    200
DELETE auth/session                         401     401    401    401
POST   auth/password/request                401     200    200    200
POST   auth/password/reset                  409     409    409    409
POST   account/password/change              401     401    401    401
POST   tokens/refresh                       400     400    400    400

POST   auth/reauthenticate                  401     200    200    200
POST   auth/2fa/authenticate                401     401    401    401
POST   auth/2fa/reauthenticate              401     400    400    400
GET    account/authenticators               401     200    200    200
GET    account/authenticators/totp          401     200    200    200
POST   account/authenticators/totp          401     400    400    400
DELETE account/authenticators/totp          401     200    200    200
GET    account/authenticators/recovery-codes  401   404    200    404
POST   account/authenticators/recovery-codes  401   400    200    400

GET    accounts/me/                         401     200    200    200
PATCH  accounts/me/                         401     200    200    200
PUT    accounts/me/                         401     405    405    405
GET    /api/v2/accounts/me/                 401     200    200    200
PATCH  /api/v2/accounts/me/                 401     200    200    200
PUT    /api/v2/accounts/me/                 401     405    405    405

GET    accounts/me/avatar/                  401     404    200    404
PUT    accounts/me/avatar/                  401     200    200    200
DELETE accounts/me/avatar/                  401     204    204    204
POST   accounts/me/avatar/                  401     405    405    405
GET    accounts/users/{owner}/avatar/       401     200    200    200
GET    accounts/users/{member}/avatar/      401     404    404    404
PUT    accounts/users/{owner}/avatar/       401     405    405    405

GET    accounts/users/                      401     403    403    200
POST   accounts/users/                      401     403    403    405
GET    accounts/users/{owner}/              401     403    403    200
PATCH  accounts/users/{owner}/              401     403    403    200
DELETE accounts/users/{owner}/              401     403    403    405
"""


@pytest.fixture
def people() -> dict[str, User]:
    """Return a user for each column but the first."""
    owner = UserFactory.create()
    services.set_avatar(owner, file=Upload(picture("WEBP"), "avatar.webp"))
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    return {
        "member": VerifiedUserFactory.create(),
        "owner": owner,
        "admin": UserFactory.create(role=Role.ADMIN),
    }


@pytest.mark.parametrize(("request_line", "expected"), table(MATRIX).items())
def test_permission(request_line: str, expected: dict[str, int], people: dict[str, User]) -> None:
    """S04: each verb of each endpoint, for each role, on one's own rows and on others'."""
    bodies: dict[str, dict[str, Any]] = {
        "auth/signup": {"email": EMAIL, "password": PASSWORD, "full_name": "Ada Lovelace"},
        "auth/email/verify": {"key": "ABC-DEF"},
        "auth/login": {"email": people["member"].email, "password": PASSWORD},
        "auth/password/request": {"email": EMAIL},
        "auth/password/reset": {"key": "ABC-DEF", "password": PASSWORD},
        "account/password/change": {"current_password": PASSWORD, "new_password": "battery-horse"},
        "tokens/refresh": {"refresh_token": "none"},
        "auth/reauthenticate": {"password": PASSWORD},
        "auth/2fa/authenticate": {"code": "123"},
        "auth/2fa/reauthenticate": {"code": "123"},
        "account/authenticators/totp": {"code": "123"},
        "accounts/me/": {"full_name": "Ada King"},
        "accounts/me/avatar/": {"file": upload(picture())},
        "accounts/users/{owner}/": {"role": Role.ADMIN},
    }
    body = bodies.get(request_line.split()[1])
    rows = {who: user.pk for who, user in people.items()}
    assert statuses(request_line, people=people, rows=rows, body=body) == expected
