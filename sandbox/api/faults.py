"""
Faults on demand: what the next calls of an operation shall suffer.

    kind        the call is                                          needs
    ----------  ---------------------------------------------------  ----------------------
    refuse      answered with an error and never carried out         code, status, message
    lose        carried out, and its answer replaced by an error     code, status, message
    cut-before  never carried out, and its connection closed         -
    cut-after   carried out, and its connection closed               -
    cut-short   carried out, and its connection closed after the     -
                head of the answer
    slow        carried out `seconds` later                          seconds
    hold        kept waiting until it is released, then carried out  -

A fault is used up by `times` calls whose operation matches its pattern (`cloudfront:*` works) and
whose resource contains its `resource`; with `every`, each so-many-th of those that match meets it.
Of several that match, the one added first acts.
"""

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox.api.operations import Operation


class FaultKind(StrEnum):
    """What a fault does to a call; the table above."""

    REFUSE = "refuse"
    LOSE = "lose"
    CUT_BEFORE = "cut-before"
    CUT_AFTER = "cut-after"
    CUT_SHORT = "cut-short"
    SLOW = "slow"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One order to disturb `times` matching calls; `spared` counts those passed since the last."""

    kind: FaultKind
    operation: str
    resource: str = ""
    times: int = 1
    every: int = 1
    spared: int = 0
    code: str = "InternalFailure"
    status: int = 500
    message: str = "This failure was ordered from the sandbox."
    seconds: float = 0.0

    def matches(self, operation: Operation) -> bool:
        """Say whether `operation` is one of those this fault waits for."""
        return fnmatchcase(operation.name, self.operation) and self.resource in operation.resource


class Faults:
    """The faults still to come, and the calls held right now."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._held: list[tuple[Operation, asyncio.Future[bool]]] = []
        self._delayed: set[asyncio.Future[bool]] = set()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Return the faults not used up, in the order they were added."""
        return tuple(self._pending)

    @property
    def held(self) -> tuple[Operation, ...]:
        """Return the calls that wait to be released."""
        return tuple(operation for operation, _ in self._held)

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._pending.append(fault)

    def take(self, operation: Operation) -> Fault | None:
        """Return the fault that `operation` meets, one use of which is then gone."""
        for index, fault in enumerate(self._pending):
            if not fault.matches(operation):
                continue
            if fault.spared + 1 < fault.every:
                self._pending[index] = replace(fault, spared=fault.spared + 1)
                continue
            left = replace(fault, times=fault.times - 1, spared=0)
            self._pending[index : index + 1] = [left] if left.times > 0 else []
            return fault
        return None

    async def hold(self, operation: Operation) -> bool:
        """Wait for `release`; say whether to go on, which a reset meanwhile forbids."""
        released: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._held.append((operation, released))
        return await released

    async def delay(self, seconds: float) -> bool:
        """Wait so long; say whether to go on, which a reset meanwhile forbids."""
        dropped: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._delayed.add(dropped)
        done, _ = await asyncio.wait({dropped}, timeout=seconds)
        self._delayed.discard(dropped)
        return not done

    def release(self) -> int:
        """Let every held call go on; return how many there were."""
        return self._end_holding(go_on=True)

    def clear(self) -> None:
        """Forget the faults to come and let held calls go on."""
        self._pending.clear()
        self.release()

    def drop(self) -> None:
        """Forget the faults to come, and the held and delayed calls: they are not carried out."""
        self._pending.clear()
        self._end_holding(go_on=False)
        for dropped in self._delayed:
            dropped.set_result(False)

    def _end_holding(self, *, go_on: bool) -> int:
        held, self._held = self._held, []
        for _, released in held:
            # A caller that gave up has cancelled its wait.
            if not released.done():
                released.set_result(go_on)
        return len(held)
