"""The fixture of the fleet's tests: a hub with two accounts."""

from pathlib import Path

import pytest

from tests.cloud import Cloud
from tests.fleet.hub import Hub, make_hub


@pytest.fixture
def hub(cloud: Cloud, tmp_path: Path) -> Hub:
    """Give a hub and two accounts with stand-ins for their controllers."""
    return make_hub(cloud, tmp_path)
