"""The Docker engine, through the docker command."""

import subprocess

from sandbox.invoke.errors import InvocationError


def docker(*arguments: str) -> str:
    """Return what a docker command prints; InvocationError, with its complaint, if it fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - the machine's own docker
            ["docker", *arguments],  # noqa: S607 - wherever it is installed
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise InvocationError(
            "docker is not here: install Docker Engine (on Debian: apt-get install docker.io)."
        ) from error
    if ran.returncode:
        raise InvocationError(f"docker {' '.join(arguments)} failed: {ran.stderr.strip()}")
    return ran.stdout.strip()


def require_engine() -> None:
    """Return if an engine answers; InvocationError where none does."""
    try:
        docker("version")
    except InvocationError as error:
        raise InvocationError(
            f"No Docker engine answers: start it, and see that you may use it. ({error})"
        ) from error
