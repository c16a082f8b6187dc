"""
Start a sandbox, call its control endpoint, and end everything it started. Standard library only.

The sandbox runs in its own session and environment, with a directory that is removed at the end. It
ends with the `with` block and with Ctrl-C. It also ends when its starter is killed: its standard
input is a pipe that the starter holds open.
"""

import contextlib
import errno
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "sandbox" / "bin" / "python"
_STARTING_SECONDS = 180.0
_ANSWERING_SECONDS = 180.0
_ENDING_SECONDS = 5.0
_POLL_SECONDS = 0.02
_OK = 200


class SandboxError(RuntimeError):
    """The sandbox did not start, or rejected a call of its controls; the message says why."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its address, its log, and its controls."""

    endpoint_url: str
    log: Path

    def environment(self) -> dict[str, str]:
        """Return the environment variables that make a process use the sandbox as AWS."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "SAM_CLI_TELEMETRY": "0",
        }

    def check_ready(self) -> None:
        """Return once the sandbox responds; OSError if it does not listen."""
        self._call("GET", "ready")

    def reset(self) -> None:
        """Forget everything: resources, faults, calls, changed settings."""
        self._call("POST", "reset")

    def set(self, **settings: float) -> None:
        """Change settings; see `sandbox.settings` for their names."""
        self._call("PUT", "settings", settings)

    def finish_deployments(self) -> None:
        """Finish every deployment that is InProgress."""
        self._call("POST", "finish-deployments")

    def advance(self, minutes: int) -> None:
        """Advance the clocks of CloudFront and CloudWatch; 0 only evaluates the alarms."""
        self._call("POST", "advance", {"minutes": minutes})

    def inject_fault(self, kind: str, operation: str, **members: object) -> None:
        """Inject a fault into the next matching calls; see `sandbox.api.faults` for its members."""
        self._call("POST", "faults", {"kind": kind, "operation": operation, **members})

    def clear_faults(self) -> None:
        """Forget the faults to come and let held calls go on."""
        self._call("DELETE", "faults")

    def held(self) -> list[dict[str, Any]]:
        """Return the calls that wait to be released, each with name, resource and access_key."""
        held: list[dict[str, Any]] = self._call("GET", "held")
        return held

    def release(self) -> None:
        """Let the held calls go on."""
        self._call("POST", "release")

    def calls(self, operation: str = "") -> list[dict[str, Any]]:
        """
        Return the AWS calls since the last reset, in order; with `operation`, only those of it.

        Each has the members of `sandbox.api.call_log.Call`.
        """
        calls: list[dict[str, Any]] = self._call("GET", "calls")
        return [call for call in calls if operation in ("", call["operation"])]

    def _call(self, method: str, name: str, members: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON
        connection = http.client.HTTPConnection(
            urlsplit(self.endpoint_url).netloc, timeout=_ANSWERING_SECONDS
        )
        try:
            body = json.dumps(members) if members is not None else None
            connection.request(method, f"/_sandbox/{name}", body)
            response = connection.getresponse()
            content = json.loads(response.read())
        finally:
            connection.close()
        if response.status != _OK:
            raise SandboxError(f"The sandbox rejected {method} {name}: {content['error']}")
        return content


@contextlib.contextmanager
def start_sandbox(*options: str, port: int = 0, python: Path = PYTHON) -> Iterator[Sandbox]:
    """
    Yield a running sandbox; end it afterwards, and everything that it started.

    `options` are those of `python -m sandbox`; `port` 0 means any free one. If the sandbox does not
    start, SandboxError has the output of its process.
    """
    if not python.exists():
        raise SandboxError(f"{python} is missing: run make setup.")
    port = _free_port(port)
    directory = Path(tempfile.mkdtemp(prefix="sandbox-"))
    sandbox = Sandbox(f"http://127.0.0.1:{port}", directory / "sandbox.log")
    state_dir = str(directory / "state")
    compiled = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    command = [str(python), *compiled, "-m", "sandbox", "--port", str(port)]
    try:
        with sandbox.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, "--state-dir", state_dir, "--until-stdin-closes", *options],
                cwd=ROOT,
                # Functions for Node need PATH; no other variable may reach the sandbox.
                env={"PATH": os.environ.get("PATH", os.defpath)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_ready(sandbox, process)
            yield sandbox
        finally:
            _end(process)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _free_port(wanted: int) -> int:
    with socket.socket() as listener:
        # As the server does: a port that was closed a moment ago is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except (OSError, OverflowError) as error:
            raise SandboxError(_port_error(wanted, error)) from error
        port: int = listener.getsockname()[1]
        return port


def _port_error(port: int, error: Exception) -> str:
    if not port:
        return f"No port is free: {error}"
    is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    problem = "is in use" if is_taken else f"cannot be used ({error})"
    return f"Port {port} {problem}. Choose another one: make sandbox PORT={_free_port(0)}"


def _wait_until_ready(sandbox: Sandbox, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            sandbox.check_ready()
            return
        if process.poll() is not None:
            break
        time.sleep(_POLL_SECONDS)
    output = sandbox.log.read_text(errors="replace").strip()
    raise SandboxError(f"The sandbox did not start. Its output:\n{output or '(none)'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_ENDING_SECONDS)
    # Processes that ran functions are in the same group, and may outlive a server that hung.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()
