"""
Inject faults: what happens to the next calls of an operation.

    kind        the call is                                             uses
    ----------  ------------------------------------------------------  ---------------------
    refuse      answered with an error and never carried out            code, status, message
    lose        carried out, and its response replaced by an error      code, status, message
    cut-before  never carried out, and its connection closed
    cut-after   carried out, and its connection closed
    cut-short   carried out, and its connection closed after the head
                of the response
    slow        carried out after `seconds`                             seconds
    hold        carried out once it is released

A fault applies to the next `times` calls whose operation matches its pattern (`cloudfront:*` works)
and whose resource contains its `resource`. With `every`, only each so-many-th of those calls meets
the fault. If several faults match a call, the one that was added first applies.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox.api.operations import Operation


class FaultKind(StrEnum):
    """What a fault does to a call; see the table above."""

    REFUSE = "refuse"
    LOSE = "lose"
    CUT_BEFORE = "cut-before"
    CUT_AFTER = "cut-after"
    CUT_SHORT = "cut-short"
    SLOW = "slow"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault for `times` matching calls; `skipped` counts those let through since the last."""

    kind: FaultKind
    operation: str
    resource: str = ""
    times: int = 1
    every: int = 1
    skipped: int = 0
    code: str = "InternalFailure"
    status: int = 500
    message: str = "The sandbox injected this fault."
    seconds: float = 0.0

    def matches(self, operation: Operation) -> bool:
        """Return whether the fault is for calls of `operation`."""
        return fnmatchcase(operation.name, self.operation) and self.resource in operation.resource


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


class Faults:
    """The faults to come, and the calls that are held."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._held: list[tuple[Operation, asyncio.Future[bool]]] = []
        self._delayed: set[asyncio.Future[bool]] = set()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Return the faults that are not used up, in the order in which they were added."""
        return tuple(self._pending)

    @property
    def held(self) -> tuple[Operation, ...]:
        """Return the calls that wait to be released."""
        return tuple(operation for operation, _ in self._held)

    def add(self, fault: Fault) -> None:
        """Inject a fault."""
        self._pending.append(fault)

    def take(self, operation: Operation) -> Fault | None:
        """Return the fault that a call of `operation` meets, and use it once; None for no fault."""
        for index, fault in enumerate(self._pending):
            if not fault.matches(operation):
                continue
            if fault.skipped + 1 < fault.every:
                self._pending[index] = replace(fault, skipped=fault.skipped + 1)
                continue
            left = replace(fault, times=fault.times - 1, skipped=0)
            self._pending[index : index + 1] = [left] if left.times > 0 else []
            return fault
        return None

    async def hold(self, operation: Operation) -> bool:
        """Wait for `release`; return whether to carry out the call: a reset drops it."""
        released: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._held.append((operation, released))
        return await released

    async def delay(self, seconds: float) -> bool:
        """Wait that long; return whether to carry out the call: a reset drops it."""
        dropped: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._delayed.add(dropped)
        done, _ = await asyncio.wait({dropped}, timeout=seconds)
        self._delayed.discard(dropped)
        return not done

    def release(self) -> int:
        """Let every held call go on; return how many there were."""
        return self._end_holding(carry_out=True)

    def clear(self) -> None:
        """Forget the faults to come and let held calls go on."""
        self._pending.clear()
        self.release()

    def drop(self) -> None:
        """Forget the faults to come, and never carry out the held and delayed calls."""
        self._pending.clear()
        self._end_holding(carry_out=False)
        for dropped in self._delayed:
            dropped.set_result(False)

    def _end_holding(self, *, carry_out: bool) -> int:
        held, self._held = self._held, []
        for _, released in held:
            # A caller that gave up has cancelled its wait.
            if not released.done():
                released.set_result(carry_out)
        return len(held)
