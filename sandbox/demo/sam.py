"""Run the real SAM CLI against the sandbox, or against another account."""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from sandbox.demo.console import StepFailed

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"
# Not the samconfig.toml of the checkout, which its owner may have edited.
SETTINGS = Path(__file__).with_name("samconfig.toml")
_ENDING_SECONDS = 15
PACKAGES = (BUILT / "Controller", BUILT / "MaintenanceEdge")
# What the packages are made of, and by which programs.
_SOURCES = (
    "controller",
    "edge_handler",
    "requirements/dev.txt",
    "samconfig.toml",
    "template.yaml",
    "tools/join_modules.py",
    "tools/slim",
    "tools/trim_models.py",
)
# The digest of what was built last; `sam build` empties the folder first.
_BUILT_FROM = BUILT / "sources.sha256"


class Account(Protocol):
    """The sandbox, or a real account."""

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which the SAM CLI uses this account."""


def build(account: Account) -> None:
    """
    Build both functions as `make build` does, if a source has changed since the last time.

    Raises StepFailed if that fails.
    """
    with lock_build():
        sources = _digest_of_sources()
        if _BUILT_FROM.exists() and _BUILT_FROM.read_text() == sources:
            return
        _run(["sam", "build", "--cached", "--parallel"], account.environment())
        _run([str(ROOT / "tools" / "slim"), *map(str, PACKAGES)], {})
        _BUILT_FROM.write_text(sources)


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for source in _SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def deploy(account: Account, stack: str, *, built: Path = BUILT, **parameters: str) -> None:
    """Run `sam deploy` with the built template; raise StepFailed, with the output, if it fails."""
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    sam(
        account,
        "deploy",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        "--resolve-s3",
        "--config-file",
        str(SETTINGS),
        "--template-file",
        str(built / "template.yaml"),
        "--stack-name",
        stack,
        "--parameter-overrides",
        *overrides,
    )


def sam(account: Account, *arguments: str) -> None:
    """Run a command of the SAM CLI; raise StepFailed, with its output, if it fails."""
    with lock_build():
        _run(["sam", *arguments], account.environment())


@contextlib.contextmanager
def lock_build() -> Iterator[None]:
    """Wait for other builds, deployments and invocations in this checkout: they share a folder."""
    BUILT.parent.mkdir(exist_ok=True)
    with (BUILT.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(
    command: list[str], environment: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command in this checkout; raise StepFailed if it is not on PATH."""
    # The SAM CLI leaves temporary folders behind.
    with tempfile.TemporaryDirectory(prefix="sam-") as temporary:
        try:
            process = subprocess.Popen(  # noqa: S603 - the SAM CLI of this environment, or our own tool
                command,
                cwd=ROOT,
                env={**os.environ, **environment, "TMPDIR": temporary},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                # Ctrl-C reaches it only once: from _communicate.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise StepFailed(
                f"{command[0]} is not on PATH: use make, which has the SAM CLI there"
            ) from error
        with process:
            output, errors = _communicate(process, stdin)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _communicate(process: subprocess.Popen[str], stdin: str) -> tuple[str, str]:
    try:
        return process.communicate(stdin)
    except BaseException:
        # Interrupted, the SAM CLI removes its container; killed, it would leave it running.
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_ENDING_SECONDS)
        process.kill()
        raise


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    ran = run(command, environment)
    if ran.returncode:
        output = f"{ran.stdout}\n{ran.stderr}".strip()
        raise StepFailed(f"{' '.join(command[:2])} failed:\n{output}")
