"""The bypass tokens as they are stored and published: names, expiry, and what is refused."""

import json
from datetime import timedelta

import pytest
from maintenance.errors import ConfigurationError
from maintenance.lambda_edge.bypass import (
    Token,
    add,
    check_names,
    decode_tokens,
    encode_tokens,
    published_tokens,
    remove,
)
from msgspec.structs import replace

from tests.builders import NOW

DAY = timedelta(days=1)
ANA = Token("ana", "a" * 64, created=NOW, expires=NOW + 7 * DAY)
BOB = Token("bob@example.com", "b" * 64, created=NOW, expires=NOW + DAY)


def test_tokens_are_read_as_they_were_written() -> None:
    """With their names and instants."""
    assert (ANA, BOB) == decode_tokens(encode_tokens([ANA, BOB]))


def test_only_digest_and_expiry_are_published() -> None:
    """Names of people are nothing for those who may read the function."""
    published = published_tokens([BOB, ANA])

    expected = {"a" * 64: int(ANA.expires.timestamp()), "b" * 64: int(BOB.expires.timestamp())}
    assert expected == json.loads(published)


def test_the_same_tokens_are_the_same_file() -> None:
    """In any order, or the same tokens would be published twice; no tokens are no file."""
    assert published_tokens([ANA, BOB]) == published_tokens([BOB, ANA])
    assert b"" == published_tokens([])


def test_expired_tokens_are_left_out_when_one_is_added() -> None:
    """The list does not grow for ever, and their names are free again."""
    later = NOW + 2 * DAY
    token = Token(BOB.name, "c" * 64, created=later, expires=later + DAY)

    assert (ANA, token) == add([ANA, BOB], token)


def test_a_token_is_added_once_although_its_write_is_repeated() -> None:
    """S3 may have stored it, and its answer was lost."""
    assert (ANA, BOB) == add([ANA, BOB], ANA)


def test_expired_tokens_are_left_out_when_one_is_revoked() -> None:
    """The others stay."""
    eve = replace(ANA, name="eve")

    assert (eve,) == remove([ANA, BOB, eve], ["ana"], NOW + 2 * DAY)


def test_several_tokens_are_revoked_at_once() -> None:
    """The others stay."""
    check_names([ANA, BOB], ["ana", "bob@example.com"])

    assert () == remove([ANA, BOB], ["ana", "bob@example.com"], NOW)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ((), "no token is named eve: there are no tokens"),
        ((ANA, BOB), "no token is named eve: there are ana, bob@example.com"),
    ],
)
def test_an_unknown_name_is_not_revoked(tokens: tuple[Token, ...], message: str) -> None:
    """It may be misspelt, and the operator believes that someone cannot pass any more."""
    with pytest.raises(ConfigurationError, match=f"^{message}$"):
        check_names(tokens, ["ana", "eve"] if tokens else ["eve"])


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 65, "a\n", "é", "../x"])
def test_a_name_that_cannot_be_typed_or_shown_is_refused(name: str) -> None:
    """Names are arguments of `bypass revoke`."""
    with pytest.raises(ConfigurationError, match="cannot name a token: use up to 64 letters"):
        add([], replace(ANA, name=name))


def test_a_name_is_taken_until_its_token_expires() -> None:
    """Or `revoke` would not know which one is meant."""
    with pytest.raises(ConfigurationError, match="there is a token ana already: revoke it first"):
        add([ANA], replace(ANA, sha256="c" * 64))


def test_a_token_lasts_a_year_at_most() -> None:
    """Browsers keep no cookie much longer."""
    assert add([], replace(ANA, expires=NOW + 365 * DAY))
    with pytest.raises(ConfigurationError, match="lasts 365 days at most: choose a shorter time"):
        add([], replace(ANA, expires=NOW + 365 * DAY + timedelta(seconds=1)))


def test_there_are_a_thousand_tokens_at_most() -> None:
    """More would take the edge function longer to read than it has."""
    tokens = [replace(ANA, name=f"t{n}") for n in range(1_000)]
    with pytest.raises(ConfigurationError, match="there are 1000 tokens, and no more are possible"):
        add(tokens, ANA)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a b"},
        {"name": 7},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"expires": "2026-12-08T02:00:00"},
        {"expires": "soon"},
        {"other": 1},
    ],
)
def test_an_edited_document_is_refused_with_the_reason(change: dict[str, object]) -> None:
    """Where it is wrong."""
    document = json.loads(encode_tokens([ANA]))
    document["tokens"][0] |= change

    with pytest.raises(ConfigurationError, match=r"\$\.tokens\[0\]|`other`"):
        decode_tokens(json.dumps(document).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"tokens": 1}'])
def test_another_document_is_refused(body: bytes) -> None:
    """It says nothing about who may pass."""
    with pytest.raises(ConfigurationError):
        decode_tokens(body)
