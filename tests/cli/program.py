"""
The command as a program: in a new Python, or in a fork of one that has imported it.

A fork takes a fraction of the time. It is a process of its own too: it has the arguments,
environment, folder and open files of the program that asks for it, and its exit code. Signals do
not reach it.
"""

import atexit
import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).parent


def command(*words: str) -> list[str]:
    """Return the command line of `site-maintenance`, run from this checkout."""
    return [sys.executable, "-m", "maintenance", *words]


def forked(*words: str) -> list[str]:
    """Return the command line that forks the command, where Linux can."""
    if sys.platform != "linux":
        return command(*words)
    # Without the site packages, Python starts in a few milliseconds.
    return [sys.executable, "-I", "-S", str(_HERE / "fork_client.py"), _server(), *words]


@functools.cache
def _server() -> str:
    """Start the server of this test process; return its socket."""
    folder = tempfile.TemporaryDirectory(prefix="fork-")
    address = f"{folder.name}/socket"
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, str(_HERE / "fork_server.py"), address],
        env={
            "PATH": os.defpath,
            "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}",
            "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
        },
        # It ends when these close, also if this process is killed.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    atexit.register(_end, process, folder)
    assert process.stdout
    assert process.stdout.readline(), "The server did not start: see its error above."
    return address


def _end(process: "subprocess.Popen[bytes]", folder: "tempfile.TemporaryDirectory[str]") -> None:
    process.communicate()
    folder.cleanup()
