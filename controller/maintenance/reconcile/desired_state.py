"""
The desired state of the site: now, and at the start of the next window if that is near.

`parameters` replaces a switch or window that cannot be read with its last readable value, and the
error goes along. If that cannot be read either, it is unknown: so is what a window says if its
history does not answer, what all windows say if they cannot be listed, and what was ended if
neither history nor status answers.

    the switch                                   windows or history unknown
    -------------------------------------------  ---------------------------------------------
    on, and no end of it has come                in maintenance, with an error
    off, written just now and woke this run      live, with an error: it ends what began before
    anything else                                no decision: the run fails, the mode stays

A late command may have written an off, which then ends less (ADR 0011). The history shows that; if
it cannot be read, an off takes effect only when the run is retried.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reconcile import ports
from maintenance.reporting.plans import ComingOccurrence, coming_occurrence
from maintenance.reporting.report import Report
from maintenance.schedule.announcement import Announcement, announcement_of
from maintenance.schedule.arming import Arming, arming_of
from maintenance.schedule.decision import (
    Decision,
    Schedule,
    decide,
    due_since,
    history_matters,
)
from maintenance.schedule.request import Request, find_request
from maintenance.schedule.switch import Off, ReadSwitch, Says, Switch
from maintenance.schedule.window import ReadWindows, over_notices
from maintenance.wakeup import ParameterChanged

# The version of a window that starts within this time is published now, not at the start.
_PUBLISH_AHEAD = timedelta(days=1)
# Lambda retries a failed run after one minute and again after two (doc: Lambda Developer Guide,
# invocation-async-error-handling). Later, a window may have begun since the off.
_JUST_NOW = timedelta(minutes=5)
# The first of these retries.
_HISTORY_WAIT = timedelta(minutes=1)


class DesiredState(Struct, frozen=True):
    """
    A decision, and the errors about what could not be read for it.

    `read_at` is when the read began. `upcoming` is the decision at the start of the next window, if
    that is near; `due` is since when the mode is due. `is_uncertain` is whether what could not be
    read may change the decision, `notices` are about answers that are older than the change that
    woke the run, and about windows that are over. `last_off` is the newest off, if it was read.
    `request` is the version that asks for the mode, if that is known. `planned` is the next
    occurrence of each window, None if that is unknown or not to be announced. `schedule` is what it
    follows from, None if a part of that is unknown. `arming` is when the version of the next window
    may be attached ahead, if it may.
    """

    read_at: datetime
    decision: Decision
    upcoming: Decision | None
    errors: tuple[str, ...]
    due: datetime | None
    is_uncertain: bool = False
    last_off: Off | None = None
    notices: tuple[str, ...] = ()
    request: Request | None = None
    planned: tuple[ComingOccurrence, ...] | None = None
    schedule: Schedule | None = None
    arming: Arming | None = None

    @property
    def visible(self) -> tuple[Mode, Announcement, Announcement | None]:
        """What visitors notice of it, now or at the start for which ours is attached ahead."""
        return self.decision.mode, announcement_of(self.decision), self.ahead

    @property
    def is_near(self) -> bool:
        """Whether a window begins so soon that its version may be attached."""
        return self.arming is not None and self.arming.at <= self.read_at

    @property
    def ahead(self) -> Announcement | None:
        """What a version says that should be attached ahead of a window, None without one."""
        if self.upcoming is None or self.decision.mode is not Mode.LIVE or not self.is_near:
            return None
        return announcement_of(self.upcoming)

    def update(self, report: Report) -> Report:
        """Return the report with this decision, which has the same effect as the one it has."""
        return replace(
            report,
            decision=self.decision,
            due=self.due,
            upcoming=self.upcoming,
            is_uncertain=self.is_uncertain,
            last_off=self.last_off,
            request=self.request,
            planned=self.planned,
            # None where every distribution would lose a function.
            arming=report.arming and self.arming,
        )


class ReadSchedule(Struct, frozen=True):
    """
    The schedule as far as it could be read at `now`.

    `errors` are about invalid values, `unknown` about what could not be read, `notices` about what
    is outdated. `switch_decides` is whether the switch alone decides the mode, whatever that is.
    """

    schedule: Schedule
    now: datetime
    errors: tuple[str, ...]
    unknown: tuple[str, ...]
    switch_decides: bool
    notices: tuple[str, ...]


class DesiredStateReader(Struct, frozen=True):
    """
    Reads the parameters and decides.

    `remembered_off` returns the last off by the status, or raises ObservationError. `clock` returns
    the present, aware. `lead_time` is how long before its start the version of a window may be
    attached, and `notice` how long before it the window is announced; zero for never.
    """

    parameters: ports.Parameters
    remembered_off: Callable[[], Off | None]
    lead_time: timedelta
    clock: Callable[[], datetime]
    notice: timedelta = timedelta(0)

    def read(self, changed: ParameterChanged | None = None) -> DesiredState:
        """
        Return the desired state at present, no older than `changed`.

        Raises ObservationError if too little could be read to decide.
        """
        read_at = self.clock()
        read = self.read_schedule(changed)
        if read.unknown and not read.switch_decides:
            raise ObservationError(" | ".join(read.unknown))
        schedule, now = read.schedule, read.now
        decision = decide(schedule, now=now)
        start = _near_start(decision, now)
        return DesiredState(
            read_at=read_at,
            decision=decision,
            upcoming=decide(schedule, now=start) if start else None,
            errors=(*read.errors, *read.unknown),
            due=due_since(schedule, now=now, changed=changed.time if changed else None),
            is_uncertain=bool(read.unknown or read.notices),
            last_off=schedule.off,
            notices=(*read.notices, *over_notices(schedule.windows, now)),
            request=find_request(schedule, now=now),
            planned=None if read.unknown or read.notices else self._planned(schedule, now),
            schedule=None if read.unknown else schedule,
            arming=arming_of(decision, self.lead_time),
        )

    def read_schedule(self, changed: ParameterChanged | None = None) -> ReadSchedule:
        """
        Return the schedule, no older than `changed`.

        Raises ObservationError if the switch cannot be read.
        """
        with ThreadPoolExecutor(max_workers=1) as worker:
            read_windows = worker.submit(self._read_windows, changed)
            read = self.parameters.read_switch(changed=changed)
            windows = read_windows.result()
        now = self.clock()
        schedule = Schedule(read.switch, windows=windows.windows)
        unknown, is_history_known = windows.unknown, True
        try:
            if history_matters(schedule, now=now):
                # The status remembers an off from before the history began.
                last_off = self.parameters.read_last_off() or self.remembered_off()
                schedule = replace(schedule, last_off=last_off)
        except ObservationError as error:
            unknown, is_history_known = (*unknown, str(error)), False
        return ReadSchedule(
            schedule,
            now,
            errors=(*((read.error,) if read.error else ()), *windows.errors),
            unknown=unknown,
            switch_decides=_switch_decides_mode(read, now, is_history_known=is_history_known),
            notices=tuple(filter(None, (read.notice, windows.notice))),
        )

    def _planned(self, schedule: Schedule, now: datetime) -> tuple[ComingOccurrence, ...] | None:
        """Return the next occurrence of each window that no off skips, if they are announced."""
        if not self.notice:
            return None
        coming = schedule.next_occurrences(max(schedule.present(now), schedule.t_off))
        return tuple(coming_occurrence(each, notice=self.notice) for each in coming)

    def _read_windows(self, changed: ParameterChanged | None) -> ReadWindows:
        """Return the windows; if they cannot be listed, they are unknown."""
        try:
            return self.parameters.read_windows(changed=changed)
        except ObservationError as error:
            return ReadWindows(unknown=(str(error),))


def _near_start(decision: Decision, now: datetime) -> datetime | None:
    """Return when the next window closes the site, if that is near."""
    following = decision.next_occurrence
    if decision.mode is Mode.MAINTENANCE or following is None:
        return None
    return following.begins if following.begins - now <= _PUBLISH_AHEAD else None


def _switch_decides_mode(read: ReadSwitch, now: datetime, *, is_history_known: bool) -> bool:
    """Return whether the switch alone decides the mode, by the table of this module."""
    switch = read.switch
    if switch is None:
        return False
    if switch.says is Says.ON:
        return switch.is_in_force(max(now, switch.written))
    if not read.is_own_change or now - switch.written > _JUST_NOW:
        return False
    return is_history_known or now - switch.written >= _HISTORY_WAIT


class HypotheticalSwitch(Struct, frozen=True):
    """Parameters in which the switch has just been written, and everything else is as it is."""

    parameters: ports.Parameters
    switch: Switch

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - it cannot be outdated
        """Return the hypothetical switch, as the run that its write would wake reads it."""
        return ReadSwitch(self.switch, is_own_change=True)

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return the windows as they are."""
        return self.parameters.read_windows(changed=changed)

    def read_last_off(self) -> Off | None:
        """Return the newest off of the history, which the hypothetical write leaves there."""
        return self.parameters.read_last_off()
