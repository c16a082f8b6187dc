"""A command on a terminal of its own, and what the operator does at its question."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from typing import Any

from tests.cli.deployed import Deployed, words
from tests.cli.program import ROOT, command, forked
from tests.timing import PATIENCE

_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_PROMPT = b"(n)"
INTERRUPT = "^C"


def asked(deployed: Deployed, *typed: str, **options: Any) -> tuple[int, str]:  # noqa: ANN401 - those of on_terminal
    """Return the exit code, and what `on_terminal` shows, on one line."""
    code, shown = on_terminal(deployed, *typed, **options)
    return code, words(shown)


def on_terminal(
    deployed: Deployed,
    *typed: str,
    answer: str = "n",
    at_question: Callable[[], object] = lambda: None,
    **environment: str,
) -> tuple[int, str]:
    """Return the exit code, and what the terminal shows, without its colors."""
    program = command if answer == INTERRUPT else forked
    controlling, terminal = os.openpty()
    running = subprocess.Popen(  # noqa: S603 - our own program
        program(*typed),
        cwd=ROOT,
        env={**deployed.environment(), "TERM": "xterm", **environment},
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    while chunk := _read(controlling):
        was_asked, shown = _PROMPT in shown, shown + chunk
        if _PROMPT in shown and not was_asked:
            at_question()
            _answer(answer, controlling, running)
    os.close(controlling)
    return running.wait(timeout=PATIENCE), _CONTROLS.sub("", shown.decode())


def _answer(answer: str, controlling: int, running: "subprocess.Popen[bytes]") -> None:
    if answer == INTERRUPT:
        running.send_signal(signal.SIGINT)
    else:
        os.write(controlling, f"{answer}\n".encode())


def _read(controlling: int) -> bytes:
    """Return what the terminal shows next, nothing once its last process has ended."""
    try:
        return os.read(controlling, 4096)
    except OSError:  # how Linux reports the end of a terminal
        return b""
