"""A background job does not read the terminal of its shell: the kernel would stop it."""

import io
import os
import socket
import sys
from pathlib import Path

import pytest

from sandbox.process import PYTHON, Sandbox
from sandbox.terminal import typed_lines
from tests.cloud import eventually
from tests.sandbox.shell import run_in_background

_READER = """
import sys, time
from sandbox.terminal import typed_lines

def wait():
    print("waiting", flush=True)
    time.sleep(0.05)

for line in typed_lines(sys.stdin, wait):
    print("read", line, flush=True)
"""


def test_a_background_job_reads_what_is_typed_once_it_is_in_the_foreground() -> None:
    """As after `make sandbox &` and `fg`."""
    with run_in_background(sys.executable, "-c", _READER) as shell:
        shell.wait_for("waiting")
        shell.move_job_to_foreground()
        shell.type_line("on for 10m")

        shell.wait_for("read on for 10m")


def test_the_sandbox_runs_as_a_background_job(tmp_path: Path) -> None:
    """Lines that are typed for other programs do not matter to it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    sandbox = Sandbox(f"http://127.0.0.1:{port}", tmp_path / "log")
    options = ("--port", str(port), "--state-dir", str(tmp_path))
    with run_in_background(str(PYTHON), "-m", "sandbox", *options) as shell:
        eventually(lambda: _is_ready(sandbox) or not shell.is_running())
        shell.type_line("ls")

        sandbox.reset()
        assert shell.is_running(), shell.printed


def _is_ready(sandbox: Sandbox) -> bool:
    try:
        sandbox.check_ready()
    except OSError:
        return False
    return True


def test_lines_end_with_their_stream() -> None:
    """As with a pipe, or after Ctrl-D."""
    assert ["on\n", "off"] == list(typed_lines(io.StringIO("on\noff")))


def test_any_other_error_is_raised() -> None:
    """Only EIO means that the job is in the background."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as unreadable,
        pytest.raises(OSError, match="not readable"),
    ):
        list(typed_lines(unreadable))
