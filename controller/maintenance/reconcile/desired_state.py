"""
The desired state of the site: now, and at the start of the next window if that is near.

`parameters` replaces a switch or window that cannot be read with its last readable value, and the
error goes along. If the switch alone decides the mode, unreadable windows or history must not
block it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reconcile import ports
from maintenance.reporting.report import Report
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

# The version of a window that starts within this time is published now, not at the start.
_PUBLISH_AHEAD = timedelta(days=1)


class DesiredState(Struct, frozen=True):
    """
    A decision, and the errors about what could not be read for it.

    `upcoming` is the decision at the start of the next window, if that is near; `due` is since when
    the mode is due.
    """

    decision: Decision
    upcoming: Decision | None
    errors: tuple[str, ...]
    due: datetime | None

    @property
    def visible(self) -> tuple[Mode, Announcement]:
        """What visitors notice of it."""
        return self.decision.mode, announcement_of(self.decision)

    def update(self, report: Report) -> Report:
        """Return the report with this decision, which has the same effect as the one it has."""
        return replace(report, decision=self.decision, due=self.due, upcoming=self.upcoming)


class DesiredStateReader(Struct, frozen=True):
    """Reads the parameters and decides; `clock` returns the present, aware."""

    parameters: ports.Parameters
    lead_time: timedelta
    clock: Callable[[], datetime]

    def read(self, changed: ParameterChanged | None = None) -> DesiredState:
        """
        Return the desired state at present, no older than `changed`.

        Raises ObservationError if too little could be read to decide.
        """
        with ThreadPoolExecutor(max_workers=1) as worker:
            read_windows = worker.submit(self.parameters.read_windows, changed=changed)
            read = self.parameters.read_switch(changed=changed)
            windows = read_windows.result()
        now = self.clock()
        schedule = Schedule(read.switch, windows=windows.windows, lead_time=self.lead_time)
        schedule, history_errors = self._with_history(schedule, windows.unknown, now)
        decision = decide(schedule, now=now)
        start = _near_start(decision, now)
        return DesiredState(
            decision=decision,
            upcoming=decide(schedule, now=start) if start else None,
            errors=(*((read.error,) if read.error else ()), *windows.errors, *history_errors),
            due=due_since(schedule, now=now, changed=changed.time if changed else None),
        )

    def _with_history(
        self, schedule: Schedule, unknown_windows: tuple[str, ...], now: datetime
    ) -> tuple[Schedule, tuple[str, ...]]:
        """Return the schedule with its last off if that matters, and the errors of reading it."""
        try:
            _raise_unknown(unknown_windows)
            if history_matters(schedule, now=now):
                schedule = replace(schedule, last_off=self.parameters.read_last_off())
        except ObservationError as error:
            if not _switch_decides_mode(schedule.switch, now):
                raise
            return schedule, (str(error),)
        return schedule, ()


def _near_start(decision: Decision, now: datetime) -> datetime | None:
    """Return when the next window closes the site, if that is near."""
    following = decision.next_occurrence
    if decision.mode is Mode.MAINTENANCE or following is None:
        return None
    return following.begins if following.begins - now <= _PUBLISH_AHEAD else None


def _switch_decides_mode(switch: Switch | None, now: datetime) -> bool:
    """
    Return whether the mode is what the switch says, whatever history and windows hold.

    That is so for an `on` that has not ended, and for a plain `off` as to everything that began
    before it.
    """
    if switch is None:
        return False
    return switch.says is Says.OFF or not switch.is_over(max(now, switch.written))


def _raise_unknown(windows: tuple[str, ...]) -> None:
    if windows:
        raise ObservationError(" | ".join(windows))


class HypotheticalSwitch(Struct, frozen=True):
    """Parameters in which the switch has just been written, and everything else is as it is."""

    parameters: ports.Parameters
    switch: Switch

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - it cannot be outdated
        """Return the hypothetical switch."""
        return ReadSwitch(self.switch)

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return the windows as they are."""
        return self.parameters.read_windows(changed=changed)

    def read_last_off(self) -> datetime | None:
        """Return the newest off of the history, which the hypothetical write leaves there."""
        return self.parameters.read_last_off()
