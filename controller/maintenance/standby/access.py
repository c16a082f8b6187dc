"""
The keys that say who may pass: `settings`, the networks and the tokens. Pure.

    key         value
    --------    ----------------------------------------------------------------------------------
    settings    a JSON object, read for every request of a closed site:
                  a     path patterns that stay open
                  w, k  how what passes is rewritten, "d" or "s", and the patterns that are not
                  o, e  an expression of the named origins; 1 if every origin may read the answer
                  r, x  Retry-After without an end, and the most that it says, in seconds
                  8     the first IPv4 address of each part of the networks; 32, the same for IPv6
    n8.<part>   ascending, disjoint ranges of IPv4 addresses in hexadecimal, the first and the last
                of each, 8 digits an address and no separators; n32.<part> the same for IPv6
    t.<digest>  when a token expires, Unix time; the digest is its SHA-256 in base64url

So the function reads one part of the networks, however many there are, and a token is created and
revoked by one write of one key.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from itertools import batched
from typing import Any

import msgspec
from msgspec import Struct

from maintenance.errors import ConfigurationError
from maintenance.standby.layout import VALUE_LIMIT_BYTES
from maintenance.standby.rendering import EdgeSettings

SETTINGS_KEY = "settings"
_IPV4_DIGITS, _IPV6_DIGITS = 8, 32
# ::ffff:0:0/96, the IPv6 addresses that stand for IPv4 ones (RFC 4291, section 2.5.5.2).
_IPV4_MAPPED = "0" * 20 + "ffff"
# Which of the owner's settings the long members come from.
_NAMES = {
    "allowed_paths": ("a",),
    "rewrite_except_paths": ("k",),
    "cors_origins": ("o",),
    "allowed_networks": (str(_IPV4_DIGITS), str(_IPV6_DIGITS)),
}
_ACCESS_KEY = re.compile(rf"{SETTINGS_KEY}|n({_IPV4_DIGITS}|{_IPV6_DIGITS})\.\d+|t\.[\w-]{{43}}")
_REWRITES = {"directory-index": "d", "single-page": "s"}


class _AllowedPaths(Struct, frozen=True):
    a: tuple[str, ...]


def settings_keys(settings: EdgeSettings) -> dict[str, str]:
    """Return `settings` and the keys of the networks; ConfigurationError if it is too large."""
    keys: dict[str, str] = {}
    members: dict[str, Any] = {"a": settings.allowed_paths}
    if settings.rewrite:
        members |= {"w": _REWRITES[settings.rewrite], "k": settings.rewrite_except_paths}
    if settings.named_origins:
        members["o"] = settings.named_origins
    if settings.all_origins:
        members["e"] = 1
    members |= {"r": settings.retry_after_seconds, "x": settings.retry_after_max_seconds}
    for digits, ranges in _by_width(settings.allowed_ranges).items():
        parts = [*_network_parts(ranges, digits)]
        if parts:
            members[str(digits)] = [part[:digits] for part in parts]
        keys |= {f"n{digits}.{number}": part for number, part in enumerate(parts)}
    return {SETTINGS_KEY: _encode(members), **keys}


def token_keys(expiries: Mapping[str, int]) -> dict[str, str]:
    """Return the keys of tokens; `expiries` has Unix times by SHA-256 in hexadecimal."""
    return {
        f"t.{base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip('=')}": str(expiry)
        for digest, expiry in expiries.items()
    }


def allowed_paths(keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths that stay open by the key `settings`, () if there is none that is valid."""
    try:
        return msgspec.json.decode(keys.get(SETTINGS_KEY, ""), type=_AllowedPaths).a
    except msgspec.MsgspecError:
        return ()


def is_access_key(key: str) -> bool:
    """Return whether a key of the store is one of those above."""
    return _ACCESS_KEY.fullmatch(key) is not None


def _by_width(ranges: Iterable[tuple[str, str]]) -> dict[int, list[str]]:
    """Return ranges as their first and last addresses, joined, by the digits of an address."""
    found: dict[int, list[str]] = {_IPV4_DIGITS: [], _IPV6_DIGITS: []}
    for first, last in ranges:
        # A network is within the mapped addresses, or has none of them: all of them are refused.
        is_ipv4 = first.startswith(_IPV4_MAPPED)
        digits = _IPV4_DIGITS if is_ipv4 else _IPV6_DIGITS
        found[digits].append(first[-digits:] + last[-digits:])
    return found


def _network_parts(ranges: Iterable[str], digits: int) -> Iterable[str]:
    for part in batched(ranges, VALUE_LIMIT_BYTES // (2 * digits)):
        yield "".join(part)


def _encode(members: Mapping[str, Any]) -> str:
    value = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    size = len(value.encode())
    if size > VALUE_LIMIT_BYTES:
        sizes = {name: _size(members, *keys) for name, keys in _NAMES.items()}
        longest = max(sizes, key=sizes.__getitem__)
        raise ConfigurationError(
            f"the settings take {size} bytes, and the standby engine has room for "
            f"{VALUE_LIMIT_BYTES}: shorten {longest!r}, which takes {sizes[longest]}"
        )
    return value


def _size(members: Mapping[str, Any], *keys: str) -> int:
    texts = (json.dumps(members.get(key, ""), ensure_ascii=False) for key in keys)
    return sum(len(each.encode()) for each in texts)
