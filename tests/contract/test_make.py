"""What people may type out of habit, from other tools or from earlier versions."""

import subprocess

import pytest

from tests.contract.template import ROOT


@pytest.mark.parametrize("line", ["on for 45m", "off", "status", "plan", "secret"])
def test_make_has_no_commands_of_operators(line: str) -> None:
    """Make would take each word for a target, and `on for 45m` would be an `on` without end."""
    ran = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", *line.split()],  # noqa: S607 - whichever make is here
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 2 == ran.returncode
    assert f"No rule to make target '{line.split(maxsplit=1)[0]}'" in ran.stderr
