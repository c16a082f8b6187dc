"""Commands as a person types them, run in the project's folder."""

import os
import subprocess
import sys
from pathlib import Path

from tests.invoke.conftest import ROOT

_LONGEST_SECONDS = 300


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m sandbox.invoke`."""
    return run([sys.executable, "-m", "sandbox.invoke", *arguments])


def run_make(event: str, endpoint_url: str) -> subprocess.CompletedProcess[str]:
    """Run the README's command, for a sandbox at `endpoint_url`."""
    # Under another make, make would say where it is.
    make = ["make", "--no-print-directory", "invoke"]
    return run([*make, f"EVENT={event}", f"ENDPOINT={endpoint_url}"])


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command, given as its words, with the project's programs first on the search path."""
    here = Path(sys.executable).parent
    return subprocess.run(  # noqa: S603 - our own programs
        words,
        cwd=ROOT,
        env={**os.environ, "PATH": f"{here}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
