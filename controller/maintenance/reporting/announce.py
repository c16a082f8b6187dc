"""
Announce what a run has done: write the status, then send an event for each new phase.

In this order, because a status can be reverted and an event cannot (ADR 0019).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from maintenance.errors import ApplyError, MaintenanceError, ObservationError, UnreadableValue
from maintenance.model import Mode
from maintenance.reporting.events import (
    Event,
    EventSite,
    end_event,
    failure_event,
    mode_event,
    plan_event,
)
from maintenance.reporting.report import Report
from maintenance.reporting.requesters import Requesters, known_requester
from maintenance.reporting.status import PersistedState, Status, StoreNote
from maintenance.reporting.status_document import (
    decode_persisted_state,
    encode_status,
    replace_last_error,
    truncate,
)
from maintenance.reporting.transitions import (
    StatusUpdate,
    update_status,
    with_stuck_warnings,
)
from maintenance.schedule.switch import Off

_NO_RUN_YET = Status(Mode.UNCHANGED, "No run has finished yet.")


class _StatusParameter(Protocol):
    @property
    def name(self) -> str: ...
    def read(self) -> str | None: ...
    def write(self, text: str) -> None: ...


class _EventBus(Protocol):
    def send(self, events: Sequence[Event]) -> None: ...


class PreviousStatus(Struct, frozen=True):
    """The status before the run: its text and what it persists, or a notice that it is invalid."""

    text: str | None = None
    persisted: PersistedState | None = None
    notices: tuple[str, ...] = ()


class Announcer(Struct, frozen=True):
    """Announces the runs of one stack, of this version; `site` is how its events name it."""

    status_parameter: _StatusParameter
    event_bus: _EventBus
    requesters: Requesters
    site: EventSite
    version: str = ""

    def announce(
        self, report: Report, *, now: datetime, previous: PreviousStatus | None = None
    ) -> Report:
        """
        Announce a run; return its report with what was announced and what went wrong.

        `previous` is the status before the run, if it has been read and is recent. It is read again
        if there is news: another run may have announced that since.
        """
        report = with_stuck_warnings(report, now)
        if previous:
            report = self.with_requester(report, previous.persisted)
            previous = None if self._has_news(report, previous, now) else previous
        try:
            previous = previous or self._read_previous()
        except ObservationError as unread:
            return report.with_housekeeping_error(str(unread))
        report = replace(report, notices=(*report.notices, *previous.notices))
        report = self.with_requester(report, previous.persisted)
        update = update_status(report, previous.persisted, now=now)
        error = self._write(update.status, over=previous)
        if error:
            return replace(report.with_housekeeping_error(error), status=update.status)
        events = self._events(update)
        error = self._send(events)
        if error:
            return self._revert(report.with_housekeeping_error(error), previous, now)
        titles = tuple(each.detail.title for each in events)
        return replace(
            report,
            status=update.status,
            transitions=update.transitions,
            announced=titles,
            end_change=update.end_change,
        )

    def with_requester(self, report: Report, before: PersistedState | None = None) -> Report:
        """Return the report with who asked for the mode; `before` is by the status before it."""
        request = report.request
        if request is None or report.requester:
            return report
        found = known_requester(request, report.decision.mode, before)
        return replace(report, requester=found or self.requesters.read(request))

    def announce_failure(self, error: MaintenanceError, *, now: datetime) -> tuple[str, ...]:
        """
        Put the error of a run without a report into the status, and announce it if it is the first.

        Returns what went wrong.
        """
        try:
            previous = self._read_previous()
            before = previous.persisted or PersistedState()
            left = before.after(truncate(str(error)), now)
            if left == previous.persisted:
                return ()
            self.status_parameter.write(_with_error(previous, left))
            failure = left.failure_since(before)
            refused = self._send([failure_event(failure, self.site)] if failure else [])
            if refused:
                self.status_parameter.write(_with_error(previous, left.unannounced(before)))
                return (refused,)
        except (ApplyError, ObservationError) as hindrance:
            return (str(hindrance),)
        return ()

    def read_previous(self) -> PreviousStatus | None:
        """Return the status before the run, None if it cannot be read."""
        try:
            return self._read_previous()
        except ObservationError:
            # Read again at the end of the run, whose error this then is.
            return None

    def read_store_note(self) -> StoreNote | None:
        """Return what the last run of the standby engine noted, None if that is unknown."""
        previous = self.read_previous()
        return previous.persisted.standby if previous and previous.persisted else None

    def read_last_off(self) -> Off | None:
        """Return the last off that the status knows of; raise ObservationError."""
        text = self.status_parameter.read()
        try:
            return decode_persisted_state(text).last_off if text else None
        except UnreadableValue:
            # It is overwritten at the end of the run, with a notice.
            return None

    def _read_previous(self) -> PreviousStatus:
        try:
            text = self.status_parameter.read()
        except ObservationError as error:
            message = f"{error}; so it was not updated and nothing was announced"
            raise ObservationError(message) from error
        if text is None:
            return PreviousStatus()
        try:
            return PreviousStatus(text, decode_persisted_state(text))
        except UnreadableValue as error:
            name = self.status_parameter.name
            return PreviousStatus(notices=(f"the status {name} was overwritten: {error}",))

    def _has_news(self, report: Report, previous: PreviousStatus, now: datetime) -> bool:
        """Return whether the status after the run is another one."""
        status = update_status(report, previous.persisted, now=now).status
        return self._encode(status) != previous.text

    def _encode(self, status: Status) -> str:
        return encode_status(replace(status, version=self.version))

    def _write(self, status: Status, *, over: PreviousStatus) -> str | None:
        """Write the status if it is another; return the error if that fails."""
        text = self._encode(status)
        try:
            if text != over.text:
                self.status_parameter.write(text)
        except ApplyError as error:
            return f"{error}; the next run announces the change of mode, if there was one"
        return None

    def _events(self, update: StatusUpdate) -> list[Event]:
        """Return an event for everything that the run announces."""
        status, site = update.status, self.site
        events = [mode_event(each, status, site) for each in update.transitions]
        if update.end_change:
            events.append(end_event(update.end_change, status, site))
        for each in update.plan_changes:
            request = each.now.request if each.now else None
            requester = self.requesters.read(request) if request else None
            events.append(plan_event(each, requester, site))
        if update.failure:
            events.append(failure_event(update.failure, site))
        return events

    def _send(self, events: Sequence[Event]) -> str | None:
        """Send the events; return the error if that fails."""
        try:
            if events:
                self.event_bus.send(events)
        except ApplyError as error:
            return str(error)
        return None

    def _revert(self, report: Report, previous: PreviousStatus, now: datetime) -> Report:
        """Write the status as if the change were not announced, so that the next run does it."""
        status = update_status(report, previous.persisted, now=now).status
        before = previous.persisted or PersistedState()
        status = replace(status, persisted=status.persisted.unannounced(before))
        error = self._write(status, over=PreviousStatus())
        report = replace(report, status=status)
        return report.with_housekeeping_error(error) if error else report


def _with_error(previous: PreviousStatus, persisted: PersistedState) -> str:
    if previous.text is None or persisted.last_error is None:
        return encode_status(replace(_NO_RUN_YET, persisted=persisted))
    return replace_last_error(previous.text, persisted.last_error)
