"""
The ASGI layer in front of ministack: who answers a request, and what it meets on its way.

    request                                     answered by
    ------------------------------------------  ------------------------------------------
    path under /_sandbox/                       the control endpoint
    Host is a distribution's domain or alias    the edge
    anything else                               ministack, after the log, the pace and the faults

What AWS does and ministack does not is added behind IAM, in the `ministack_*` modules.
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


class _Cut(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """
    The sandbox as one ASGI application.

    `is_served` tells an edge host (no port) from others, `hang_up` closes the connection of a
    `send` that nothing was given to.
    """

    emulator: asgi.App
    edge: asgi.App
    is_served: Callable[[str], bool]
    control: Control
    faults: Faults
    calls: CallLog
    current: CurrentSettings
    throttle: Throttle
    hang_up: Callable[[asgi.Send], Awaitable[None]]

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Answer one request, or run the lifespan of the emulator."""
        if scope["type"] != "http":
            await self.emulator(scope, receive, send)
        elif scope["path"].startswith(_CONTROL):
            await asgi.send_answer(await self.control(await _request(scope, receive)), send)
        elif self.is_served(_host(scope)):
            await self.edge(scope, receive, send)
        elif scope["path"].startswith(_EMULATOR_PATHS):
            await self.emulator(scope, receive, send)
        else:
            await self._call(scope, receive, send)

    async def _call(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        request = await _request(scope, receive)
        operation = identify(request)
        number = self.calls.note(operation)

        async def send_noted(message: asgi.Message) -> None:
            if message["type"] == "http.response.start":
                self.calls.answered(number, message["status"])
            await send(message)

        again = asgi.replay(request.body, receive)
        # AWS is reached over TLS, and policies ask for it (aws:SecureTransport).
        connection = ({**scope, "scheme": "https"}, again, send_noted)
        refusal = await self._paced(operation)
        fault = None if refusal else self.faults.take(operation)
        if refusal:
            await asgi.send_answer(errors.answer(refusal, operation.service), send_noted)
        elif fault:
            try:
                await self._disturbed(fault, operation, connection)
            except _Cut:
                await self.hang_up(send)
        else:
            await self.emulator(*connection)

    async def _paced(self, operation: Operation) -> errors.Refusal | None:
        """Let the call take its time, and return its refusal if it is one too many."""
        seconds = self.current.now.call_seconds
        if seconds and not await self.faults.delay(seconds):
            return _RESET
        return self.throttle.refusal(operation)

    async def _disturbed(
        self,
        fault: Fault,
        operation: Operation,
        connection: _Connection,
    ) -> None:
        scope, receive, send = connection
        failure = errors.Refusal(fault.code, fault.message, fault.status)
        match fault.kind:
            case FaultKind.REFUSE:
                await asgi.send_answer(errors.answer(failure, operation.service), send)
            case FaultKind.LOSE:
                await self.emulator(scope, receive, _nowhere)
                await asgi.send_answer(errors.answer(failure, operation.service), send)
            case FaultKind.CUT_BEFORE:
                raise _Cut
            case FaultKind.CUT_AFTER:
                await self.emulator(scope, receive, _nowhere)
                raise _Cut
            case FaultKind.CUT_SHORT:
                await self.emulator(scope, receive, functools.partial(_head_only, send))
            case FaultKind.SLOW:
                await self._later(await self.faults.delay(fault.seconds), operation, connection)
            case FaultKind.HOLD:
                await self._later(await self.faults.hold(operation), operation, connection)

    async def _later(self, go_on: bool, operation: Operation, connection: _Connection) -> None:  # noqa: FBT001 - the outcome of a wait
        scope, receive, send = connection
        if go_on:
            await self.emulator(scope, receive, send)
        else:
            await asgi.send_answer(errors.answer(_RESET, operation.service), send)


async def _nowhere(message: asgi.Message) -> None:
    """Drop a message: the answer that gets lost."""


async def _head_only(send: asgi.Send, message: asgi.Message) -> None:
    """Pass on the head of the answer; the server misses the body, and closes the connection."""
    if message["type"] == "http.response.start":
        await send(message)


async def _request(scope: asgi.Scope, receive: asgi.Receive) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True),
        headers=asgi.headers_of(scope),
        body=await asgi.read_body(receive),
    )


def _host(scope: asgi.Scope) -> str:
    return asgi.headers_of(scope).get("host", "").partition(":")[0].lower()
