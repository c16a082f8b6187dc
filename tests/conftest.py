"""Fixtures that many folders share: one sandbox for the session, and it empty for each test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sandbox.process import Sandbox, start_sandbox
from tests.cloud import Cloud
from tests.hypothesis_profiles import examples


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of the gap watch."""
    config.addinivalue_line("markers", "gap: fails when ministack closes a gap that a remedy fills")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with those that let the SAM CLI build, which take longest."""
    items.sort(key=lambda item: _scope(item.nodeid) != _SAM_BUILD)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Say which tests stay together where several processes run them."""
    return _ByScope(config, log)


class _ByScope(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


def _scope(nodeid: str) -> str:
    """
    Return what a test belongs to: its file, which shares what it sets up.

    Those that let the SAM CLI build in the checkout are one, for they would build over each other.
    """
    file = nodeid.partition("::")[0]
    return _SAM_BUILD if file.split("/")[-2] in _BUILD_IN_THE_CHECKOUT else file


_SAM_BUILD = "sam build"
_BUILD_IN_THE_CHECKOUT = {"demo", "invoke", "live_check", "stack"}

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
