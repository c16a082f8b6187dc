"""
Setup of all tests: which ones stay in one process, and the sandbox.

The sandbox and its clients are imported where they are first needed: a test that needs neither
starts seconds earlier. tests/contract/test_imports.py checks that.
"""

import gc
import os
import signal
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sandbox.isolation import isolate
from tests.hypothesis_profiles import examples

if TYPE_CHECKING:
    from sandbox.process import Sandbox
    from tests.cloud import Cloud

# Loaded before any property test is imported.
settings.register_profile("laws", examples(100))
settings.load_profile("laws")

_QUICK = {"unit", "properties", "edge", "contract", "model_checking"}
# They run each line that is to be covered. The others need up to half as much time again if they
# are traced.
_TRACED = {"unit", "edge", "contract", "stories"}
# These folders deploy once for all their files.
_DEPLOYING = {"deployment", "examples", "invoke", "live_check", "stack"}
# These take longest and mostly wait, so they start first: the others use the cores beside them.
_FIRST = [
    "stack",
    "tests/demo/test_demo.py",
    "tests/demo/test_fleet_demo.py",
    "live_check",
    "examples",
    "deployment",
    "invoke",
    "tests/install/test_release.py",
]


def pytest_configure() -> None:
    """Keep the user's AWS settings and proxies, and `make test`, away from what tests start."""
    # A shell lets its background jobs, and all that they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    isolate(os.environ)
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        os.environ.pop(name, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick and the untraced tests, and start with those that take longest."""
    for item in items:
        folder = item.nodeid.split("/")[1]
        if folder in _QUICK or item.get_closest_marker("promise"):
            item.add_marker("quick")
        if folder not in _TRACED:
            item.add_marker("no_cover")
    items.sort(key=lambda item: [_scope(item.nodeid) != each for each in _FIRST])


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through thousands of collected tests each time."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test where CI is set: .ci/run installs whatever a test needs."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"CI does not allow a skipped test: {report.longrepr}"
    return report


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Run the tests of a scope in one process."""
    return _ByScope(config, log)


class _ByScope(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


def _scope(nodeid: str) -> str:
    """Return where a test's setup is shared: in its file, or in its folder if that deploys."""
    file = nodeid.partition("::")[0]
    folder = file.split("/")[-2]
    return folder if folder in _DEPLOYING else file


@pytest.fixture(scope="session")
def sandbox() -> "Iterator[Sandbox]":
    """Give the sandbox that runs for the whole session."""
    from sandbox.process import start_sandbox  # noqa: PLC0415 - see above

    with start_sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def _clients(sandbox: "Sandbox") -> "Cloud":
    """Give the clients; making them takes longer than a test."""
    from tests.cloud import Cloud  # noqa: PLC0415 - see above

    return Cloud(sandbox)


@pytest.fixture
def cloud(_clients: "Cloud") -> "Cloud":
    """Give an empty cloud: everything that an earlier test made is gone."""
    _clients.sandbox.reset()
    return _clients
