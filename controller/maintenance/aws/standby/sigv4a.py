"""
Sign requests with AWS Signature Version 4A, the only one that CloudFront KeyValueStore accepts.

botocore leaves this to awscrt, which has 12 MB and takes 140 ms to import. Tests compare ours with
awscrt's. It is not constant in time, as it signs a few times a minute where only its owner can
time it. Source: IAM User Guide, reference_sigv-create-signed-request; the key is derived as in
awslabs/aws-c-auth, key_derivation.c; the signature is ECDSA over P-256 (FIPS 186-5) with the nonce
of RFC 6979.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_ALGORITHM = "AWS4-ECDSA-P256-SHA256"
# Others are AWS's to sign, but proxies and retries change some of them.
_SIGNED = frozenset({"content-type", "host", "if-match"})
# The field, the order of the group, and the base point of P-256 (NIST SP 800-186, 3.2.1.3).
_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# A point in Jacobian coordinates, x/z² and y/z³, and one whose z is 1.
type _Point = tuple[int, int, int]
type _Affine = tuple[int, int]
_INFINITY = (1, 1, 0)
_TEETH, _SPACING = 4, 64


class Keys(Struct, frozen=True):
    """What identifies a caller; temporary keys have a token."""

    access_key: str
    secret_key: str
    token: str | None = None


class Request(Struct, frozen=True):
    """A request to sign; its path and query are percent-encoded, as they are sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class StringToSign(Struct, frozen=True):
    """What is signed, with its scope, the names of its headers and the headers it adds."""

    text: str
    scope: str
    signed_headers: str
    added: Mapping[str, str]


def sign_request(request: Request, service: str, keys: Keys, now: datetime) -> dict[str, str]:
    """Return the headers to add to a request; `now` is in UTC."""
    made = string_to_sign(request, service, keys, now)
    signature = sign_digest(derive_key(keys), hashlib.sha256(made.text.encode()).digest())
    authorization = (
        f"{_ALGORITHM} Credential={keys.access_key}/{made.scope}, "
        f"SignedHeaders={made.signed_headers}, Signature={signature.hex()}"
    )
    return {**made.added, "Authorization": authorization}


def string_to_sign(request: Request, service: str, keys: Keys, now: datetime) -> StringToSign:
    """Return what AWS puts together too, and compares with the signature."""
    date = f"{now:%Y%m%dT%H%M%SZ}"
    added = {"X-Amz-Date": date, "X-Amz-Region-Set": "*"}
    if keys.token:
        added["X-Amz-Security-Token"] = keys.token
    signed = _signed_headers(request, added)
    scope = f"{date[:8]}/{service}/aws4_request"
    digest = hashlib.sha256(_canonical(request, signed).encode()).hexdigest()
    text = f"{_ALGORITHM}\n{date}\n{scope}\n{digest}"
    return StringToSign(text, scope, ";".join(signed), added)


def derive_key(keys: Keys) -> int:
    """Return the private key of a caller's keys."""
    secret = f"AWS4A{keys.secret_key}".encode()
    start = b"\0\0\0\1" + _ALGORITHM.encode() + b"\0" + keys.access_key.encode()
    candidates = (
        int.from_bytes(hmac.digest(secret, start + bytes([counter]) + b"\0\0\1\0", "sha256"))
        for counter in range(1, 255)
    )
    return 1 + next(each for each in candidates if each <= _ORDER - 2)


def sign_digest(key: int, digest: bytes) -> bytes:
    """Return the ECDSA signature of a SHA-256 digest, in DER."""
    nonce = _nonce(key, digest)
    x, _, z = _multiply_base(nonce)
    r = x * pow(z, -2, _FIELD) % _FIELD % _ORDER
    s = pow(nonce, -1, _ORDER) * (int.from_bytes(digest) + r * key) % _ORDER
    numbers = _der(2, _integer(r)) + _der(2, _integer(s))
    return _der(0x30, numbers)


