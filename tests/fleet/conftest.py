"""The fixtures of the fleet's tests: a hub with two accounts, and an operator."""

from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.fleet.hub import Hub, make_hub
from tests.fleet.operator import Fleet, Operator


@pytest.fixture
def hub(cloud: Cloud, tmp_path: Path) -> Hub:
    """Give a hub and two accounts with stand-ins for their controllers."""
    return make_hub(cloud, tmp_path)


@pytest.fixture
def operator(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """Give an operator with a profile for each account."""
    return Operator(hub, tmp_path_factory.mktemp("operator"))


@pytest.fixture
def fleet(operator: Operator) -> Fleet:
    """Give what types `fleet` and waits for its end."""
    return operator.types
