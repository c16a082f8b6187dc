"""
Decide by the viewer's address whether a request passes during maintenance. Pure.

An allowed network is written in CIDR notation, IPv4 or IPv6. An IPv4 address written as IPv6
(::ffff:192.0.2.1) is the same viewer. Imported only if the settings have networks.
"""

from __future__ import annotations

import functools
import ipaddress
from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# The IPv6 addresses that stand for IPv4 ones (RFC 4291, section 2.5.5.2).
_IPV4_MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")
_FIRST_IPV4: Final = int(_IPV4_MAPPED.network_address)
_OCTETS: Final = 4


def are_networks(values: list[Any]) -> bool:
    """Return whether these are networks without host bits that do not cover all of IPv4."""
    if not all(isinstance(value, str) for value in values):
        return False
    try:
        networks = [ipaddress.ip_network(value) for value in values]
    except ValueError:
        return False
    return not any(network.supernet_of(_IPV4_MAPPED) for network in _collapse(networks))


class AllowedNetworks:
    """The addresses that may pass, as ascending, disjoint ranges of IPv6 numbers."""

    __slots__ = ("firsts", "lasts")

    def __init__(self, *, firsts: tuple[int, ...], lasts: tuple[int, ...]) -> None:
        self.firsts: Final = firsts
        self.lasts: Final = lasts

    def __contains__(self, client_ip: str) -> bool:
        """Return whether the viewer's address is in one of the networks; False if it is invalid."""
        number = _number(client_ip) if self.firsts else None
        if number is None:
            return False
        index = bisect_right(self.firsts, number) - 1
        return index >= 0 and number <= self.lasts[index]


def allowed_networks(values: Iterable[str]) -> AllowedNetworks:
    """Return the addresses of these networks; overlapping and adjacent ones are joined."""
    networks = _collapse(map(ipaddress.ip_network, values))
    return AllowedNetworks(
        firsts=tuple(int(network.network_address) for network in networks),
        lasts=tuple(int(network.broadcast_address) for network in networks),
    )


def _collapse(networks: Iterable[Network]) -> list[ipaddress.IPv6Network]:
    return list(ipaddress.collapse_addresses(map(_as_ipv6_network, networks)))


def _number(client_ip: str) -> int | None:
    try:
        return _ipv6_number(client_ip) if ":" in client_ip else _ipv4_number(client_ip)
    except ValueError:
        return None


@functools.lru_cache(maxsize=1024)
def _ipv6_number(address: str) -> int:
    return int(ipaddress.IPv6Address(address))


def _ipv4_number(address: str) -> int:
    """
    Return the mapped address as a number or raise ValueError, as ipaddress does but much faster.

    Every visitor has another address, so a cache would not help; inet_pton of the `socket` module
    would, but that module costs every cold start more than it saves.
    """
    octets = bytes(map(int, address.split(".")))
    if ".".join(map(str, octets)) != address or len(octets) != _OCTETS:
        raise ValueError(address)
    return _FIRST_IPV4 + int.from_bytes(octets)


def _as_ipv6_network(network: Network) -> ipaddress.IPv6Network:
    if isinstance(network, ipaddress.IPv6Network):
        return network
    prefix_length = network.prefixlen + _IPV4_MAPPED.prefixlen
    first = _IPV4_MAPPED[int(network.network_address)]
    return ipaddress.IPv6Network((first, prefix_length))
