"""Sessions are read from the cache, and are in the database too."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    """Return a client with the session of an admin."""
    client.force_login(UserFactory.create(role=Role.ADMIN))
    return client


def cached(client: Client) -> Any:
    """Return what the cache has of the client's session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(client.cookies["sessionid"].value)
    return cache.get(store.cache_key)


def queries_of_sessions(client: Client) -> int:
    """Return how often a page of the admin site asks the database for the session."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("admin:index")).status_code == 200
    return sum("django_session" in query["sql"] for query in queries)


def test_a_session_is_read_from_the_cache(admin: Client) -> None:
    """C07: without a question to the database."""
    assert cached(admin)["_auth_user_id"]
    assert queries_of_sessions(admin) == 0


def test_a_session_survives_a_cache_that_is_cleared(admin: Client) -> None:
    """C07, C16: the database has it, and the cache gets it again."""
    cache.clear()
    assert queries_of_sessions(admin) == 1
    assert queries_of_sessions(admin) == 0


def test_logging_out_removes_both(admin: Client) -> None:
    """C07, S04: neither brings the session back."""
    cookie = admin.cookies["sessionid"].value
    admin.post(reverse("admin:logout"))
    admin.cookies["sessionid"] = cookie
    assert cached(admin) is None
    assert not Session.objects.exists()
    assert admin.get(reverse("admin:index")).status_code == 302
