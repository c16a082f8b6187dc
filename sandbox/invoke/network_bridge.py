"""
Let containers reach the sandbox, which listens on loopback only, while a function runs.

A thread listens at this machine's address on Docker's default bridge, where the SAM CLI starts
its containers, and passes connections on. It accepts only peers from the bridge's own network: a
neighbour of this machine can route packets to that address.
"""

import contextlib
import fcntl
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from sandbox.invoke.container import InvocationError, docker

_NAME_OPTION = '{{index .Options "com.docker.network.bridge.name"}}'
# Linux's numbers of SIOCGIFADDR and SIOCGIFNETMASK.
_GET_ADDRESS, _GET_NETMASK = 0x8915, 0x891B
_CHUNK_BYTES = 65536


@contextlib.contextmanager
def listen_on_bridge(host: str, port: int) -> Iterator[str]:
    """Give the URL at which containers reach `host:port`, for the `with` block."""
    bridge = docker("network", "inspect", "bridge", "--format", _NAME_OPTION) or "docker0"
    try:
        address = _interface(bridge)
    except OSError as error:
        raise InvocationError(
            f"Docker's bridge {bridge} is not on this machine ({error}): make invoke takes Linux "
            "with Docker Engine, not rootless and not Docker Desktop."
        ) from error
    with relay(address, (host, port)) as url:
        yield url


@contextlib.contextmanager
def relay(interface: IPv4Interface, target: tuple[str, int]) -> Iterator[str]:
    """Pass connections from the interface's network on to `target`; give the URL to connect to."""
    server = _Relay((str(interface.ip), 0), _Connection)
    server.interface, server.target = interface, target
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        # An address, not a name: SDKs put a bucket's name in front of a host name.
        yield f"http://{interface.ip}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Relay(socketserver.ThreadingTCPServer):
    daemon_threads = True
    interface: IPv4Interface
    target: tuple[str, int]

    def verify_request(self, _request: object, client_address: tuple[str, int]) -> bool:
        return IPv4Address(client_address[0]) in self.interface.network


class _Connection(socketserver.BaseRequestHandler):
    server: _Relay

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as far:
            back = threading.Thread(target=_copy, args=(far, self.request), daemon=True)
            back.start()
            _copy(self.request, far)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK_BYTES):
            sink.sendall(chunk)
    # The other direction may still have something to send.
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _interface(name: str) -> IPv4Interface:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        address, netmask = (
            fcntl.ioctl(any_socket, request, struct.pack("256s", name.encode()))[20:24]
            for request in (_GET_ADDRESS, _GET_NETMASK)
        )
    return IPv4Interface((address, str(IPv4Address(netmask))))
