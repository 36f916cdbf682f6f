"""Each test has a block list, a recorder and a provider of its own: those of a process live long."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from apps.traffic import middleware
from apps.traffic.blocklist import BlockList, block_list
from apps.traffic.geolocation import provider
from apps.traffic.recorder import Recorder


@pytest.fixture(autouse=True)
def _new_process(settings: Settings) -> Iterator[None]:
    settings.BLOCK_LIST_SECONDS = 3600.0
    vars(block_list).update(vars(BlockList()))
    provider.cache_clear()
    yield
    vars(block_list).update(vars(BlockList()))
    provider.cache_clear()


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Recorder:
    """Return the recorder of the middleware, which writes when the test says so."""
    settings.REQUEST_LOG = True
    recorder = Recorder()
    monkeypatch.setattr(recorder, "start", lambda: None)
    monkeypatch.setattr(middleware, "recorder", recorder)
    return recorder
