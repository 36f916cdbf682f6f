"""Where a request comes from."""

from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from python_ipware import IpWare


def client_address(request: HttpRequest) -> str:
    """Return the client's address, or nothing where there is none, as on a Unix socket.

    X-Forwarded-For is believed of our own proxies alone. Each of them adds whom it was asked by, so
    that many entries are true, counted from the end; what stands before, anybody can have written.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
    if forwarded and is_trusted(peer, tuple(settings.TRUSTED_PROXIES)):
        return from_proxies(forwarded, settings.TRUSTED_PROXY_COUNT) or normal(peer)
    return normal(peer)


def normal(address: str) -> str:
    """Return an address without a port and in the usual form; nothing if it is none."""
    return _read("REMOTE_ADDR", address, proxies=0)


@lru_cache(maxsize=1024)
def is_trusted(peer: str, networks: tuple[str, ...]) -> bool:
    """Return whether a peer is one of our proxies."""
    address = normal(peer)
    return bool(address) and any(ip_address(address) in ip_network(network) for network in networks)


def from_proxies(forwarded: str, count: int) -> str:
    """Return the address that the first of our proxies was asked by; nothing if it is not there."""
    entries = forwarded.split(",")[-count:] if count else []
    if len(entries) < count or not entries:
        return ""
    return _read("HTTP_X_FORWARDED_FOR", ",".join(entries), proxies=count - 1)


def network_address(address: str, *, ipv4: int, ipv6: int) -> str:
    """Return the first address of the network, by the length of its prefix, that has this one."""
    prefix = ipv6 if ":" in address else ipv4
    return str(ip_network(f"{address}/{prefix}", strict=False).network_address)


@lru_cache(maxsize=1024)  # each client comes more than once, and reading takes a while
def _read(name: str, value: str, *, proxies: int) -> str:
    """Return the address in a variable of the request; nothing if any part of it is none."""
    found, _ = IpWare((name,), proxy_count=proxies).get_client_ip({name: value}, strict=True)
    return str(found).partition("%")[0] if found else ""
