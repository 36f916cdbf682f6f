"""Addresses and networks as people write them, and which of them may be blocked."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField

Network = IPv4Network | IPv6Network

OUR_OWN = ("127.0.0.0/8", "::1/128")
LARGEST = {4: 8, 6: 16}  # prefixes: what is larger is a good part of the Internet


class NetworkField(CharField):
    """An address or a network that may be blocked, in its usual form."""

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        """Return the usual form, or refuse."""
        network = parse(super().clean(value, model_instance))
        refuse_our_own(network)
        return usual(network)


def parse(text: str) -> Network:
    """Return an address or a network; IPv4 in IPv6 is IPv4."""
    try:
        network = ip_network(text.strip())
    except ValueError as error:
        raise ValidationError(
            f"{error}: write an address, such as 203.0.113.7, or a network, such as 203.0.113.0/24.",
            code="malformed",
        ) from None
    if isinstance(network, IPv4Network):
        return network
    mapped = network.network_address.ipv4_mapped
    if mapped and network.prefixlen >= 96:
        return IPv4Network((int(mapped), network.prefixlen - 96))
    return network


def usual(network: Network) -> str:
    """Return a network as it is written; one of a single address as that address."""
    return str(network.network_address if network.num_addresses == 1 else network)


def contains(larger: Network, smaller: Network) -> bool:
    """Return whether one network is, or is a part of, another one."""
    if isinstance(larger, IPv4Network):
        return isinstance(smaller, IPv4Network) and smaller.subnet_of(larger)
    return isinstance(smaller, IPv6Network) and smaller.subnet_of(larger)


def refuse_our_own(network: Network) -> None:
    """Refuse what would lock out everybody: this machine, our proxies, half of the Internet."""
    for own in map(ip_network, (*OUR_OWN, *settings.TRUSTED_PROXIES)):
        if own.version == network.version and own.overlaps(network):
            raise ValidationError(
                f"{usual(network)} is or holds an address of this machine or of our own proxies"
                f" ({usual(own)}; see TRUSTED_PROXIES): all would be locked out. Block the"
                " addresses of clients.",
                code="our_own",
            )
    if network.prefixlen < LARGEST[network.version]:
        raise ValidationError(
            f"{usual(network)} is a good part of the Internet: block networks of"
            f" /{LARGEST[network.version]} or smaller.",
            code="too_large",
        )
