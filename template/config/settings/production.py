"""Production: refuses to start unless the environment has all that it needs."""

from typing import Any

from environs import ValidationError

from config.env import env, rsa_key
from config.settings.base import *  # noqa: F403
from config.settings.base import MIDDLEWARE


def off(value: bool) -> None:
    """Refuse a switch that is on."""
    if value:
        raise ValidationError("Must be off in production.")


def not_empty(value: Any) -> None:
    """Refuse an empty value."""
    if not value:
        raise ValidationError("Must not be empty.")


def hosts(value: list[str]) -> None:
    """Refuse no host, and any host."""
    if not value or "*" in value:
        raise ValidationError("Must name the hosts, such as api.example.org; `*` is none.")


def long_secret(value: str) -> None:
    """Refuse a secret that could be guessed."""
    if len(value) < 50 or len(set(value)) < 10:
        raise ValidationError("Must be 50 random characters or more.")


def postgresql(value: str) -> None:
    """Refuse SQLite and others: a second machine cannot reach its file, a new container loses it."""
    if not value.startswith(("postgres://", "postgresql://")):
        raise ValidationError("Must be PostgreSQL: postgres://user:password@host:port/name.")


DEBUG = env.bool("DEBUG", default=False, validate=off)
SECRET_KEY = env.str("SECRET_KEY", validate=long_secret)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", validate=hosts)
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", default=[])
env.str("DATABASE_URL", validate=postgresql)
env.str("JWT_PRIVATE_KEY", validate=[not_empty, rsa_key])
env.str("EMAIL_URL", validate=not_empty)
env.str("DEFAULT_FROM_EMAIL", validate=not_empty)
env.str("FRONTEND_URL", validate=not_empty)

# HTTPS, which a proxy in front ends: it sets X-Forwarded-Proto and X-Forwarded-For.

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)

# Static files, which whitenoise serves.

MIDDLEWARE.insert(
    MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1,
    "whitenoise.middleware.WhiteNoiseMiddleware",
)

env.seal()
