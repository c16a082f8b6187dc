"""The real SAM CLI, told to take the sandbox for AWS."""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from sandbox.demo.console import StepFailed
from sandbox.process import Sandbox

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"
PACKAGES = (BUILT / "Controller", BUILT / "MaintenanceEdge")


def deploy(sandbox: Sandbox, stack: str, *, built: Path = BUILT, **parameters: str) -> None:
    """Run `sam deploy` of what was built; raise NotAsToldError, with its output, if it fails."""
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    sam(
        sandbox,
        "deploy",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        "--config-file",
        str(ROOT / "samconfig.toml"),
        "--template-file",
        str(built / "template.yaml"),
        "--stack-name",
        stack,
        "--parameter-overrides",
        *overrides,
    )


class Place(Protocol):
    """Where the SAM CLI shall work."""

    def environment(self) -> dict[str, str]:
        """Return what it needs in its environment for that."""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until nobody else builds or deploys in this checkout: they would share a folder."""
    BUILT.parent.mkdir(exist_ok=True)
    with (BUILT.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(place: Place) -> None:
    """Build both functions as `make build` does; raise NotAsToldError if that fails."""
    with _alone():
        _run(["sam", "build"], place.environment())
        _run([str(ROOT / "tools" / "slim"), *map(str, PACKAGES)], {})


def sam(place: Place, *arguments: str) -> None:
    """Run a command of the SAM CLI; raise NotAsToldError, with its output, if it fails."""
    with _alone():
        _run(["sam", *arguments], place.environment())


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        ran = subprocess.run(  # noqa: S603 - the SAM CLI of this environment, or our own tool
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        if command[0] != "sam":
            raise
        raise StepFailed("The SAM CLI is not on PATH: run the demo with make demo") from error
    if ran.returncode:
        output = f"{ran.stdout}\n{ran.stderr}".strip()
        raise StepFailed(f"{' '.join(command[:2])} failed:\n{output}")
