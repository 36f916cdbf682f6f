"""PostgreSQL that is away, or silent: stubs play its part, so SQLite is enough to test it."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import Settings

from apps.core.postgresql.base import CHECK_TIMEOUT, Connection, DatabaseWrapper
from apps.core.tests.stubs import closed_port, stub

WELCOME = b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I"  # logged in, ready for a query


@pytest.fixture(autouse=True)
def _as_if_the_server_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "away_until", 0.0)


@pytest.fixture
def wrapper() -> Iterator[DatabaseWrapper]:
    """Return Django's connection to a port on which nobody listens."""
    pool = {"min_size": 1, "max_size": 4, "timeout": 1, "reconnect_timeout": 1}
    database = {
        "ENGINE": "apps.core.postgresql",
        "NAME": "name",
        "HOST": "127.0.0.1",
        "PORT": closed_port(),
        "OPTIONS": {"pool": pool},
    }
    found = ConnectionHandler({"default": {}, "away": database})["away"]
    assert isinstance(found, DatabaseWrapper)
    yield found
    found.close_pool()


@pytest.fixture
def silent() -> Iterator[Connection]:
    """Return a connection to a server that has welcomed us, and says nothing more."""
    with stub(WELCOME) as server:
        connection = Connection.connect(
            f"host=127.0.0.1 port={server.port} sslmode=disable gssencmode=disable", autocommit=True
        )
        yield connection
        assert connection.closed


@pytest.mark.django_db
def test_only_the_first_waits_for_a_server_that_is_away(wrapper: DatabaseWrapper) -> None:
    """C16: the threads of a process do not all wait, request after request."""
    with pytest.raises(OperationalError, match="couldn't get a connection"):
        wrapper.ensure_connection()

    start = time.monotonic()
    with pytest.raises(OperationalError, match="away a moment ago"):
        wrapper.ensure_connection()

    assert time.monotonic() - start < 0.5


@pytest.mark.django_db
def test_after_a_while_somebody_asks_again(
    wrapper: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: recovery without a restart."""
    with pytest.raises(OperationalError, match="couldn't get a connection"):
        wrapper.ensure_connection()
    monkeypatch.setattr(Connection, "away_until", time.monotonic())

    with pytest.raises(OperationalError, match="couldn't get a connection"):
        wrapper.ensure_connection()


def test_a_connection_to_a_silent_server_fails_the_pools_check(silent: Connection) -> None:
    """C16: a server that is there and does not answer is as good as away."""
    start = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        silent.execute("")

    assert time.monotonic() - start < CHECK_TIMEOUT + 1


def test_an_answer_that_never_comes_is_not_waited_for(
    silent: Connection, settings: Settings
) -> None:
    """C16: a second longer than the server may take."""
    settings.DATABASE_STATEMENT_TIMEOUT = 0.1

    with pytest.raises(psycopg.OperationalError), silent.cursor() as cursor:
        cursor.execute("SELECT 1")
