"""Tests: quick, and an N+1 query is an error. They never read `.env`."""

from config.env import env
from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASE, INSTALLED_APPS, MIDDLEWARE, STORAGES

SECRET_KEY = "only-for-tests-" * 4
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS.append("zeal")
MIDDLEWARE.append("zeal.middleware.zeal_middleware")
ZEAL_RAISE = True
# allauth asks more than once for the one row that it works on.
ZEAL_ALLOWLIST = [
    {"model": model, "field": "get()"}
    for model in ("account.EmailAddress", "accounts.User", "sessions.Session")
]

# `manage.py lintmigrations`, with the options of pyproject.toml.
INSTALLED_APPS.append("django_migration_linter")
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite changes a table by making it anew, which looks like new constraints: PostgreSQL tells.
    MIGRATION_LINTER_OPTIONS = {"exclude_migration_tests": ["ADD_UNIQUE", "NOT_NULL"]}

env.seal()
