"""
The parts of ASGI that the sandbox uses: types, a whole request body, a whole response.

The body of a request is read once and replayed, so that a call can be inspected before it is
forwarded. Standard library only.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP response; `headers` are as on the wire, without Content-Length."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def read_headers(scope: Scope) -> dict[str, str]:
    """Return the request's headers by lower-case name; the last one of a repeated header."""
    pairs: Iterable[tuple[bytes, bytes]] = scope.get("headers", ())
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


async def read_body(receive: Receive) -> bytes:
    """Return the whole body, or what a client had sent when it disconnected."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that first gives `body` again, and then what the connection gives."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again


async def send_response(response: Response, send: Send) -> None:
    """Send `response` whole, with its Content-Length."""
    fields = {**response.headers, "Content-Length": str(len(response.body))}
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
