"""
The control endpoint: JSON over HTTP under /_sandbox/, for tests, the demo and playing.

    call                      body                          does
    ------------------------  ----------------------------  ----------------------------------------
    GET    /_sandbox/ready                                  answers once the sandbox serves
    POST   /_sandbox/reset                                  forgets all, ministack's state too
    GET    /_sandbox/settings                               tells the settings in force
    PUT    /_sandbox/settings {"deploy_seconds": 0}         changes those that are named
    POST   /_sandbox/finish-deployments                     finishes what is InProgress
    POST   /_sandbox/advance  {"minutes": 15}               lets them pass for CloudFront and for
                                                            CloudWatch, whose alarms are judged at
                                                            each; 0 judges them now
    GET    /_sandbox/faults                                 tells the faults not used up
    POST   /_sandbox/faults   {"kind": "refuse",            disturbs the next calls; the kinds and
                               "operation": "ssm:...",     members are those of `sandbox.api.faults`
                               "times": 2, ...}
    DELETE /_sandbox/faults                                 forgets them and releases held calls
    GET    /_sandbox/held                                   tells the calls that are held
    POST   /_sandbox/release                                lets held calls go on
    GET    /_sandbox/calls                                  tells the AWS calls since the last reset

Anything else, or a body that is not understood, answers 400 with a sentence.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

from sandbox.api.asgi import Answer
from sandbox.api.call_log import CallLog
from sandbox.api.faults import Fault, FaultKind, Faults
from sandbox.api.operations import Request
from sandbox.settings import CurrentSettings

type _Members = Mapping[str, object]

# Each is judged, while the sandbox does nothing else.
_MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """
    The endpoint.

    `forget` empties the emulator, `finish_deployments` ends all propagation, `advance` takes
    minutes.
    """

    current: CurrentSettings
    faults: Faults
    calls: CallLog
    forget: Callable[[], Awaitable[None]]
    finish_deployments: Callable[[], None]
    advance: Callable[[int], None]

    async def __call__(self, request: Request) -> Answer:
        """Do what `request` asks and answer in JSON."""
        try:
            return _json(200, await self._done(request))
        except ValueError as fault:
            return _json(400, {"error": str(fault)})

    async def _done(self, request: Request) -> object:
        name = f"{request.method} {request.path.removeprefix('/_sandbox/')}"
        if name == "POST reset":
            return await self._reset()
        tell = self._tells().get(name)
        if tell:
            return tell()
        change = self._changes().get(name)
        if change:
            return change(_members(request.body))
        raise ValueError(f"The sandbox does not know {request.method} {request.path}.")

    def _tells(self) -> dict[str, Callable[[], object]]:
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

    def _changes(self) -> dict[str, Callable[[_Members], object]]:
        return {
            "PUT settings": self._set,
            "POST faults": self._disturb,
            "POST advance": self._let_pass,
        }

    async def _reset(self) -> object:
        self.faults.drop()
        self.current.reset()
        await self.forget()
        self.calls.clear()
        return {"reset": True}

    def _set(self, members: _Members) -> object:
        self.current.now = self.current.now.changed(members)
        return asdict(self.current.now)

    def _let_pass(self, members: _Members) -> object:
        minutes = members.get("minutes")
        if members.keys() != {"minutes"} or not _is_a_number_of_minutes(minutes):
            raise ValueError(f"minutes is a whole number from 0 to {_MOST_MINUTES}.")
        self.advance(int(str(minutes)))
        return {"minutes": minutes}

    def _disturb(self, members: _Members) -> object:
        fault = parse_fault(members)
        self.faults.add(fault)
        return asdict(fault)


def parse_fault(members: Mapping[str, object]) -> Fault:
    """Return the fault that `members` describe; ValueError says what is wrong with them."""
    kind = str(members.get("kind", ""))
    if kind not in set(FaultKind):
        raise ValueError(f"No such kind of fault: {kind}. There are {', '.join(FaultKind)}.")
    known = asdict(Fault(kind=FaultKind(kind), operation=""))
    if not {"operation"} <= members.keys() <= known.keys():
        raise ValueError(f"A fault has kind and operation, and may have {', '.join(known)}.")
    for name, value in members.items():
        expected = (int, float) if isinstance(known[name], float) else type(known[name])
        if name != "kind" and not isinstance(value, expected):
            raise ValueError(f"The {name} of a fault is like {known[name]!r}, not {value!r}.")
    return Fault(**{**members, "kind": FaultKind(kind)})  # type: ignore[arg-type]  # checked above


def _is_a_number_of_minutes(value: object) -> bool:
    return isinstance(value, int) and value in range(_MOST_MINUTES + 1)


def _members(body: bytes) -> dict[str, object]:
    members = json.loads(body or b"{}")
    if not isinstance(members, dict):
        raise ValueError("The body has to be a JSON object.")  # noqa: TRY004 - answered as 400
    return members


def _json(status: int, content: object) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(content).encode())
