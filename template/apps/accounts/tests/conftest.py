"""Fixtures of the accounts' tests."""

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth as totp


@pytest.fixture
def next_half_minute(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Stop the clock of authenticator apps; return what moves it on to the next code."""
    clock = SimpleNamespace(now=time.time())
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: clock.now))

    def move() -> None:
        clock.now += 30

    return move
