"""Tests of the payments."""

from collections.abc import Callable

from rest_framework.test import APIClient

from apps.accounts.models import User

Login = Callable[[User], APIClient]
