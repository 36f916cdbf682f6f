"""The block list as each process holds it: no request asks the database who may come in."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address
from math import inf
from threading import Lock
from time import monotonic, time

import structlog
from django.conf import settings
from django.db import Error

from apps.traffic.networks import parse
from apps.traffic.selectors import blocked_networks

logger = structlog.get_logger(__name__)

LONG_AGO = -1e9  # never read

# By version and length of the prefix: the numbers of the networks, and until when.
Table = dict[tuple[int, int], dict[int, float]]


class BlockList:
    """What is blocked, as it was read a moment ago; while the database is away, as it was before."""

    def __init__(self) -> None:
        self._table: Table | None = None
        self._read_at = LONG_AGO
        self._lock = Lock()
        self._unreadable = False

    def __bool__(self) -> bool:
        """Return whether anything is blocked."""
        return bool(self._table)

    def __contains__(self, address: str) -> bool:
        """Return whether an address is blocked."""
        if not self._table or not address:
            return False
        ip = ip_address(address)
        number, now = int(ip), time()
        return any(
            version == ip.version and networks.get(number >> (ip.max_prefixlen - prefix), 0) > now
            for (version, prefix), networks in self._table.items()
        )

    def is_old(self) -> bool:
        """Return whether it is time to read it again."""
        return monotonic() - self._read_at >= settings.BLOCK_LIST_SECONDS

    def expire(self) -> None:
        """Have it read before the next request is answered."""
        self._read_at = LONG_AGO

    def refresh(self) -> None:
        """Read it, unless somebody does; nobody waits for that but who comes before the first."""
        if not self._lock.acquire(blocking=self._table is None):
            return
        try:
            if self.is_old():
                self._read()
        finally:
            self._lock.release()

    def _read(self) -> None:
        """Read it; without the database, keep what there is."""
        self._read_at = monotonic()
        try:
            self._table, unreadable = as_table(blocked_networks()), False
        except Error as error:
            self._table, unreadable = self._table or {}, True
            if not self._unreadable:
                logger.warning("block_list_unreadable", error=str(error))
        self._unreadable = unreadable


def as_table(networks: Iterable[tuple[str, datetime | None]]) -> Table:
    """Return networks so that an address is found by one look for each length of prefix."""
    table: Table = defaultdict(dict)
    for text, until in networks:
        network = parse(text)
        number = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
        table[network.version, network.prefixlen][number] = until.timestamp() if until else inf
    return table


block_list = BlockList()
