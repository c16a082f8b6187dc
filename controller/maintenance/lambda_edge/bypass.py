"""
The tokens that let a browser past maintenance, as they are stored and as they are published. Pure.

    page-bypass.json in the state bucket    name, SHA-256 and instants of each token, for people;
                                            only the command line writes it
    overrides/bypass.json in a package      the expiry of each by its SHA-256, all that the edge
                                            needs (edge_handler/maintenance_edge/bypass.py)

Neither holds a token, so who reads them cannot pass. The published file names expired tokens too:
the edge refuses them, and if a version depended on the clock, each expiry would deploy a closed
site again. `add` and `remove` leave them out.
"""

import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from maintenance.errors import ConfigurationError

# Beside page/, so that one listing shows whether there are tokens, and before it, so that no number
# of files there hides it.
TOKENS_KEY = "page-bypass.json"
BYPASS_FILE = "bypass.json"
# The parameter of the query that holds the token.
LINK_PARAMETER = "maintenance-bypass"
# Browsers keep a cookie for 400 days at most (RFC 6265bis, section 5.5).
LONGEST_LIFETIME = timedelta(days=365)
_MOST_TOKENS = 1_000
_NAME = r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}"
_NAME_PATTERN = re.compile(_NAME)


class Token(Struct, frozen=True, forbid_unknown_fields=True):
    """One token; `sha256` is the digest of its characters, in lower case hexadecimal."""

    name: Annotated[str, Meta(pattern=rf"^{_NAME}\Z")]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    created: Annotated[datetime, Meta(tz=True)]
    expires: Annotated[datetime, Meta(tz=True)]


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    tokens: Annotated[tuple[Token, ...], Meta(max_length=_MOST_TOKENS)]


def decode_tokens(body: bytes) -> tuple[Token, ...]:
    """Return the tokens of page-bypass.json; raise ConfigurationError, why it is invalid."""
    try:
        return msgspec.json.decode(body, type=_Document).tokens
    except msgspec.MsgspecError as error:
        raise ConfigurationError(str(error)) from error


def encode_tokens(tokens: Iterable[Token]) -> bytes:
    """Return page-bypass.json with these tokens."""
    return msgspec.json.format(msgspec.json.encode(_Document(tuple(tokens))), indent=1)


def published_tokens(tokens: Iterable[Token]) -> bytes:
    """Return the file of a package that admits these tokens; b"" if there are none."""
    expiries = {each.sha256: int(each.expires.timestamp()) for each in tokens}
    return json.dumps(expiries, sort_keys=True).encode() if expiries else b""


def add(tokens: Iterable[Token], token: Token) -> tuple[Token, ...]:
    """
    Return the tokens that are valid when `token` was created, and that one.

    Raises ConfigurationError if its name or its lifetime cannot be, or there are too many.
    """
    if not _NAME_PATTERN.fullmatch(token.name):
        raise ConfigurationError(
            f"{token.name!r} cannot name a token: use up to 64 letters, digits and . _ @ + -"
        )
    if token.expires - token.created > LONGEST_LIFETIME:
        raise ConfigurationError(
            f"a token lasts {LONGEST_LIFETIME.days} days at most: choose a shorter time"
        )
    valid = unexpired(tokens, token.created)
    if token in valid:  # The answer to an earlier write of it was lost.
        return valid
    if token.name in {each.name for each in valid}:
        raise ConfigurationError(
            f"there is a token {token.name} already: revoke it first, or choose another name"
        )
    if len(valid) >= _MOST_TOKENS:
        raise ConfigurationError(
            f"there are {len(valid)} tokens, and no more are possible: revoke some"
        )
    return (*valid, token)


def check_names(tokens: Iterable[Token], names: Iterable[str]) -> None:
    """Raise ConfigurationError if one of the names is no token's."""
    known = [each.name for each in tokens]
    unknown = [name for name in names if name not in known]
    if unknown:
        exist = f"there are {', '.join(known)}" if known else "there are no tokens"
        raise ConfigurationError(f"no token is named {', '.join(unknown)}: {exist}")


def remove(tokens: Iterable[Token], names: Collection[str], now: datetime) -> tuple[Token, ...]:
    """Return the tokens that are still valid, but for those of these names."""
    return tuple(each for each in unexpired(tokens, now) if each.name not in names)


def unexpired(tokens: Iterable[Token], now: datetime) -> tuple[Token, ...]:
    """Return the tokens that are still valid."""
    return tuple(each for each in tokens if each.expires > now)
