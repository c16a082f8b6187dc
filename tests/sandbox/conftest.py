"""Fixtures of the gap watch: ministack without the sandbox around it."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.sandbox.plain import start_ministack


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Give one plain ministack for all the tests here."""
    directory: Path = tmp_path_factory.mktemp("ministack")
    with start_ministack(directory) as running:
        yield Cloud(running)


@pytest.fixture
def plain(ministack: Cloud) -> Cloud:
    """Give it empty."""
    url = f"{ministack.sandbox.endpoint_url}/_ministack/reset"
    with urllib.request.urlopen(urllib.request.Request(url, method="POST")):  # noqa: S310 - our own process
        return ministack
