"""Fixtures that every test may ask for."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from apps.accounts.models import User


@pytest.fixture(autouse=True)
def _no_rate_limit_from_another_test() -> None:
    cache.clear()


@pytest.fixture
def api_client() -> APIClient:
    """Return a client that is not logged in."""
    return APIClient()


@pytest.fixture
def login() -> Callable[[User], APIClient]:
    """Return a function that gives a client of its own to each user it is called with."""

    def client_of(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return client_of
