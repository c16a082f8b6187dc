"""What an operator types behind `make on ARGS=` reaches the command line as it was typed."""

import subprocess

import pytest

from tests.contract.template import ROOT


@pytest.mark.parametrize("command", ["status", "plan", "on", "off", "windows", "history"])
def test_no_shell_and_no_make_reads_a_message(command: str) -> None:
    """Apostrophes, brackets and the like are words of people; run as a command they did harm."""
    typed = 'for 90m: We\'re off (until 5); echo lost & it costs $5 * $(shell echo 2) `pwd` "x"'

    told = ["MAINTENANCE=printf '%s\\n'", f"ARGS={typed}"]
    words = subprocess.run(  # noqa: S603 - our own words
        ["make", "-s", "-o", "setup", command, *told],  # noqa: S607 - whichever make is here
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert [command, *typed.split()] == words
