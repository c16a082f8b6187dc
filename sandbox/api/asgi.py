"""
The few pieces of ASGI that the sandbox speaks: its types, a whole body, a whole answer.

Standard library only.
A body is read once and replayed, so that a call can be looked at before it is passed on.
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
class Answer:
    """A whole HTTP answer; header names as they go over the wire, Content-Length not among them."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the request's headers by lower-case name; of a repeated one, the last."""
    pairs: Iterable[tuple[bytes, bytes]] = scope.get("headers", ())
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


async def read_body(receive: Receive) -> bytes:
    """Return the whole body; what a client that left had sent so far, if it left."""
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
    """Return a `receive` that gives `body` again, and then whatever the connection gives."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again


async def send_answer(answer: Answer, send: Send) -> None:
    """Send `answer` whole, with its Content-Length."""
    fields = {**answer.headers, "Content-Length": str(len(answer.body))}
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
