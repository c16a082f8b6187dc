"""Arguments in `make on ARGS=` reach the command line unchanged."""

import subprocess

import pytest

from tests.contract.template import ROOT


@pytest.mark.parametrize("command", ["status", "plan", "on", "off", "windows", "history"])
def test_neither_make_nor_the_shell_interprets_a_message(command: str) -> None:
    """People write apostrophes, brackets and dollar signs; as commands they would do harm."""
    typed = 'for 90m: We\'re off (until 5); echo lost & it costs $5 * $(shell echo 2) `pwd` "x"'

    overrides = ["MAINTENANCE=printf '%s\\n'", f"ARGS={typed}"]
    words = subprocess.run(  # noqa: S603 - our own words
        ["make", "-s", "-o", "setup", command, *overrides],  # noqa: S607 - whichever make is here
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert [command, *typed.split()] == words
