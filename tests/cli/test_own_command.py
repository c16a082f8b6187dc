"""
The commands that a command prints for the operator, at a stack with a name of its own.

`tests/unit/cli/test_problems.py` has those of the remedies.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.cli.arguments import COMMANDS
from maintenance.cli.own_command import own_command

from sandbox.process import Sandbox
from tests.cli.deployed import Deployed, deploy, words
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution

_COMMAND = re.compile(rf"site-maintenance (?:{'|'.join(COMMANDS)})\b")


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox) -> Iterator[Deployed]:
    """Give the stack `shop`, whose controller does not run by itself."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    stack = deploy(cloud, a_distribution(cloud), stack="shop")
    stack.ran(datetime.now(UTC) - timedelta(minutes=5))
    yield stack
    sandbox.reset()


def printed(deployed: Deployed, *typed: str) -> str:
    """Return both streams of a command for the stack, on one line."""
    ran = deployed.types(*typed, "--stack", "shop")
    return words(f"{ran.stdout} {ran.stderr}")


@pytest.mark.parametrize(
    ("value", "typed", "expected"),
    [
        ("off", ["extend", "30m"], "site-maintenance on for 30m --stack shop"),
        ("on", ["status"], "site-maintenance sweep --stack shop"),
        ("off", ["restore", "nothing-like-it"], "site-maintenance status --stack shop"),
        ("typo", ["status"], "site-maintenance off --stack shop"),
        ("typo", ["plan"], "site-maintenance off --stack shop"),
        (
            "off",
            ["on", "for", "30m", "--yes", "--timeout", "1s"],
            "site-maintenance status --stack shop",
        ),
        (
            "off",
            ["on", "for", "30m", "--yes", "--wait", "--timeout", "1s"],
            "site-maintenance status --wait --stack shop",
        ),
        (
            "on",
            ["bypass", "create", "--for", "1h", "--wait", "--timeout", "1s"],
            "site-maintenance status --wait --stack shop",
        ),
    ],
)
def test_each_command_names_the_stack(
    deployed: Deployed, value: str, typed: list[str], expected: str
) -> None:
    """Without it, the operator who copies one changes the site of the usual stack."""
    deployed.site.says(value)

    shown = printed(deployed, *typed)

    assert expected in shown
    assert len(_COMMAND.findall(shown)) == shown.count("--stack shop")


def test_the_usual_stack_needs_no_option() -> None:
    """The command finds it by itself; a name that the shell would split is quoted."""
    assert "site-maintenance off" == own_command("off", "site-maintenance")
    assert "site-maintenance off --stack 'my shop'" == own_command("off", "my shop")
