"""An interactive shell in its own terminal, with one background job: `command &`."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.process import ROOT
from tests.cloud import eventually

# Takes its standard input as its terminal, whose foreground job it is, and starts its job in the
# background. SIGUSR1 moves the job to the foreground.
_SHELL = """
import fcntl, os, signal, subprocess, sys, termios

def move_to_foreground(*_):
    os.tcsetpgrp(0, job.pid)

def end(*_):
    os.killpg(job.pid, signal.SIGKILL)
    sys.exit()

signal.signal(signal.SIGUSR1, move_to_foreground)
signal.signal(signal.SIGTERM, end)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
job = subprocess.Popen(sys.argv[1:], process_group=0)
_, status = os.waitpid(job.pid, os.WUNTRACED)
if os.WIFSTOPPED(status):
    print("the job stopped", flush=True)
    end()
print("the job ended", flush=True)
"""


@dataclass
class Shell:
    """The shell, the keyboard of its terminal, and the lines that its job and it have printed."""

    process: subprocess.Popen[str]
    keyboard: int
    printed: list[str] = field(default_factory=list)

    def type_line(self, line: str) -> None:
        """Type a line in the terminal."""
        os.write(self.keyboard, f"{line}\n".encode())

    def move_job_to_foreground(self) -> None:
        """Do what `fg` does."""
        self.process.send_signal(signal.SIGUSR1)

    def wait_for(self, line: str) -> None:
        """Wait until the job prints a line; AssertionError if it stops or ends before."""
        eventually(lambda: line in self.printed or not self.is_running())
        assert line in self.printed, self.printed

    def is_running(self) -> bool:
        """Return whether the job has neither stopped nor ended."""
        return self.process.poll() is None

    def collect(self) -> None:
        """Collect what is printed, until the end."""
        for line in self.process.stdout or ():
            self.printed.append(line.strip())


@contextlib.contextmanager
def run_in_background(*command: str) -> Iterator[Shell]:
    """Yield a shell that has run `command &`; end both afterwards."""
    keyboard, terminal = os.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, "-c", _SHELL, *command],
        cwd=ROOT,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    os.close(terminal)
    shell = Shell(process, keyboard)
    reader = threading.Thread(target=shell.collect)
    reader.start()
    try:
        yield shell
    finally:
        process.terminate()
        process.wait()
        reader.join()
        os.close(keyboard)
        if process.stdout:
            process.stdout.close()
