"""Demo accounts."""

import secrets
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from apps.accounts.models import Profile, Role, User

FIRST_NAMES = ("Abeba", "Chidi", "Fatima", "Kwame", "Lerato", "Naledi", "Tunde", "Wanjiru")
LAST_NAMES = ("Abebe", "Diallo", "Hassan", "Mensah", "Mwangi", "Ndlovu", "Okafor", "Tadesse")
ONE_IN = 10
BATCH = 1000


def seed(users: int, rng: Random) -> str:
    """Make a demo account for each role, and others that cannot log in; return how to log in.

    Together they are as many as `users` says, if that is more than there are roles.
    """
    password = settings.DEMO_PASSWORD or secrets.token_urlsafe(12)
    demo = [
        User(email=f"{role}@example.com", full_name=f"Demo {role.label}", role=role)
        for role in Role
    ]
    User.objects.bulk_create(demo, ignore_conflicts=True)
    addresses = [user.email for user in demo]
    User.objects.filter(email__in=addresses).update(password=make_password(password))
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(user=user, email=user.email, verified=True, primary=True)
            for user in User.objects.filter(email__in=addresses)
        ],
        ignore_conflicts=True,
    )
    nobodys = make_password(None)  # once: random numbers take longer than the rest of a user
    User.objects.bulk_create(
        [
            User(
                email=f"{(role := _role(number))}-{number}@example.com",
                full_name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
                role=role,
                password=nobodys,
            )
            for number in range(1, users - len(demo) + 1)
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    Profile.objects.bulk_create(
        [Profile(user=user) for user in User.objects.filter(profile=None)], batch_size=BATCH
    )
    return f"log in as {', '.join(addresses)} with the password {password}"


def _role(number: int) -> Role:
    """Return a user's role: the one of new accounts, but for one in ten, and never admin."""
    usual = Role(User._meta.get_field("role").get_default())
    others = [role for role in Role if role not in (Role.ADMIN, usual)]
    return others[number // ONE_IN % len(others)] if others and number % ONE_IN == 0 else usual
