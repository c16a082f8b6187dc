"""
SHA-256 and its Base64, and a comparison in constant time, without libraries that load slowly.

OpenSSL takes longer to load than all of our modules, and `hashlib` and `hmac` load it. Where it is
missing they use these modules of Python's own. A Python that has none of them gets OpenSSL's.
Loading `binascii` takes a twentieth of what is ours in a cold start, for this one use.
"""

from __future__ import annotations

try:
    from _operator import _compare_digest as compare_digest
    from _sha2 import sha256  # type: ignore[import-not-found]  # a module of Python's own
except ImportError:
    from hashlib import sha256
    from hmac import compare_digest  # type: ignore[no-redef]  # the same

__all__ = ["compare_digest", "sha256", "sha256_base64"]

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def sha256_base64(content: bytes) -> str:
    """Return the SHA-256 of `content` in Base64: 43 characters of 6 bits, and one that pads."""
    bits = int.from_bytes(sha256(content).digest()) << 2
    return "".join([_ALPHABET[bits >> shift & 63] for shift in range(252, -1, -6)]) + "="
