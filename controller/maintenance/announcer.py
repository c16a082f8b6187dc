"""
Tell what a run came to: write the status if it is another than before, and announce changes.

The status comes first and remembers what is announced with it, so that every change is announced
once. An announcement that is refused is taken back from the status, and the next run tries again.
What cannot be told fails the run and undoes nothing.
"""

from collections.abc import Mapping, Sequence
from copy import replace
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from maintenance.errors import ApplyError, MaintenanceError, ObservationError, UnreadableValue
from maintenance.milestones import Told, detail, tell, with_stuck_named
from maintenance.model import Mode
from maintenance.report import Report
from maintenance.status import Memory, Status
from maintenance.status_document import decode, encode, shortened, with_error

_NOTHING_YET = Status(Mode.UNCHANGED, "No run has come to its end yet.")


class _StatusParameter(Protocol):
    @property
    def name(self) -> str: ...
    def read(self) -> str | None: ...
    def write(self, text: str) -> None: ...


class _EventBus(Protocol):
    def send(self, details: Sequence[Mapping[str, Any]]) -> None: ...


class _Before(Struct, frozen=True):
    """The status as it was found: its text, what it remembers, and a notice if it is not ours."""

    text: str | None
    memory: Memory | None
    notices: tuple[str, ...] = ()


class Announcer(Struct, frozen=True):
    """Tells about one switch; `stack` is the name of the stack."""

    status_parameter: _StatusParameter
    event_bus: _EventBus
    stack: str
    switch_parameter: str

    def announce(self, report: Report, *, now: datetime) -> Report:
        """Tell what the run came to; return its report with what was told and what could not be."""
        report = with_stuck_named(report, now)
        try:
            before = self._before()
        except ObservationError as error:
            return report.with_upkeep_fault(str(error))
        report = replace(report, notices=(*report.notices, *before.notices))
        told = tell(report, before.memory, now=now)
        fault = self._written(told.status, over=before)
        if fault:
            return replace(report.with_upkeep_fault(fault), status=told.status)
        fault = self._sent(told)
        if not fault:
            return replace(report, status=told.status, milestones=told.milestones)
        return self._taken_back(report.with_upkeep_fault(fault), before, now)

    def announce_failure(self, error: MaintenanceError, *, now: datetime) -> tuple[str, ...]:
        """Put the error of a run without a report into the status; return what was in the way."""
        try:
            before = self._before()
            memory = (before.memory or Memory()).after(shortened(str(error)), now)
            if memory == before.memory:
                return ()
            self.status_parameter.write(_failed(before, memory))
        except (ApplyError, ObservationError) as fault:
            return (str(fault),)
        return ()

    def _before(self) -> _Before:
        try:
            text = self.status_parameter.read()
        except ObservationError as error:
            message = f"{error}; so it was not written and nothing was announced"
            raise ObservationError(message) from error
        if text is None:
            return _Before(None, None)
        try:
            return _Before(text, decode(text))
        except UnreadableValue as error:
            notice = f"the status {self.status_parameter.name} is written anew: {error}"
            return _Before(None, None, (notice,))

    def _written(self, status: Status, *, over: _Before) -> str | None:
        """Write the status unless it stands so already; return the fault if that is refused."""
        text = encode(status)
        if text == over.text:
            return None
        try:
            self.status_parameter.write(text)
        except ApplyError as error:
            return f"{error}; what was to be announced with it waits for the next run"
        return None

    def _sent(self, told: Told) -> str | None:
        """Send what is to be announced; return the fault if that is refused."""
        details = [
            detail(each, told.status, stack=self.stack, switch=self.switch_parameter)
            for each in told.milestones
        ]
        try:
            if details:
                self.event_bus.send(details)
        except ApplyError as error:
            return str(error)
        return None

    def _taken_back(self, report: Report, before: _Before, now: datetime) -> Report:
        """Write the status as of before the announcement that was refused."""
        status = tell(report, before.memory, now=now).status
        last_change = before.memory.last_change if before.memory else None
        memory = replace(status.memory, last_change=last_change)
        status = replace(status, memory=memory)
        fault = self._written(status, over=_Before(None, None))
        report = replace(report, status=status)
        return report.with_upkeep_fault(fault) if fault else report


def _failed(before: _Before, memory: Memory) -> str:
    if before.text is None or memory.last_error is None:
        return encode(replace(_NOTHING_YET, memory=memory))
    return with_error(before.text, memory.last_error)
