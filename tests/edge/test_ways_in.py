"""Which paths and which viewers stay admitted, and that neither is a way around."""

import ipaddress
import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ways_in import Network, open_networks, open_paths

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PATHS = open_paths(["/robots.txt", "/hooks/*", "/v?/health"])


@pytest.mark.parametrize(
    "path",
    ["/robots.txt", "/hooks/", "/hooks/payment/7", "/v1/health", "/hooks/a..b", "/hooks/.x",
     "/hooks/%C3%BC%E0%A4%85%F0%9F%98%80"],
)  # fmt: skip
def test_a_path_that_matches_a_pattern_is_open(path: str) -> None:
    """`*` is any text, `?` one character; everything else stands for itself."""
    assert path in PATHS


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/robots.txt2",
        "/a/robots.txt",
        "/robotsxtxt",
        "/Robots.txt",
        "/hooks",
        "/v10/health",
    ],
)
def test_a_path_that_matches_no_pattern_is_closed(path: str) -> None:
    """A pattern stands for the whole path, and case counts."""
    assert path not in PATHS


@pytest.mark.parametrize(
    "way_around",
    ["../admin", "./x", "..", ".", "/x", "%2e%2e/admin", "%2E./admin", "..%2fadmin", "..\\admin",
     "..%5Cadmin", "..;/admin", "..;x=1/admin", "%252e%252e%252fadmin", "..%3b/admin",
     "..%3B/admin", "..%00/admin", "%c0%ae%C0%AE/admin", "..%c0%afadmin", "..%c1%9cadmin",
     "..%e0%80%afadmin", "..%F0%80%80%AFadmin", "..%f8%80%80%80%afadmin", "..%u2215admin"],
)  # fmt: skip
def test_an_open_path_is_no_way_around(way_around: str) -> None:
    """A path that an origin may resolve to another is not the open one."""
    assert f"/hooks/{way_around}" not in PATHS


@given(
    st.lists(st.text("/a*?.", max_size=8).map("/{}".format), max_size=3),
    st.text("/a.b\n", max_size=12).map("/{}".format),
)
def test_a_pattern_means_what_its_wildcards_say(patterns: list[str], path: str) -> None:
    """However it is searched for; the plain form tries every place of every part."""
    wildcards = {"*": ".*", "?": "."}
    plain = [
        "".join(wildcards.get(character, re.escape(character)) for character in pattern)
        for pattern in patterns
    ]
    expected = any(re.fullmatch(expression, path, re.DOTALL) for expression in plain)

    assert expected == bool(open_paths(patterns).expression.fullmatch(path))


def test_no_path_is_expensive_to_look_for() -> None:
    """Every visitor can send one that was made for the pattern; CloudFront takes 8,192 bytes."""
    opened = open_paths(["/*/v*/hooks/*/in"])
    path = "/" + "/v/hooks/" * 900
    began = time.process_time()
    found = opened.expression.fullmatch(path)
    seconds = time.process_time() - began

    assert (None, True) == (found, seconds < 0.05), seconds


@pytest.mark.parametrize("path", ["", "/", "/robots.txt"])
def test_without_patterns_no_path_is_open(path: str) -> None:
    """An empty list closes everything, the empty path included."""
    assert path not in open_paths([])


def networks(*written: str) -> list[Network]:
    """Return networks as the settings hold them."""
    return [ipaddress.ip_network(network) for network in written]


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
def test_a_viewer_of_an_open_network_is_admitted(network: str, address: str) -> None:
    """First and last address included, however the address is written."""
    assert address in open_networks(networks(network))


@pytest.mark.parametrize(
    "address",
    [
        *("192.0.1.255", "192.0.3.0", "2001:db9::", "::192.0.2.1"),
        *("", "localhost", "192.0.2", "1" * 99, "192.0.2.1.1", "192.0.2.01", "192.0.2.1 "),
        *("192.0.2.256", "192.0.2.-1", "2001:db8::1::"),
    ],
)
def test_any_other_viewer_is_not_admitted(address: str) -> None:
    """One address beside, a stranger, and what is no address at all."""
    assert address not in open_networks(networks("192.0.2.0/24", "2001:db8::/32"))


def test_without_networks_nobody_is_admitted() -> None:
    """An empty list opens nothing."""
    assert "192.0.2.1" not in open_networks([])


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
def test_the_ranges_admit_exactly_whom_the_networks_hold(
    four: list[ipaddress.IPv4Address],
    six: list[ipaddress.IPv6Address],
    prefix_length: int,
    stranger: Address,
) -> None:
    """Joining and searching change nothing of the meaning, for members and strangers alike."""
    held = [
        ipaddress.ip_network(f"{address}/{prefix_length}", strict=False)
        for address in (*four, *six)
    ]
    opened = open_networks(held)
    asked = [*four, *six, stranger]
    expected = [
        any(form in network for network in held for form in forms(address)) for address in asked
    ]

    assert expected == [str(address) in opened for address in asked], json.dumps(
        [str(network) for network in held]
    )
