"""
What switch, windows and clock want: now, and at the start of the next window if that is near.

A switch or window that cannot be read is told in a sentence; what stands in for it is for
`parameters` to know. Where the mode is what the switch says, nothing else that cannot be read may
keep it from being done.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.schedule.announcement import Announcement, announcement_of
from maintenance.schedule.decision import (
    Decision,
    Schedule,
    decide,
    due_since,
    history_matters,
)
from maintenance.schedule.switch import ReadSwitch, Says, Switch
from maintenance.schedule.window import ReadWindows
from maintenance.wakeup import ParameterChanged

# A window that starts within this is prepared for, so that its start needs no publishing.
_AHEAD = timedelta(days=1)


class _Parameters(Protocol):
    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch: ...
    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows: ...
    def read_last_off(self) -> datetime | None: ...


class DesiredState(Struct, frozen=True):
    """
    A decision, and the sentences about what could not be read on the way to it.

    `coming` is what will be decided at the start of the next window, if that is near; `due` is
    since when the mode is due.
    """

    decision: Decision
    coming: Decision | None
    errors: tuple[str, ...]
    due: datetime | None

    @property
    def answer(self) -> tuple[Mode, Announcement]:
        """What follows for visitors."""
        return self.decision.mode, announcement_of(self.decision)


class DesiredStateReader(Struct, frozen=True):
    """Looks at the parameters; `clock` returns the present, aware."""

    parameters: _Parameters
    lead_time: timedelta
    clock: Callable[[], datetime]

    def read(self, changed: ParameterChanged | None = None) -> DesiredState:
        """Return what is wanted at present; raise ObservationError where nobody can tell."""
        with ThreadPoolExecutor(max_workers=1) as hands:
            read_windows = hands.submit(self.parameters.read_windows, changed=changed)
            read = self.parameters.read_switch(changed=changed)
            windows = read_windows.result()
        now = self.clock()
        errors = [*((read.error,) if read.error else ()), *windows.errors]
        schedule = Schedule(read.switch, windows=windows.windows, lead_time=self.lead_time)
        try:
            _raise_unknown(windows)
            if history_matters(schedule, now=now):
                schedule = replace(schedule, last_off=self.parameters.read_last_off())
        except ObservationError as error:
            if not _decides_alone(read.switch, now):
                raise
            errors.append(str(error))
        decision = decide(schedule, now=now)
        near = _near_start(decision, now)
        return DesiredState(
            decision=decision,
            coming=decide(schedule, now=near) if near else None,
            errors=tuple(errors),
            due=due_since(schedule, now=now, changed=changed.time if changed else None),
        )


def _near_start(decision: Decision, now: datetime) -> datetime | None:
    """Return when the next window starts, if the site is to be closed by it within _AHEAD."""
    following = decision.next_occurrence
    if decision.mode is Mode.MAINTENANCE or following is None or following.begins - now > _AHEAD:
        return None
    return following.begins


def _decides_alone(switch: Switch | None, now: datetime) -> bool:
    """
    Tell whether the mode is what the switch says, whatever is not known of history and windows.

    An `on` that holds does, and so does a plain `off` for all that began before it: neither may
    fail to act because something else cannot be read.
    """
    if switch is None:
        return False
    return switch.says is Says.OFF or not switch.is_over(max(now, switch.written))


def _raise_unknown(windows: ReadWindows) -> None:
    if windows.unknown:
        raise ObservationError(" | ".join(windows.unknown))


class _OtherParameters(Protocol):
    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows: ...
    def read_last_off(self) -> datetime | None: ...


class HypotheticalSwitch(Struct, frozen=True):
    """Reads `switch` as if it had just been written, and everything else as it is."""

    parameters: _OtherParameters
    switch: Switch

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - what is supposed is never old
        """Return the supposed switch."""
        return ReadSwitch(self.switch)

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return the windows as they are."""
        return self.parameters.read_windows(changed=changed)

    def read_last_off(self) -> datetime | None:
        """Return the newest off so far, which what is supposed leaves in the history."""
        return self.parameters.read_last_off()
