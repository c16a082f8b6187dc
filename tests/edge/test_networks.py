"""Which viewers pass by their address."""

import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge.networks import allowed_networks

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("192.0.2.0/24", "192.0.2.0"),
        ("192.0.2.0/24", "192.0.2.255"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.0/24", "::ffff:192.0.2.9"),
        ("::ffff:192.0.2.0/120", "192.0.2.9"),
        ("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::1", "2001:0db8:0000::0001"),
        ("fe80::/10", "fe80::1%eth0"),
    ],
)
def test_a_viewer_in_an_allowed_network_passes(network: str, address: str) -> None:
    """First and last address included, however the address is written."""
    assert address in allowed_networks([network])


@pytest.mark.parametrize(
    "address",
    [
        *("192.0.1.255", "192.0.3.0", "2001:db9::", "::192.0.2.1"),
        *("", "localhost", "192.0.2", "1" * 99, "192.0.2.1.1", "192.0.2.01", "192.0.2.1 "),
        *("192.0.2.256", "192.0.2.-1", "2001:db8::1::"),
    ],
)
def test_other_viewers_do_not_pass(address: str) -> None:
    """Adjacent addresses, unrelated ones, and text that is not an address."""
    assert address not in allowed_networks(["192.0.2.0/24", "2001:db8::/32"])


def test_without_networks_no_viewer_passes() -> None:
    """An empty list allows no address."""
    assert "192.0.2.1" not in allowed_networks([])


def forms(address: Address) -> list[Address]:
    """Return every way to write the address of one viewer."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address, ipaddress.IPv6Address(f"::ffff:{address}")]
    return [address, address.ipv4_mapped] if address.ipv4_mapped else [address]


@given(
    st.lists(st.ip_addresses(v=4), max_size=20),
    st.lists(st.ip_addresses(v=6), max_size=20),
    st.integers(8, 32),
    st.ip_addresses(),
)
def test_exactly_the_addresses_in_the_networks_pass(
    four: list[ipaddress.IPv4Address],
    six: list[ipaddress.IPv6Address],
    prefix_length: int,
    unrelated: Address,
) -> None:
    """Joining and searching the ranges does not change the result."""
    networks = [
        ipaddress.ip_network(f"{address}/{prefix_length}", strict=False)
        for address in (*four, *six)
    ]
    allowed = allowed_networks(map(str, networks))
    addresses = [*four, *six, unrelated]
    expected = [
        any(form in network for network in networks for form in forms(address))
        for address in addresses
    ]

    assert expected == [str(address) in allowed for address in addresses], json.dumps(
        [str(network) for network in networks]
    )
