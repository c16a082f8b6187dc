"""A sandbox that enforces IAM, and the Lambda packages of this checkout."""

import json
from collections.abc import Iterator

import pytest

from sandbox.demo.sam import build, lock_build
from sandbox.process import start_sandbox
from tests.cloud import Cloud
from tests.sandbox.builders import a_user
from tools.packages import ROOT, write_packages


@pytest.fixture(scope="session")
def account() -> Iterator[Cloud]:
    """Give an empty account, after making the packages."""
    with start_sandbox() as sandbox:
        build(sandbox)
        with lock_build():
            write_packages(ROOT)
        yield Cloud(sandbox)


@pytest.fixture
def empty(account: Cloud) -> Cloud:
    """Give the account without what another test has left."""
    account.sandbox.reset()
    return account


@pytest.fixture
def deployer(empty: Cloud) -> Cloud:
    """Give someone who may do what docs/deploying-policy.json allows, and nothing else."""
    policy = (ROOT / "docs" / "deploying-policy.json").read_text(encoding="utf-8")
    return a_user(empty, *json.loads(policy)["Statement"])
