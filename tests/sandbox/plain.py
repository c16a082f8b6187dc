"""Plain ministack, without the sandbox around it, for the tests that watch its gaps."""

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

# A tick of ministack's scheduler is 10 seconds, which is a gap of its own: it must still be that.
_TICKING_EACH_SECOND = """
from ministack.services import scheduler
assert scheduler._SCHEDULE_TICK_INTERVAL == 10, "drop the tick of ministack_schedules"
scheduler._SCHEDULE_TICK_INTERVAL = 1
from ministack.app import main
main()
"""


@contextlib.contextmanager
def start_ministack(state_dir: Path) -> Iterator[Sandbox]:
    """Start ministack as the sandbox would, but bare; its control endpoint does not answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    told = argparse.Namespace(state_dir=state_dir, port=port, log_level="WARNING")
    command = [str(PYTHON), "-c", _TICKING_EACH_SECOND]
    log = state_dir / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            # Retries come at once, so that their absence is soon seen.
            env={**environment(told, os.defpath), "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.01"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            eventually(lambda: _answers(port), seconds=60)
            yield Sandbox(f"http://127.0.0.1:{port}", log)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
