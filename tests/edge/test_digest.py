"""SHA-256, its Base64 and its comparison are the standard library's, whichever module has them."""

import base64
import hashlib
import importlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maintenance_edge import digest


@pytest.mark.parametrize("missing", ["", "_sha2", "_operator"])
def test_digests_are_the_same_in_every_build_of_python(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Another one may lack a module that is Python's own."""
    if missing:
        monkeypatch.setitem(sys.modules, missing, None)
    try:
        loaded = importlib.reload(digest)
        written = loaded.sha256(b"p {}").hexdigest()
        compared = loaded.compare_digest("a", "a"), loaded.compare_digest("a", "b")
    finally:
        monkeypatch.undo()
        importlib.reload(digest)

    assert (hashlib.sha256(b"p {}").hexdigest(), (True, False)) == (written, compared)


@given(st.binary())
def test_the_base64_of_a_digest_is_that_of_the_standard_library(content: bytes) -> None:
    """Browsers compare it with their own."""
    expected = base64.b64encode(hashlib.sha256(content).digest()).decode()

    assert expected == digest.sha256_base64(content)


def test_openssl_is_not_loaded() -> None:
    """It would take a cold start longer than all the rest of the function."""
    assert "_sha2" == digest.sha256(b"").__class__.__module__
