"""Demo accounts."""

import secrets
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from apps.accounts.models import Profile, Role, User

FIRST_NAMES = ("Abeba", "Chidi", "Fatima", "Kwame", "Lerato", "Naledi", "Tunde", "Wanjiru")
LAST_NAMES = ("Abebe", "Diallo", "Hassan", "Mensah", "Mwangi", "Ndlovu", "Okafor", "Tadesse")
USERS_PER_ROLE = 20


def seed(scale: int, rng: Random) -> str:
    """Make a demo account for each role, and others that cannot log in; return how to log in."""
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
    User.objects.bulk_create(
        [
            User(
                email=f"{role}-{number}@example.com",
                full_name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
                role=role,
                password=make_password(None),
            )
            for role in Role
            if role != Role.ADMIN
            for number in range(1, USERS_PER_ROLE * scale + 1)
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    Profile.objects.bulk_create(
        [Profile(user=user) for user in User.objects.filter(profile=None)], batch_size=1000
    )
    return f"log in as {', '.join(addresses)} with the password {password}"
