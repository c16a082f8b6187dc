"""Plain ministack, without our patches, for the tests of its gaps."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sandbox.__main__ import environment
from sandbox.process import PYTHON, Sandbox
from tests.cloud import eventually

# ministack's scheduler ticks each 10 seconds, which is a gap too: check that it still does.
_TICKING_EACH_SECOND = """
from ministack.services import scheduler
assert scheduler._SCHEDULE_TICK_INTERVAL == 10, "remove the tick of patches/events/scheduler"
scheduler._SCHEDULE_TICK_INTERVAL = 1
from ministack.app import main
main()
"""


@contextlib.contextmanager
def start_ministack(state_dir: Path) -> Iterator[Sandbox]:
    """Start ministack as the sandbox does, but without patches and controls."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    arguments = argparse.Namespace(state_dir=state_dir, port=port, log_level="WARNING")
    command = [str(PYTHON), "-c", _TICKING_EACH_SECOND]
    log = state_dir / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            # Retries come at once, so that a test soon sees that there are none.
            env={**environment(arguments, os.defpath), "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.01"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            eventually(lambda: _is_listening(port))
            yield Sandbox(f"http://127.0.0.1:{port}", log)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_listening(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
