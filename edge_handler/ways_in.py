# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Who passes during maintenance without a cookie: paths and networks that stay open. Pure.

    way in      written as                                         matches
    --------    -----------------------------------------------    ------------------------------
    path        CloudFront's path pattern: `*` text, `?` letter    the whole path, case counts
    network     CIDR, IPv4 or IPv6                                 the viewer's address

An IPv4 address counts as the same viewer when it is written as IPv6 (::ffff:192.0.2.1).
"""

from __future__ import annotations

import functools
import ipaddress
import re
from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# An origin may resolve such parts, so /open/../closed does not count as /open/*. Some origins drop
# path parameters (..;x=1), decode twice (%252e), take what UTF-8 forbids for a dot (%c0%ae, %u002e)
# or end a path at NUL before they resolve it.
_RESOLVABLE: Final = re.compile(
    r"//|\\|;|%(?:2e|2f|5c|3b|25|00|c[01]|e0%[89]|f0%8|f[89a-f]|u)|/\.\.?(?:/|$)", re.IGNORECASE
)

# Where IPv6 has the addresses of IPv4 (RFC 4291, section 2.5.5.2).
EVERY_IPV4_ADDRESS: Final = ipaddress.IPv6Network("::ffff:0:0/96")
_FIRST_IPV4: Final = int(EVERY_IPV4_ADDRESS.network_address)
_OCTETS: Final = 4


class OpenPaths:
    """The paths that stay open; `expression` matches a whole path, or nothing if there are none."""

    __slots__ = ("expression",)

    def __init__(self, expression: re.Pattern[str]) -> None:
        self.expression: Final = expression

    def __contains__(self, uri: str) -> bool:
        """Say whether `uri`, a path without query string, is open whoever resolves it."""
        return bool(self.expression.fullmatch(uri)) and not _RESOLVABLE.search(uri)


def open_paths(patterns: Iterable[str]) -> OpenPaths:
    """Return the paths that these patterns keep open."""
    return OpenPaths(re.compile("|".join(map(_expression, patterns)) or r"(?!)", re.DOTALL))


def _expression(pattern: str) -> str:
    """
    Return the pattern as a regular expression whose cost grows with the path's length alone.

    Each part between two `*` is looked for once, in an atomic group: where its first place leads
    nowhere, no later one does, and trying them all would take seconds for a path made for that.
    """
    first, *others = (
        "".join("." if character == "?" else re.escape(character) for character in part)
        for part in pattern.split("*")
    )
    if not others:
        return first
    *middle, last = others
    return "".join((first, *(f"(?>.*?{part})" for part in middle), ".*", last))


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


def open_networks(networks: Iterable[Network]) -> OpenNetworks:
    """Return the addresses of these networks; overlapping and touching ones join."""
    joined = list(ipaddress.collapse_addresses(map(as_ipv6_network, networks)))
    return OpenNetworks(
        firsts=tuple(int(network.network_address) for network in joined),
        lasts=tuple(int(network.broadcast_address) for network in joined),
    )


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


def as_ipv6_network(network: Network) -> ipaddress.IPv6Network:
    """Return the network in the one space of numbers that both kinds of address share."""
    if isinstance(network, ipaddress.IPv6Network):
        return network
    prefix_length = network.prefixlen + EVERY_IPV4_ADDRESS.prefixlen
    first = EVERY_IPV4_ADDRESS[int(network.network_address)]
    return ipaddress.IPv6Network((first, prefix_length))
