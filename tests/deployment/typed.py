"""Commands as people type them: in a pipeline, or in a terminal where they are asked."""

import os
import subprocess
import sys
import threading

from tests.cli.program import ROOT, forked
from tests.cloud import Cloud
from tests.timing import PATIENCE


def types(cloud: Cloud, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, without a terminal."""
    return subprocess.run(  # noqa: S603 - our own program
        forked(*words),
        env=_environment(cloud),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def answers(cloud: Cloud, *words: str, lines: list[str]) -> tuple[int, str, str]:
    """Run a command in a terminal in which someone types `lines`; return code, answer, screen."""
    return in_terminal(cloud, forked(*words), lines)


def in_terminal(cloud: Cloud, program: list[str], lines: list[str]) -> tuple[int, str, str]:
    """Run a program as `answers` does; the answer is its standard output."""
    controlling, terminal = os.openpty()
    os.write(controlling, "".join(f"{each}\n" for each in lines).encode())
    running = subprocess.Popen(  # noqa: S603 - our own program, or the SAM CLI
        program,
        env={**_environment(cloud), "TERM": "dumb", "NO_COLOR": "1"},
        cwd=ROOT,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
    )
    os.close(terminal)
    # A program that asks more than was typed would wait for ever.
    ends = threading.Timer(PATIENCE, running.kill)
    ends.start()
    shown = b""
    while part := _read(controlling):
        shown += part
    ends.cancel()
    os.close(controlling)
    answer, _ = running.communicate(timeout=PATIENCE)
    return running.returncode, answer, shown.decode().replace("\r", "")


def _read(controlling: int) -> bytes:
    try:
        return os.read(controlling, 4096)
    except OSError:  # how Linux reports the end of a terminal
        return b""


def _environment(cloud: Cloud) -> dict[str, str]:
    return {
        **cloud.sandbox.environment(),
        "AWS_ACCESS_KEY_ID": cloud.access_key,
        "AWS_SECRET_ACCESS_KEY": cloud.secret_key,
        "PATH": os.defpath,
        "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}",
        "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
        "COLUMNS": "80",
    }
