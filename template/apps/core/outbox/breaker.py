"""A broker that does not answer is left alone for a while: who asks goes on at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)

PAUSE = 10.0  # seconds


class Breaker:
    """Skips what has just failed; logs the first failure, and the recovery."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.down = False
        self.closed_until = 0.0

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run what needs the broker; raise ``OperationalError`` at once while it is skipped."""
        if time.monotonic() < self.closed_until:
            raise OperationalError(f"{self.name} did not answer a moment ago")
        try:
            yield
        except OperationalError as error:
            self.closed_until = time.monotonic() + PAUSE
            if not self.down:
                self.down = True
                logger.error(f"{self.name}_unreachable", error=str(error))
            raise
        if self.down:
            self.down = False
            logger.info(f"{self.name}_recovered")
