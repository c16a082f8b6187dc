"""Containers reach the sandbox during an invocation only, and nothing else does."""

import contextlib
import socket
from ipaddress import IPv4Interface
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.invoke.container import InvocationError, docker
from sandbox.invoke.network_bridge import listen_on_bridge, relay
from tests.loopback import Answer, a_server
from tests.timing import PATIENCE

FETCH = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=60).read().decode())"


def _address(url: str) -> tuple[str, int]:
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    return address.hostname, address.port


def test_a_container_reaches_a_server_on_loopback_and_only_for_a_while(image: str) -> None:
    """It connects to this machine's address on the bridge."""
    with a_server(Answer(body=b"from loopback")) as server:
        with listen_on_bridge(*_address(server.url)) as url:
            program = ("--entrypoint", "python3", image, "-c", FETCH, url)
            fetched = docker("run", "--rm", *program)
        with pytest.raises(InvocationError, match=r"Connection refused"):
            docker("run", "--rm", *program)

    assert "from loopback" == fetched


def test_bodies_and_parallel_connections_are_passed_on() -> None:
    """Larger than one chunk, in both directions."""
    body = b"x" * 300_000
    with a_server(Answer(body=body)) as server, relay(_loopback(), _address(server.url)) as url:
        answers = [httpx.put(url, content=body, timeout=PATIENCE) for _ in range(3)]

    assert [body] * 3 == [each.content for each in answers]
    assert [body] * 3 == [each.body for each in server.received]


def test_only_one_address_is_listened_on() -> None:
    """Not all of this machine's."""
    with a_server(Answer()) as server, relay(_loopback(), _address(server.url)) as url:
        _, port = _address(url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port))


def test_peers_outside_the_network_are_turned_away() -> None:
    """A neighbour of this machine can route packets to the bridge's address."""
    with (
        a_server(Answer()) as server,
        relay(IPv4Interface("127.0.0.1/32"), _address(server.url)) as url,
        socket.create_connection(_address(url), source_address=("127.0.0.2", 0)) as peer,
    ):
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"" == peer.recv(1)

    assert [] == server.received


def test_a_bridge_of_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker Desktop's is in a virtual machine."""
    monkeypatch.setattr("sandbox.invoke.network_bridge.docker", lambda *_: "docker-elsewhere")

    with (
        pytest.raises(InvocationError, match=r"Docker's bridge docker-elsewhere is not on this"),
        listen_on_bridge("127.0.0.1", 9),
    ):
        pass


def _loopback() -> IPv4Interface:
    return IPv4Interface("127.0.0.1/8")
