"""The outbox of a rendered repo, while its workers and its broker die."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.outbox import EVENTS, KILLS, crash
from nexus_scaffold.testing import RenderedRepo
from tests.variants import DEFAULTS


@pytest.mark.services("initdb", "redis-server", "rabbitmq-server")
def test_no_event_is_lost_or_handled_twice(rendered: Callable[..., RenderedRepo]) -> None:
    """T10, C04, C05, H01: ten thousand events, ten kills of the worker, two restarts of the broker."""
    figures = crash(rendered(**DEFAULTS))
    assert figures.distinct == EVENTS, "lost"
    assert figures.effects == EVENTS, "handled twice"
    assert (figures.waiting, figures.failed, figures.dead) == (0, 0, 0)
    assert figures.interrupted >= KILLS / 2, "the kills met no work"
    assert figures.repeated, "no event came twice"
