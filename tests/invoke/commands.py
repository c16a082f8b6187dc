"""Run commands in the project's folder, as a person types them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.timing import PATIENCE

ROOT = Path(__file__).parents[2]


def run_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m sandbox.invoke`."""
    return run([sys.executable, "-m", "sandbox.invoke", *arguments], **variables)


def run_make(event: str, endpoint_url: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `make invoke` against the sandbox at `endpoint_url`."""
    # A make that is started by another one would print its folder.
    make = ["make", "--no-print-directory", "invoke"]
    return run([*make, f"EVENT={event}", f"ENDPOINT={endpoint_url}"], **variables)


def run(words: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the project's programs first on the search path."""
    here = Path(sys.executable).parent
    return subprocess.run(  # noqa: S603 - our own programs
        words,
        cwd=ROOT,
        env={**os.environ, "PATH": f"{here}{os.pathsep}{os.environ['PATH']}", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
