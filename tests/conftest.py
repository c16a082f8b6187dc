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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Say which tests stay together where several processes run them, and which begin.

    Those of a file share what it sets up. Those that let the SAM CLI build in the checkout would
    build over each other; they take longest, so they begin.
    """
    items.sort(key=lambda item: item.path.parent.name not in _BUILD_IN_THE_CHECKOUT)
    for item in items:
        builds = item.path.parent.name in _BUILD_IN_THE_CHECKOUT
        item.add_marker(pytest.mark.xdist_group("sam build" if builds else str(item.path)))


_BUILD_IN_THE_CHECKOUT = {"demo", "live_check", "local_invoke", "stack"}

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
