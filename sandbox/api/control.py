"""
The control endpoint: JSON over HTTP under /_sandbox/, for tests, the demo and manual use.

    call                                body                  effect
    ----------------------------------  --------------------  --------------------------------------
    GET    /_sandbox/ready                                    responds once the sandbox serves
    POST   /_sandbox/reset                                    forgets everything, ministack's state
                                                              too
    GET    /_sandbox/settings                                 returns the settings in force
    PUT    /_sandbox/settings           {"deploy_seconds":    changes the settings it names
                                         0}
    POST   /_sandbox/finish-deployments                       ends every deployment InProgress
    POST   /_sandbox/advance            {"minutes": 15}       advances the clocks of CloudFront and
                                                              CloudWatch, whose alarms are evaluated
                                                              at each minute; 0 evaluates them now
    GET    /_sandbox/faults                                   returns the faults that are not used
                                                              up
    POST   /_sandbox/faults             {"kind": "refuse",    injects a fault into the next calls;
                                         "operation":         see `sandbox.api.faults`
                                         "ssm:...", ...}
    DELETE /_sandbox/faults                                   forgets them, and releases held calls
    GET    /_sandbox/held                                     returns the calls that are held
    POST   /_sandbox/release                                  releases held calls
    GET    /_sandbox/calls                                    returns the AWS calls since the last
                                                              reset

Anything else, and a body that is invalid, gets 400 with a sentence.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

from sandbox.api.asgi import Response
from sandbox.api.call_log import CallLog
from sandbox.api.faults import Faults, parse_fault
from sandbox.api.operations import Request
from sandbox.settings import CurrentSettings

type _Members = Mapping[str, object]

# Alarms are evaluated at each minute, and the sandbox does nothing else during that time.
_MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """
    The control endpoint.

    `reset` empties ministack and what is built on it, `finish_deployments` ends all propagation,
    `advance` takes minutes.
    """

    current: CurrentSettings
    faults: Faults
    calls: CallLog
    reset: Callable[[], Awaitable[None]]
    finish_deployments: Callable[[], None]
    advance: Callable[[int], None]

    async def __call__(self, request: Request) -> Response:
        """Carry out `request` and respond in JSON."""
        try:
            return _json(200, await self._carry_out(request))
        except ValueError as error:
            return _json(400, {"error": str(error)})

    async def _carry_out(self, request: Request) -> object:
        name = f"{request.method} {request.path.removeprefix('/_sandbox/')}"
        if name == "POST reset":
            return await self._reset()
        without_body = self._calls_without_body().get(name)
        if without_body:
            return without_body()
        with_body = self._calls_with_body().get(name)
        if with_body:
            return with_body(_members(request.body))
        raise ValueError(f"The sandbox does not know {request.method} {request.path}.")

    def _calls_without_body(self) -> dict[str, Callable[[], object]]:
        return {
            "GET ready": lambda: {"ready": True},
            "GET settings": lambda: asdict(self.current.now),
            "GET faults": lambda: [asdict(fault) for fault in self.faults.pending],
            "GET held": lambda: [asdict(operation) for operation in self.faults.held],
            "GET calls": lambda: [asdict(call) for call in self.calls.calls],
            "DELETE faults": self.faults.clear,
            "POST release": lambda: {"released": self.faults.release()},
            "POST finish-deployments": self.finish_deployments,
        }

    def _calls_with_body(self) -> dict[str, Callable[[_Members], object]]:
        return {
            "PUT settings": self._set,
            "POST faults": self._inject_fault,
            "POST advance": self._advance,
        }

    async def _reset(self) -> object:
        self.faults.drop()
        self.current.reset()
        await self.reset()
        self.calls.clear()
        return {"reset": True}

    def _set(self, members: _Members) -> object:
        self.current.now = self.current.now.with_changes(members)
        return asdict(self.current.now)

    def _advance(self, members: _Members) -> object:
        minutes = members.get("minutes")
        is_valid = isinstance(minutes, int) and minutes in range(_MOST_MINUTES + 1)
        if members.keys() != {"minutes"} or not is_valid:
            raise ValueError(f"minutes is a whole number from 0 to {_MOST_MINUTES}.")
        self.advance(int(str(minutes)))
        return {"minutes": minutes}

    def _inject_fault(self, members: _Members) -> object:
        fault = parse_fault(members)
        self.faults.add(fault)
        return asdict(fault)


def _members(body: bytes) -> dict[str, object]:
    members = json.loads(body or b"{}")
    if not isinstance(members, dict):
        raise ValueError("The body must be a JSON object.")  # noqa: TRY004 - answered as 400
    return members


def _json(status: int, content: object) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(content).encode())
