"""Whose address is recorded: that of the client, whatever a header says."""

import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from apps.core.addresses import client_address, network_address

PROXY = "10.0.0.5"
CLIENT = "203.0.113.7"
PROXIES = override_settings(TRUSTED_PROXIES=["10.0.0.0/8", "fd00::/8"], TRUSTED_PROXY_COUNT=1)
TWO_PROXIES = override_settings(TRUSTED_PROXIES=["10.0.0.0/8"], TRUSTED_PROXY_COUNT=2)

addresses = st.ip_addresses().map(str)
# What somebody may send: addresses, nonsense, and what quotes and brackets may do to it.
entries = addresses | st.text(max_size=20) | st.sampled_from(['"', "[", "for=1.2.3.4", "unknown"])
headers = st.lists(entries, max_size=6).map(", ".join)


def seen(peer: str, forwarded: str | None = None) -> str:
    """Return the address of a request."""
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_address(request)


@given(headers)
def test_nobody_else_can_say_where_a_request_comes_from(forwarded: str) -> None:
    """S02: of a peer that is no proxy of ours, the header changes nothing."""
    with PROXIES:
        assert seen(CLIENT, forwarded) == CLIENT


@given(headers)
def test_without_proxies_the_header_is_not_read(forwarded: str) -> None:
    """S02: in development, and where TRUSTED_PROXIES is empty."""
    assert seen(PROXY, forwarded) == PROXY


@given(headers)
def test_what_a_client_puts_before_changes_nothing(forged: str) -> None:
    """S02: the proxy adds the client's address at the end."""
    with PROXIES:
        assert seen(PROXY, f"{forged}, {CLIENT}") == CLIENT
    with TWO_PROXIES:
        assert seen(PROXY, f"{forged}, {CLIENT}, 10.0.0.9") == CLIENT


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("192.168.1.7", "192.168.1.7"),
    ],
)
def test_addresses_are_read_in_every_form(entry: str, address: str) -> None:
    """S02: IPv6, IPv4 in IPv6, with a port."""
    with PROXIES:
        assert seen(PROXY, entry) == address
    assert seen(entry) == address


@pytest.mark.parametrize(
    "forwarded", ["", " ", ",", "unknown", "203.0.113.7, unknown", "999.1.1.1", "203.0.113.7:99999"]
)
def test_a_malformed_header_is_the_proxys_own_address(forwarded: str) -> None:
    """S02: never a guess."""
    with PROXIES:
        assert seen(PROXY, forwarded) == PROXY


def test_a_short_header_is_the_proxys_own_address() -> None:
    """S02: fewer entries than proxies: somebody came past one of them."""
    with TWO_PROXIES:
        assert seen(PROXY, CLIENT) == PROXY
        assert seen(PROXY, f"{CLIENT}, unknown") == PROXY


@pytest.mark.parametrize("proxy", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::5"])
def test_proxies_are_told_by_their_networks(proxy: str) -> None:
    """S02: IPv4, IPv6 and one in the other."""
    with PROXIES:
        assert seen(proxy, CLIENT) == CLIENT


@pytest.mark.parametrize("peer", ["", "local", "/run/socket"])
def test_without_an_address_there_is_none(peer: str) -> None:
    """S02: a Unix socket has no address, and is no proxy."""
    with PROXIES:
        assert seen(peer, CLIENT) == ""


def test_networks() -> None:
    """S02."""
    assert network_address("203.0.113.77", ipv4=24, ipv6=48) == "203.0.113.0"
    assert network_address("2001:db8:1:2::3", ipv4=24, ipv6=48) == "2001:db8:1::"
