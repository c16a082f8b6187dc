"""
Execution environments over ministack: one whose handler raised serves the next invocation too.

ministack ends it, and makes the next invocation wait for a cold start. Lambda starts anew only
after a crash, an exit or a timeout (Lambda Developer Guide, lambda-runtime-environment); so what a
module keeps outlives an error here as it does there.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here

import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.core import lambda_runtime

from sandbox.patches import seam

type _Process = subprocess.Popen[str]
type _Result = dict[str, Any]


class _Held(threading.local):
    """The processes that ministack would end in this thread; None where it may."""

    processes: list[_Process] | None = None


_HELD = _Held()


def install() -> None:
    """Surround the invocation of a warm process, and how it is ended."""
    seam.surround(lambda_runtime.Worker, "invoke", _keeping)
    seam.surround(lambda_runtime, "_signal", _signalling)
    seam.surround(lambda_runtime, "_collect", _collecting)


def _keeping(invoke: Callable[..., _Result]) -> Callable[..., _Result]:
    def invoke_keeping(worker: Any, *parts: Any, **named: Any) -> _Result:  # noqa: ANN401 - ministack's own signature
        held = _HELD.processes = []
        result: _Result = {}
        try:
            result = invoke(worker, *parts, **named)
        finally:
            _HELD.processes = None
            for process in held:
                # Only a handler that raised has a trace.
                if "trace" in result and process.poll() is None:
                    worker._proc = process
                else:
                    _end(process)
        return result

    return invoke_keeping


def _end(process: _Process) -> None:
    lambda_runtime._signal(process)
    lambda_runtime._collect(process, time.monotonic() + lambda_runtime._REAP_GRACE)


def _signalling(signal: Callable[..., None]) -> Callable[..., None]:
    def signal_unless_held(process: _Process) -> None:
        if _HELD.processes is None:
            signal(process)
        else:
            _HELD.processes.append(process)

    return signal_unless_held


def _collecting(collect: Callable[..., None]) -> Callable[..., None]:
    def collect_unless_held(process: _Process, deadline: float) -> None:
        if _HELD.processes is None:
            collect(process, deadline)

    return collect_unless_held
