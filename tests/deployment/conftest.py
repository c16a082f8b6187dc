"""A sandbox that enforces IAM, and the Lambda packages of this checkout."""

from collections.abc import Iterator

import pytest

from sandbox.demo.sam import build, lock_build
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tools.packages import ROOT, write_packages


@pytest.fixture(scope="session")
def account() -> Iterator[Cloud]:
    """Give an empty account, after making the packages."""
    with start_sandbox() as sandbox:
        build(sandbox)
        with lock_build():
            write_packages(ROOT)
        yield Cloud(sandbox)
