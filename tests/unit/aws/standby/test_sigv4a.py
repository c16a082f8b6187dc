"""The signature of a digest is the one that RFC 6979 publishes."""

import hashlib

import pytest
from maintenance.aws.standby.sigv4a import sign_digest

# RFC 6979, A.2.5: ECDSA with P-256 and SHA-256.
_KEY = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
_PUBLISHED = [
    (
        "sample",
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    (
        "test",
        0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
        0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
    ),
]


def _integers(der: bytes) -> list[int]:
    """Return the two integers of a SEQUENCE in DER."""
    assert (0x30, len(der) - 2) == (der[0], der[1])
    numbers, rest = [], der[2:]
    while rest:
        assert 2 == rest[0]
        numbers.append(int.from_bytes(rest[2 : 2 + rest[1]], signed=True))
        rest = rest[2 + rest[1] :]
    return numbers


@pytest.mark.parametrize(("message", "r", "s"), _PUBLISHED)
def test_a_signature_is_the_published_one(message: str, r: int, s: int) -> None:
    """Also if an integer begins with a set bit, or with a zero byte."""
    digest = hashlib.sha256(message.encode()).digest()

    assert [r, s] == _integers(sign_digest(_KEY, digest))
