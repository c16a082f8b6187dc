"""
Open a passage from containers to the sandbox, which listens on this machine's loopback only.

    function's container ──► relay container ──► Unix socket ──► relay ──► 127.0.0.1:4566
     └──── internal network of its own ────┘      mounted         └─── this machine ───┘

Nothing but this machine and the two containers reaches that network, and this machine opens no
port.
"""

import contextlib
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.invoke import relay
from sandbox.invoke.engine import docker
from sandbox.invoke.errors import InvocationError

_RELAY = Path(relay.__file__)
_PORT = 4566
_LISTENING = b"listening\n"
_ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"


@dataclass(frozen=True, slots=True)
class Passage:
    """An open passage: the network for a container, and the sandbox's address there and here."""

    network: str
    endpoint_url: str
    endpoint_url_here: str


@contextlib.contextmanager
def open_passage(image: str, sandbox_address: str) -> Iterator[Passage]:
    """
    Give a passage to `sandbox_address` (`host:port`); close it, with all its parts, afterwards.

    `image` is any that has a Python. InvocationError, with what a relay said, if it does not start.
    """
    name = f"site-local-{uuid.uuid4().hex[:12]}"
    with contextlib.ExitStack() as opened:
        directory = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="passage-")))
        here = [sys.executable, str(_RELAY), str(directory / "socket"), sandbox_address]
        opened.enter_context(_running(here))
        docker("network", "create", "--internal", name)
        opened.callback(_remove, name)
        opened.enter_context(_running(_relay_there(name, image, directory)))
        # An address, not a name: SDKs put the bucket's name before a host name, not before that.
        address = docker("inspect", "--format", _ADDRESS, name)
        yield Passage(name, f"http://{address}:{_PORT}", f"http://{sandbox_address}")


def _remove(network: str) -> None:
    """Remove a network of ours and whatever is in it, also what an interrupted command left."""
    there = docker("ps", "--all", "--quiet", "--filter", f"network={network}").split()
    if there:
        docker("rm", "--force", *there)
    docker("network", "rm", network)


def _relay_there(name: str, image: str, directory: Path) -> list[str]:
    return [
        *("docker", "run", "--pull", "never", "--interactive", "--name", name),
        *("--network", name, "--hostname", "sandbox"),
        *("--volume", f"{_RELAY}:/relay.py:ro", "--volume", f"{directory}:/passage"),
        # AWS's image has an entry point of its own.
        *("--entrypoint", "python3"),
        *(image, "/relay.py", f"sandbox:{_PORT}", "/passage/socket"),
    ]


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[None]:
    with subprocess.Popen(  # noqa: S603 - our own program, here or in a container
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            _wait_until_listening(process.stdout or ())
            yield
        finally:
            # The docker command would pass a gentler signal on, and wait for the container.
            process.kill()


def _wait_until_listening(output: Iterable[bytes]) -> None:
    said = []
    for line in output:
        if line == _LISTENING:
            return
        # Docker may have warnings to give before.
        said.append(line)
    words = b"".join(said).decode(errors="replace").strip()
    raise InvocationError(f"A relay did not start. It said: {words}")
