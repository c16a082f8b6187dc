"""
SHA-256, and a comparison in constant time, without OpenSSL.

OpenSSL takes longer to load than all of our modules, and `hashlib` and `hmac` load it. Where it is
missing they use these modules of Python's own. A Python that has none of them gets OpenSSL's.
"""

try:
    from _operator import _compare_digest as compare_digest
    from _sha2 import sha256  # type: ignore[import-not-found]  # a module of Python's own
except ImportError:
    from hashlib import sha256
    from hmac import compare_digest  # type: ignore[no-redef]  # the same

__all__ = ["compare_digest", "sha256"]
