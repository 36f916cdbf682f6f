"""Where addresses are, by a real file in MaxMind's format."""

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]
from pytest_django import Settings
from structlog.testing import capture_logs

from apps.traffic import geolocation
from apps.traffic.geolocation import MaxMind, Place, locate
from apps.traffic.models import RequestLog
from apps.traffic.recorder import Recorder
from apps.traffic.tests.test_request_log import NOTE

ADDIS, ADAMA, NAIROBI = "196.188.1.1", "196.188.1.99", "2c0f:fe38::7"


class Counting:
    """A provider that counts what it is asked."""

    asked: list[str] = []

    def locate(self, address: str) -> Place:
        """Return a place."""
        self.asked.append(address)
        return Place("ET", "Addis Ababa")


class Down:
    """A provider that does not answer."""

    def locate(self, address: str) -> Place:
        """Fail."""
        raise TimeoutError("no answer")


@pytest.fixture
def database(tmp_path: Path, settings: Settings) -> Path:
    """Return a file that knows two networks."""
    writer = MMDBWriter(6, "GeoLite2-City", ipv4_compatible=True)
    writer.insert_network(
        IPSet(["196.188.0.0/16"]),
        {"country": {"iso_code": "ET"}, "city": {"names": {"en": "Addis Ababa"}}},
    )
    writer.insert_network(IPSet(["2c0f:fe38::/32"]), {"country": {"iso_code": "KE"}})
    path = tmp_path / "city.mmdb"
    writer.to_db_file(str(path))
    settings.GEOLOCATION_DATABASE = str(path)
    return path


def test_a_file_tells_country_and_city(database: Path) -> None:
    """S02: of IPv4 and IPv6; of what it does not know, and of private addresses, nothing."""
    assert locate([ADDIS, NAIROBI, "8.8.8.8", "192.168.1.1", "::1"]) == {
        ADDIS: Place("ET", "Addis Ababa"),
        NAIROBI: Place("KE", ""),
        "8.8.8.8": Place(),
    }


def test_without_a_file_nothing_is_known(settings: Settings) -> None:
    """S02: the default asks nobody."""
    settings.GEOLOCATION_DATABASE = ""
    assert locate([ADDIS]) == {ADDIS: Place()}


def test_a_file_that_cannot_be_read_is_logged_once(settings: Settings, tmp_path: Path) -> None:
    """S02, C16: missing or broken."""
    settings.GEOLOCATION_DATABASE = str(tmp_path / "missing.mmdb")
    with capture_logs() as logs:
        assert locate([ADDIS]) == locate([ADDIS]) == {}
    assert [entry["event"] for entry in logs] == ["geolocation_unavailable"]

    geolocation.provider.cache_clear()
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"nothing of the kind")
    settings.GEOLOCATION_DATABASE = str(broken)
    with capture_logs() as logs:
        assert locate([ADDIS]) == {}
    assert [entry["event"] for entry in logs] == ["geolocation_unavailable"]


def test_a_network_is_asked_for_once(settings: Settings) -> None:
    """S02: the cache keeps it for a day."""
    settings.GEOLOCATION_PROVIDER = f"{__name__}.Counting"
    Counting.asked.clear()
    assert locate([ADDIS, ADAMA]) == dict.fromkeys((ADDIS, ADAMA), Place("ET", "Addis Ababa"))
    locate([ADAMA])
    assert len(Counting.asked) == 1


@pytest.mark.django_db
def test_a_provider_that_is_down_costs_no_row(recorder: Recorder, settings: Settings) -> None:
    """S02, C16."""
    settings.GEOLOCATION_PROVIDER = f"{__name__}.Down"
    recorder.add(NOTE._replace(address=ADDIS))
    with capture_logs() as logs:
        recorder.flush()
    assert [entry["event"] for entry in logs] == ["geolocation_failed"]
    assert RequestLog.objects.get().country == ""


@pytest.mark.django_db
def test_the_log_has_country_and_city(recorder: Recorder, database: Path) -> None:
    """S02: found when the row is written, not while somebody waits."""
    recorder.add(NOTE._replace(address=ADDIS))
    recorder.flush()
    row = RequestLog.objects.get()
    assert (row.country, row.city) == ("ET", "Addis Ababa")


def test_a_file_is_read_by_the_library_itself(database: Path) -> None:
    """S02: the provider can be used alone."""
    assert MaxMind().locate(ADDIS).country == "ET"
