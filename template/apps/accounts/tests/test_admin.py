"""Users in Django's admin."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def log_in(client: Client, user: User) -> bool:
    """Log in by the form of Django's admin; return whether it let the user in."""
    address = reverse("admin:login")
    client.post(address, {"username": user.email.upper(), "password": PASSWORD})
    return client.get(reverse("admin:index")).status_code == 200


def test_an_admin_logs_in_with_the_e_mail_address(client: Client) -> None:
    assert log_in(client, UserFactory.create(role=Role.ADMIN))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_does(client: Client, role: Role) -> None:
    """S04: role by role."""
    assert not log_in(client, UserFactory.create(role=role))


def test_an_admin_who_is_switched_off_does_not(client: Client) -> None:
    assert not log_in(client, UserFactory.create(role=Role.ADMIN, is_active=False))


def test_an_admin_finds_adds_and_changes_users(client: Client) -> None:
    """T02: the admin is registered and its pages work."""
    admin = UserFactory.create(role=Role.ADMIN)
    client.force_login(admin)

    found = client.get(reverse("admin:accounts_user_changelist"), {"q": admin.full_name})
    assert admin.email in found.content.decode()

    new = {
        "email": "Ada@example.com",
        "full_name": "Ada Lovelace",
        "role": list(Role)[-1],
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    client.post(reverse("admin:accounts_user_add"), new)
    ada = User.objects.get(email="ada@example.com")
    assert ada.check_password(PASSWORD)

    change = reverse("admin:accounts_user_change", args=[ada.pk])
    assert client.get(change).status_code == 200
    changed = {
        "email": ada.email,
        "full_name": "Ada King",
        "role": ada.role,
        "profile-TOTAL_FORMS": "1",
        "profile-INITIAL_FORMS": "1",
        "profile-0-id": str(ada.profile.pk),
        "profile-0-user": str(ada.pk),
        "profile-0-headline": "Engineer",
    }
    client.post(change, changed)
    ada = User.objects.get(pk=ada.pk)
    assert ada.full_name == "Ada King"
    assert ada.profile.headline == "Engineer"
    assert not ada.is_active
