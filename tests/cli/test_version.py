"""The command and the stack say their versions, and the command warns if they differ."""

import pytest
from maintenance.cli.resources import version

from tests.cli.deployed import STACK, deploy, words
from tests.cloud import Cloud
from tests.contract.template import load_template
from tests.sandbox.builders import a_distribution


def test_the_version_is_the_templates() -> None:
    """It stands in one place, from where the wheel has it too."""
    assert load_template()["Mappings"]["Product"]["Version"]["Number"] == version()


@pytest.mark.parametrize("theirs", [version(), "0.9.0"])
def test_a_stack_of_another_version_is_a_warning(cloud: Cloud, theirs: str) -> None:
    """Its controller may decide otherwise than the command shows."""
    deployed = deploy(cloud, a_distribution(cloud), VERSION=theirs)

    ran = deployed.types("status")

    warning = (
        f"Warning: the stack site has version 0.9.0, and this command {version()}. Install the "
        "command of 0.9.0, or deploy the stack again with this one."
    )
    assert 0 == ran.returncode, STACK
    assert ("" if theirs == version() else warning) == words(ran.stderr)
