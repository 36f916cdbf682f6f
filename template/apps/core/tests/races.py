"""What the tests of races share: calls at the same moment, over a connection each."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import ParamSpec, TypeVar

import pytest
from django.db import connection

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# SQLite has no row locks.
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="a race needs PostgreSQL: set DATABASE_URL=postgres://… and run it again",
)


class Threads(ThreadPoolExecutor):
    """Threads that close their connection after each call: the test's database is dropped soon."""

    def submit(
        self,
        fn: Callable[Parameters, Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Result]:
        """Make a call in one of the threads."""

        def call() -> Result:
            try:
                return fn(*args, **kwargs)
            finally:
                connection.close()

        return super().submit(call)


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Make all calls in the same moment, each in a thread of its own; return what they return."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        barrier.wait(timeout=30)
        return call()

    with Threads(len(calls)) as pool:
        return list(pool.map(run, calls))
