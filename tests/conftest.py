"""Fixtures that many folders share: one sandbox for the session, and it empty for each test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from sandbox.process import Sandbox, start_sandbox
from tests.cloud import Cloud
from tests.effort import examples


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of the gap watch."""
    config.addinivalue_line("markers", "gap: fails when ministack closes a gap that a remedy fills")


# Loaded here, before any law is imported.
settings.register_profile("laws", examples(100))
settings.load_profile("laws")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Give the sandbox that runs for the whole session."""
    with start_sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def _clients(sandbox: Sandbox) -> Cloud:
    """Give the clients, which cost more to make than a test to run."""
    return Cloud(sandbox)


@pytest.fixture
def cloud(_clients: Cloud) -> Cloud:
    """Give an empty cloud: everything that an earlier test made is gone."""
    _clients.sandbox.reset()
    return _clients
