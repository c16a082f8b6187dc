"""
Patch execution environments: one whose handler raised an error stays, and the error has its name.

ministack ends the process, so the next invocation waits for a cold start. Lambda starts a new one
only after a crash, an exit or a timeout (Lambda Developer Guide, lambda-runtime-environment). What
a module keeps in memory therefore survives an error, as it does on AWS.

The errorType of a response is the error's class (Lambda Developer Guide, python-exceptions);
ministack has one name for all of them, and the class in the log.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import re
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from sandbox.patches.wrap import wrap_function

type _Process = subprocess.Popen[str]
type _Result = dict[str, Any]


class _Ending(threading.local):
    """The processes that ministack wants to end in this thread; None where it may end them."""

    processes: list[_Process] | None = None


_ENDING = _Ending()


def install() -> None:
    """Patch how a warm process is invoked, and how it is ended."""
    wrap_function(lambda_runtime.Worker, "invoke", _patch_invoke)
    wrap_function(lambda_runtime, "_signal", _patch_signal)
    wrap_function(lambda_runtime, "_collect", _patch_collect)
    wrap_function(lambda_svc, "_execute_function", _patch_execute)


def _patch_invoke(invoke: Callable[..., _Result]) -> Callable[..., _Result]:
    def invoke_and_keep(worker: Any, *arguments: Any, **named: Any) -> _Result:  # noqa: ANN401 - ministack's own signature
        ending = _ENDING.processes = []
        result: _Result = {}
        try:
            result = invoke(worker, *arguments, **named)
        finally:
            _ENDING.processes = None
            for process in ending:
                # Only a handler that raised has a trace.
                if "trace" in result and process.poll() is None:
                    worker._proc = process
                else:
                    _end(process)
        return result

    return invoke_and_keep


def _end(process: _Process) -> None:
    lambda_runtime._signal(process)
    lambda_runtime._collect(process, time.monotonic() + lambda_runtime._REAP_GRACE)


def _patch_signal(signal: Callable[..., None]) -> Callable[..., None]:
    def signal_later(process: _Process) -> None:
        if _ENDING.processes is None:
            signal(process)
        else:
            _ENDING.processes.append(process)

    return signal_later


def _patch_collect(collect: Callable[..., None]) -> Callable[..., None]:
    def collect_later(process: _Process, deadline: float) -> None:
        if _ENDING.processes is None:
            collect(process, deadline)

    return collect_later


def _patch_execute(execute: Callable[..., _Result]) -> Callable[..., _Result]:
    def execute_and_name(function: _Result, event: object) -> _Result:
        result = execute(function, event)
        body = result.get("body")
        # A throttled invocation has no errorType: it is an error of the call.
        if result.get("error") and isinstance(body, dict) and "errorType" in body:
            body["errorType"] = _class_of(body, result.get("log", ""))
        return result

    return execute_and_name


def _class_of(body: _Result, log: str) -> str:
    """Return the class that the end of a trace in the log names, without its module."""
    first_line = str(body.get("errorMessage", "")).partition("\n")[0]
    found = re.findall(rf"^([\w.]+)(?:: {re.escape(first_line)}$|$)", log, re.MULTILINE)
    name = str(body["errorType"])
    return found[-1].rpartition(".")[2] if found and name == "Runtime.HandlerError" else name
