"""PostgreSQL with a pool, where nobody waits for a server that is away or silent.

Django and its pool wait for a connection until a timeout, each request anew, and for an answer
without end. Here the first who finds the server away tells the others, and an answer has a limit.
"""

from time import monotonic
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

AWAY = 3.0  # seconds in which nobody asks again
CHECK_TIMEOUT = 2.0


class Connection(psycopg.Connection[Any]):
    """A connection that gives up."""

    away_until = 0.0  # of the process
    in_check = False

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> "Connection":
        """Connect, and remember whether that was possible."""
        try:
            connection = super().connect(*args, **kwargs)
        except psycopg.OperationalError:
            Connection.away_until = monotonic() + AWAY
            raise
        Connection.away_until = 0.0
        return connection

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for an answer a little longer than the server may take: it may be silent."""
        limit = settings.DATABASE_STATEMENT_TIMEOUT
        if self.in_check:
            kwargs["timeout"] = CHECK_TIMEOUT
        elif limit:
            kwargs.setdefault("timeout", limit + 1)
        try:
            return super().wait(*args, **kwargs)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise

    def execute(self, *args: Any, **kwargs: Any) -> psycopg.Cursor[Any]:
        """Run the pool's check of a connection: Django's own queries go through cursors."""
        self.in_check = True
        try:
            return super().execute(*args, **kwargs)
        finally:
            self.in_check = False


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with connections that give up."""

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(settings_dict, *args, **kwargs)
        settings_dict["OPTIONS"]["pool"]["connection_class"] = Connection

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Take a connection; at once, or not at all, where the server was away a moment ago."""
        away = self.pool and monotonic() < Connection.away_until
        if away and not self.pool.get_stats()["pool_available"]:
            raise psycopg.OperationalError("The server was away a moment ago.")
        return super().get_new_connection(conn_params)
