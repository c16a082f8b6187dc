"""
Lambda's own runtime as plain processes: the SAM CLI's interface emulator, and a runtime client.

The emulator starts the runtime at the first invocation, which is a cold start. It gets both of its
addresses, or it would listen on every interface.
"""

import contextlib
import os
import platform
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from benchmarks.machine import peak_kilobytes

INVOCATIONS = "/2015-03-31/functions/function/invocations"
_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
_STARTING_SECONDS = 180.0
_POLL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: its command, the folder of its package, and its environment."""

    command: Sequence[str]
    package: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Runtime:
    """A running emulator of one function, which starts at the first invocation."""

    client: httpx.Client
    pid: int

    def seconds(self, event: object) -> float:
        """Invoke the function and return the seconds that it took."""
        began = time.perf_counter()
        self.answer(event)
        return time.perf_counter() - began

    def answer(self, event: object) -> dict[str, Any]:
        """Return the function's response; RuntimeError if it is not one for a visitor."""
        response = self.client.post(INVOCATIONS, json=event)
        if '"status"' not in response.text:
            raise RuntimeError(f"The function returned no response: {response.text[:300]}")
        answer: dict[str, Any] = response.json()
        return answer

    def peak_kilobytes(self) -> int:
        """Return the largest memory of the runtime's process so far."""
        # Any thread of the emulator may have started it.
        threads = Path(f"/proc/{self.pid}/task").glob("*/children")
        children = [pid for each in threads for pid in each.read_text(encoding="ascii").split()]
        return max(peak_kilobytes(int(pid)) for pid in children)


@contextlib.contextmanager
def running(function: Function) -> Iterator[Runtime]:
    """Start the emulator of `function`, not yet its process; end both afterwards."""
    machine = _ARCHITECTURES[platform.machine()]
    emulator = files("samcli") / "local" / "rapid" / f"aws-lambda-rie-{machine}"
    address, runtime_api = (f"127.0.0.1:{_free_port()}" for _ in range(2))
    addresses = ["--runtime-interface-emulator-address", address]
    addresses += ["--runtime-api-address", runtime_api]
    process = subprocess.Popen(  # noqa: S603 - the SAM CLI's own program
        [str(emulator), "--log-level", "error", *addresses, *function.command],
        cwd=function.package,
        env={
            "LAMBDA_TASK_ROOT": str(function.package),
            "AWS_LAMBDA_FUNCTION_NAME": "maintenance",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "5",
            "_HANDLER": function.command[-1],
            **function.environment,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(address)
        with httpx.Client(base_url=f"http://{address}", timeout=180) as client:
            yield Runtime(client, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as caller:
            if caller.connect_ex((host, int(port))) == 0:
                return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"The emulator does not listen on {address}.")
