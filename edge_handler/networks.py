# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Who passes during maintenance by the viewer's address. Pure.

A network that stays open is written in CIDR notation, IPv4 or IPv6. An IPv4 address counts as the
same viewer when it is written as IPv6 (::ffff:192.0.2.1). Imported only where there are networks.
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

# Where IPv6 has the addresses of IPv4 (RFC 4291, section 2.5.5.2).
_EVERY_IPV4_ADDRESS: Final = ipaddress.IPv6Network("::ffff:0:0/96")
_FIRST_IPV4: Final = int(_EVERY_IPV4_ADDRESS.network_address)
_OCTETS: Final = 4


def are_networks(written: list[Any]) -> bool:
    """Say whether each of these is a network without host bits, and not all of IPv4 is in them."""
    if not all(isinstance(each, str) for each in written):
        return False
    try:
        networks = [ipaddress.ip_network(each) for each in written]
    except ValueError:
        return False
    return not any(network.supernet_of(_EVERY_IPV4_ADDRESS) for network in _joined(networks))


class OpenNetworks:
    """The addresses that may enter: ascending, disjoint ranges of numbers, IPv4 among IPv6."""

    __slots__ = ("firsts", "lasts")

    def __init__(self, *, firsts: tuple[int, ...], lasts: tuple[int, ...]) -> None:
        self.firsts: Final = firsts
        self.lasts: Final = lasts

    def __contains__(self, client_ip: str) -> bool:
        """Say whether the viewer's address is in one of the networks; what is none is not."""
        number = _number(client_ip) if self.firsts else None
        if number is None:
            return False
        place = bisect_right(self.firsts, number) - 1
        return place >= 0 and number <= self.lasts[place]


def open_networks(written: Iterable[str]) -> OpenNetworks:
    """Return the addresses of these networks; overlapping and touching ones join."""
    joined = _joined(map(ipaddress.ip_network, written))
    return OpenNetworks(
        firsts=tuple(int(network.network_address) for network in joined),
        lasts=tuple(int(network.broadcast_address) for network in joined),
    )


def _joined(networks: Iterable[Network]) -> list[ipaddress.IPv6Network]:
    return list(ipaddress.collapse_addresses(map(_as_ipv6_network, networks)))


def _number(client_ip: str) -> int | None:
    """Return an address as a number, None for what is no address: that is nobody we know."""
    try:
        return _ipv6_number(client_ip) if ":" in client_ip else _ipv4_number(client_ip)
    except ValueError:
        return None


@functools.lru_cache(maxsize=1024)
def _ipv6_number(address: str) -> int:
    return int(ipaddress.IPv6Address(address))


def _ipv4_number(address: str) -> int:
    """
    Return what ipaddress would, or raise ValueError, in a fraction of the time.

    Every visitor has another address, so this is done anew for each; the `socket`
    module, whose inet_pton would do, costs every cold start more than it saves.
    """
    octets = bytes(map(int, address.split(".")))
    if ".".join(map(str, octets)) != address or len(octets) != _OCTETS:
        raise ValueError(address)
    return _FIRST_IPV4 + int.from_bytes(octets)


def _as_ipv6_network(network: Network) -> ipaddress.IPv6Network:
    """Return the network in the one space of numbers that both kinds of address share."""
    if isinstance(network, ipaddress.IPv6Network):
        return network
    prefix_length = network.prefixlen + _EVERY_IPV4_ADDRESS.prefixlen
    first = _EVERY_IPV4_ADDRESS[int(network.network_address)]
    return ipaddress.IPv6Network((first, prefix_length))