def _signed_headers(request: Request, added: Mapping[str, str]) -> dict[str, str]:
    headers = {"host": urlsplit(request.url).netloc, **request.headers, **added}
    lower = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    return {
        name: lower[name] for name in sorted(lower) if name in _SIGNED or name.startswith("x-amz-")
    }


def _canonical(request: Request, signed: Mapping[str, str]) -> str:
    url = urlsplit(request.url)
    query = sorted(each.partition("=")[::2] for each in url.query.split("&") if each)
    return "\n".join(
        (
            request.method,
            # Encoded once more than it is sent, which only S3 does not ask for.
            quote(url.path, safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{value}" for name, value in signed.items()),
            "",
            ";".join(signed),
            hashlib.sha256(request.body).hexdigest(),
        )
    )


def _nonce(key: int, digest: bytes) -> int:
    """Return the nonce of RFC 6979, section 3.2: it depends on the key and the digest alone."""
    seed = key.to_bytes(32) + (int.from_bytes(digest) % _ORDER).to_bytes(32)
    secret, value = bytes(32), b"\1" * 32
    for separator in (b"\0", b"\1"):
        secret = hmac.digest(secret, value + separator + seed, "sha256")
        value = hmac.digest(secret, value, "sha256")
    # One in four thousand million nonces is too large, and then the next one counts.
    while not 0 < (nonce := int.from_bytes(value := hmac.digest(secret, value, "sha256"))) < _ORDER:
        secret = hmac.digest(secret, value + b"\0", "sha256")
        value = hmac.digest(secret, value, "sha256")
    return nonce


def _multiply_base(number: int) -> _Point:
    """
    Return the base point `number` times; it is from 1 to the order of the group, exclusive.

    By the comb method (Guide to Elliptic Curve Cryptography, algorithm 3.44): a step takes one bit
    of each quarter of the number.
    """
    sums, point = _comb(), _INFINITY
    bits = f"{number:0{_TEETH * _SPACING}b}"
    quarters = (bits[at : at + _SPACING] for at in range(0, len(bits), _SPACING))
    for column in zip(*quarters, strict=True):
        point = _double(point)
        if chosen := int("".join(column), 2):
            point = _add(point, sums[chosen - 1])
    return point


@functools.cache
def _comb() -> tuple[_Affine, ...]:
    """Return the base point times 1, 2**64, 2**64 + 1, 2**128, ..., all sums of the four."""
    sums: list[_Affine] = []
    tooth = _BASE
    for number in range(_TEETH):
        if number:
            point = (*tooth, 1)
            for _ in range(_SPACING):
                point = _double(point)
            tooth = _affine(point)
        sums += [tooth, *(_affine(_add((*each, 1), tooth)) for each in sums)]
    return tuple(sums)


def _affine(point: _Point) -> _Affine:
    x, y, z = point
    inverse = pow(z, -1, _FIELD)
    return x * inverse**2 % _FIELD, y * inverse**3 % _FIELD


def _double(point: _Point) -> _Point:
    x, y, z = point
    zz, yy = z * z, y * y
    beta, alpha = x * yy, 3 * (x - zz) * (x + zz)
    doubled = (alpha * alpha - 8 * beta) % _FIELD
    return doubled, (alpha * (4 * beta - doubled) - 8 * yy * yy) % _FIELD, 2 * y * z % _FIELD


def _add(point: _Point, other: _Affine) -> _Point:
    """Return the sum of two points; they may be neither equal nor each other's negative."""
    x, y, z = point
    if not z:
        return *other, 1
    zz = z * z % _FIELD
    h, r = (other[0] * zz - x) % _FIELD, (other[1] * z * zz - y) % _FIELD
    hh = h * h % _FIELD
    hhh, v = h * hh % _FIELD, x * hh % _FIELD
    total = (r * r - hhh - 2 * v) % _FIELD
    return total, (r * (v - total) - y * hhh) % _FIELD, z * h % _FIELD


def _integer(number: int) -> bytes:
    # With a leading zero if the first bit is set, or it would be negative.
    return number.to_bytes(number.bit_length() // 8 + 1)


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content
