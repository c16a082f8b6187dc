"""Fixtures of the gap tests: ministack without our patches."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.sandbox.plain import start_ministack


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Yield one plain ministack for all gap tests."""
    directory: Path = tmp_path_factory.mktemp("ministack")
    with start_ministack(directory) as running:
        yield Cloud(running)


@pytest.fixture
def plain(ministack: Cloud) -> Cloud:
    """Return the plain ministack, emptied."""
    url = f"{ministack.sandbox.endpoint_url}/_ministack/reset"
    with urllib.request.urlopen(urllib.request.Request(url, method="POST")):  # noqa: S310 - our own process
        return ministack
