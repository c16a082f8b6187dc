"""The screens of the docs are those that the command prints."""

import os
import subprocess
import sys

from tests.cli.program import ROOT


def test_the_screens_of_the_docs_are_up_to_date() -> None:
    """Apart from instants and ids, which differ each time; `make screens` writes them again."""
    ran = subprocess.run(
        [sys.executable, "-m", "tools.screens", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "controller:edge_handler:."},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)
