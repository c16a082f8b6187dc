"""
Read the lines that a user types, without being stopped as a background job. Standard library only.

Only the foreground job of a shell may read its terminal. The kernel silently stops a background job
that does (SIGTTIN), and a stopped program serves nothing. If the signal is ignored, reading fails
with EIO instead, until the job is in the foreground (POSIX, General Terminal Interface).
"""

import errno
import signal
import time
from collections.abc import Callable, Iterator
from typing import TextIO

_POLL_SECONDS = 1.0


def typed_lines(
    stream: TextIO, wait: Callable[[], None] = lambda: time.sleep(_POLL_SECONDS)
) -> Iterator[str]:
    """
    Yield each line of `stream` until its end; call this in the main thread.

    In the background, call `wait` and try again.
    """
    before = signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    try:
        while True:
            try:
                line = stream.readline()
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                wait()
                continue
            if not line:
                return
            yield line
    finally:
        signal.signal(signal.SIGTTIN, before)
