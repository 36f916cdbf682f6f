"""Where an address is: the country and the city, as far as a provider knows."""

from collections.abc import Iterable
from functools import cache as remembered
from ipaddress import ip_address
from typing import Any, NamedTuple, Protocol

import maxminddb
import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from apps.core.addresses import network_address

logger = structlog.get_logger(__name__)

DAY = 24 * 60 * 60


class Place(NamedTuple):
    """A country, by its code of two letters, and a city; empty where they are not known."""

    country: str = ""
    city: str = ""


class Provider(Protocol):
    """Knows where public addresses are. What it raises is taken for an outage."""

    def locate(self, address: str) -> Place:
        """Return where an address is."""


class MaxMind:
    """Reads GEOLOCATION_DATABASE, a file of this machine; without one, nothing is known."""

    def __init__(self) -> None:
        path = settings.GEOLOCATION_DATABASE
        self._reader = maxminddb.open_database(path) if path else None

    def locate(self, address: str) -> Place:
        """Return what the file says of the network that has the address."""
        record: Any = self._reader.get(address) if self._reader else None
        record = record or {}
        country = record.get("country", {}).get("iso_code", "")
        city = record.get("city", {}).get("names", {}).get("en", "")
        return Place(country[:2], city[:100])


@remembered
def provider(name: str) -> Provider | None:
    """Return the provider, made once; nothing if that failed, which is logged once."""
    try:
        made: Provider = import_string(name)()
    except Exception as error:  # a file that is missing, is broken, or is none
        logger.error("geolocation_unavailable", provider=name, error=str(error))
        return None
    return made


def locate(addresses: Iterable[str]) -> dict[str, Place]:
    """Return where addresses are, each network asked for once a day."""
    source = provider(settings.GEOLOCATION_PROVIDER)
    public = {address: _key(address) for address in addresses if ip_address(address).is_global}
    if not source or not public:
        return {}
    known: dict[str, Any] = cache.get_many(set(public.values()))
    new = {}
    for address, key in public.items():
        if key not in known:
            try:
                new[key] = known[key] = source.locate(address)
            except Exception as error:  # of whatever a provider is made of
                logger.warning("geolocation_failed", error=str(error))
                break
    cache.set_many(new, DAY)
    return {address: Place(*known[key]) for address, key in public.items() if key in known}


def _key(address: str) -> str:
    """Return the key under which the cache has a network."""
    return f"geolocation:{network_address(address, ipv4=24, ipv6=48)}"
