"""
The ASGI application in front of ministack: it routes requests, logs calls and injects faults.

    request                                     responds
    ------------------------------------------  ---------------------------------------------
    path under /_sandbox/                       the control endpoint
    Host is a distribution's domain or alias    the edge
    anything else                               ministack, after the log, throttling and faults

The patches that make ministack's responses AWS's are in `sandbox.patches`, behind IAM's checks.
"""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from sandbox.api import asgi, errors
from sandbox.api.call_log import CallLog
from sandbox.api.control import Control
from sandbox.api.faults import Fault, FaultKind, Faults
from sandbox.api.operations import Operation, Request, identify
from sandbox.api.throttling import Throttle
from sandbox.settings import CurrentSettings

type _Connection = tuple[asgi.Scope, asgi.Receive, asgi.Send]

_CONTROL = "/_sandbox/"
_RESET = errors.Refusal(
    "ServiceUnavailable", "The sandbox was reset before this call was carried out.", 503
)
_EMULATOR_PATHS = ("/_ministack/", "/_localstack/", "/health")


class _CutConnection(Exception):
    """The fault wants the connection closed without a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """
    The sandbox as one ASGI application.

    `is_edge_host` says whether a host name (without port) is a distribution's; `close_connection`
    closes the connection of a `send` that has sent nothing.
    """

    emulator: asgi.App
    edge: asgi.App
    is_edge_host: Callable[[str], bool]
    control: Control
    faults: Faults
    calls: CallLog
    current: CurrentSettings
    throttle: Throttle
    close_connection: Callable[[asgi.Send], Awaitable[None]]

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Respond to one request, or run the lifespan of the emulator."""
        if scope["type"] != "http":
            await self.emulator(scope, receive, send)
        elif scope["path"].startswith(_CONTROL):
            await asgi.send_response(await self.control(await _read(scope, receive)), send)
        elif self.is_edge_host(_host(scope)):
            await self.edge(scope, receive, send)
        elif scope["path"].startswith(_EMULATOR_PATHS):
            await self.emulator(scope, receive, send)
        else:
            await self._call(scope, receive, send)

    async def _call(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        request = await _read(scope, receive)
        operation = identify(request)
        number = self.calls.begin(operation)

        async def send_logged(message: asgi.Message) -> None:
            if message["type"] == "http.response.start":
                self.calls.end(number, message["status"])
            await send(message)

        # AWS is reached over TLS, and policies ask for it (aws:SecureTransport).
        connection = (
            {**scope, "scheme": "https"},
            asgi.replay(request.body, receive),
            send_logged,
        )
        refusal = await self._wait_or_refuse(operation)
        fault = None if refusal else self.faults.take(operation)
        if refusal:
            await _send_error(refusal, operation, send_logged)
        elif fault:
            try:
                await self._apply(fault, operation, connection)
            except _CutConnection:
                await self.close_connection(send)
        else:
            await self.emulator(*connection)

    async def _wait_or_refuse(self, operation: Operation) -> errors.Refusal | None:
        """Wait as long as a call takes; return the refusal of one that exceeds the rate."""
        seconds = self.current.now.call_seconds
        if seconds and not await self.faults.delay(seconds):
            return _RESET
        return self.throttle.refusal(operation)

    async def _apply(self, fault: Fault, operation: Operation, connection: _Connection) -> None:
        scope, receive, send = connection
        error = errors.Refusal(fault.code, fault.message, fault.status)
        match fault.kind:
            case FaultKind.REFUSE:
                await _send_error(error, operation, send)
            case FaultKind.LOSE:
                await self.emulator(scope, receive, _discard)
                await _send_error(error, operation, send)
            case FaultKind.CUT_BEFORE:
                raise _CutConnection
            case FaultKind.CUT_AFTER:
                await self.emulator(scope, receive, _discard)
                raise _CutConnection
            case FaultKind.CUT_SHORT:
                await self.emulator(scope, receive, functools.partial(_send_head, send))
            case FaultKind.SLOW | FaultKind.HOLD:
                await self._carry_out_later(fault, operation, connection)

    async def _carry_out_later(
        self, fault: Fault, operation: Operation, connection: _Connection
    ) -> None:
        is_slow = fault.kind is FaultKind.SLOW
        wait = self.faults.delay(fault.seconds) if is_slow else self.faults.hold(operation)
        if await wait:
            await self.emulator(*connection)
        else:
            await _send_error(_RESET, operation, connection[2])


async def _send_error(refusal: errors.Refusal, operation: Operation, send: asgi.Send) -> None:
    await asgi.send_response(errors.to_response(refusal, operation.service), send)


async def _discard(message: asgi.Message) -> None:
    """Drop a message of a response that gets lost."""


async def _send_head(send: asgi.Send, message: asgi.Message) -> None:
    """Forward only the head of a response; the server then closes the connection."""
    if message["type"] == "http.response.start":
        await send(message)


async def _read(scope: asgi.Scope, receive: asgi.Receive) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True),
        headers=asgi.read_headers(scope),
        body=await asgi.read_body(receive),
    )


def _host(scope: asgi.Scope) -> str:
    return asgi.read_headers(scope).get("host", "").partition(":")[0].lower()
