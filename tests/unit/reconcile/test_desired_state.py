"""What is unknown decides nothing: the table of `desired_state`, row by row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ObservationError
from maintenance.model import Mode
from maintenance.reconcile.desired_state import DesiredState, DesiredStateReader
from maintenance.reporting.report import Report
from maintenance.schedule.switch import Off, ReadSwitch, Says, Switch
from maintenance.schedule.window import ReadWindows, parse_window
from maintenance.wakeup import ParameterChanged

from tests.builders import NOW, a_decision, a_switch

OPEN = parse_window("open", "at(2026-12-01T01:00) for 4h", zone=ZoneInfo("UTC"))
JUST_NOW = NOW - timedelta(seconds=2)
LAST_WEEK = NOW - timedelta(days=7)


@dataclass(frozen=True)
class _Parameters:
    """A switch, and the windows or the reason why they cannot be listed."""

    switch: ReadSwitch
    windows: ReadWindows | None = None
    has_history: bool = False

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:  # noqa: ARG002 - the protocol's
        return self.switch

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:  # noqa: ARG002 - the protocol's
        if self.windows is None:
            raise ObservationError("the windows cannot be listed")
        return self.windows

    def read_last_off(self) -> Off | None:
        if not self.has_history:
            raise ObservationError("the history cannot be read")
        return None


def _unlisted(switch: Switch | None, *, is_own_change: bool) -> _Parameters:
    return _Parameters(ReadSwitch(switch, is_own_change=is_own_change))


def _invalid(switch: Switch | None, *, is_own_change: bool) -> _Parameters:
    unknown = ReadWindows((OPEN,), unknown=("the window cannot be read",))
    return _Parameters(ReadSwitch(switch, is_own_change=is_own_change), unknown, has_history=True)


def _read(parameters: _Parameters) -> DesiredState:
    return DesiredStateReader(parameters, lambda: None, timedelta(0), lambda: NOW).read()


type _Unknown = Callable[..., _Parameters]

unknown_windows = pytest.mark.parametrize("unknown", [_unlisted, _invalid])


@unknown_windows
@pytest.mark.parametrize("written", [JUST_NOW, LAST_WEEK])
@pytest.mark.parametrize("ends_in", [None, timedelta(seconds=1)])
def test_an_on_that_has_not_ended_decides(
    unknown: _Unknown, written: datetime, ends_in: timedelta | None
) -> None:
    """Whatever woke the run: no window takes the site out of maintenance."""
    switch = Switch(Says.ON, written, until=NOW + ends_in if ends_in else None)

    state = _read(unknown(switch, is_own_change=False))

    assert (Mode.MAINTENANCE, True, 1) == (
        state.decision.mode,
        state.is_uncertain,
        len(state.errors),
    )


@unknown_windows
@pytest.mark.parametrize("age", [timedelta(seconds=-3), timedelta(0), timedelta(minutes=5)])
def test_an_off_that_woke_the_run_and_was_written_just_now_decides(
    unknown: _Unknown, age: timedelta
) -> None:
    """It ends what began before it; SSM's clock may be ahead, and Lambda retries for minutes."""
    state = _read(unknown(a_switch(Says.OFF, written=NOW - age), is_own_change=True))

    assert (Mode.LIVE, True, 1) == (state.decision.mode, state.is_uncertain, len(state.errors))


@unknown_windows
@pytest.mark.parametrize(
    ("switch", "is_own_change"),
    [
        (a_switch(Says.OFF, written=JUST_NOW), False),
        (a_switch(Says.OFF, written=NOW - timedelta(minutes=5, seconds=1)), True),
        (Switch(Says.ON, LAST_WEEK, until=NOW), True),
        (None, False),
    ],
    ids=["off, another event", "off, a late event", "on, ended", "no switch"],
)
def test_anything_else_decides_nothing(
    unknown: _Unknown, switch: Switch | None, *, is_own_change: bool
) -> None:
    """A window may have begun since, and nothing else can say so."""
    with pytest.raises(ObservationError, match="cannot be"):
        _read(unknown(switch, is_own_change=is_own_change))


def test_a_history_that_cannot_be_read_is_unknown_as_well() -> None:
    """Both errors are named."""
    windows = ReadWindows((OPEN,), unknown=("the window cannot be read",))
    parameters = _Parameters(ReadSwitch(a_switch()), windows)

    assert ("the window cannot be read", "the history cannot be read") == _read(parameters).errors


@pytest.mark.parametrize("seconds", [2, 59])
def test_an_off_waits_for_a_history_that_cannot_be_read(seconds: int) -> None:
    """A late command may have written it, and then does not end the window that is open."""
    switch = a_switch(Says.OFF, written=NOW - timedelta(seconds=seconds))

    with pytest.raises(ObservationError, match="the history cannot be read"):
        _read(_Parameters(ReadSwitch(switch, is_own_change=True), ReadWindows((OPEN,))))


def test_an_off_takes_effect_when_the_run_is_retried() -> None:
    """A person who opens the site waits a minute at most, even if the history is never readable."""
    switch = a_switch(Says.OFF, written=NOW - timedelta(minutes=1))

    state = _read(_Parameters(ReadSwitch(switch, is_own_change=True), ReadWindows((OPEN,))))

    assert (Mode.LIVE, True) == (state.decision.mode, state.is_uncertain)


def test_what_can_be_read_is_certain() -> None:
    """So the next run is when the decision changes."""
    parameters = _Parameters(ReadSwitch(a_switch()), ReadWindows((OPEN,)), has_history=True)

    assert (False, ()) == (_read(parameters).is_uncertain, _read(parameters).errors)


def test_a_report_is_as_uncertain_as_the_last_read() -> None:
    """A run reads the desired state again after it has changed a distribution."""
    report = Report(a_decision())

    assert _read(_unlisted(a_switch(), is_own_change=False)).update(report).is_uncertain


@dataclass(frozen=True)
class _Remembering(_Parameters):
    """A history that has this off."""

    off: Off | None = None

    def read_last_off(self) -> Off | None:
        return self.off


ENDED = Off(NOW - timedelta(minutes=30), NOW - timedelta(minutes=30))
BEFORE = Off(LAST_WEEK, LAST_WEEK)


@pytest.mark.parametrize(
    ("off", "remembered", "mode"),
    [
        (None, None, Mode.MAINTENANCE),
        (None, ENDED, Mode.UNCHANGED),
        (None, BEFORE, Mode.MAINTENANCE),
        (ENDED, None, Mode.UNCHANGED),
        (BEFORE, ENDED, Mode.MAINTENANCE),
    ],
)
def test_the_status_remembers_an_off_that_the_history_has_not(
    off: Off | None, remembered: Off | None, mode: Mode
) -> None:
    """The switch was deleted; an off in its history is newer, as it was written after that."""
    parameters = _Remembering(ReadSwitch(None, "it is missing"), ReadWindows((OPEN,)), off=off)

    reader = DesiredStateReader(parameters, lambda: remembered, timedelta(0), lambda: NOW)

    assert mode is reader.read().decision.mode


def test_what_is_remembered_is_unknown_if_the_status_cannot_be_read() -> None:
    """The window may have been ended."""

    def unreadable() -> Off | None:
        raise ObservationError("the status cannot be read")

    parameters = _Remembering(ReadSwitch(None, "it is missing"), ReadWindows((OPEN,)))
    reader = DesiredStateReader(parameters, unreadable, timedelta(0), lambda: NOW)

    with pytest.raises(ObservationError, match="the status cannot be read"):
        reader.read()


def test_the_last_off_goes_into_the_report() -> None:
    """And from there into the status."""
    parameters = _Parameters(ReadSwitch(a_switch(Says.OFF)), ReadWindows(), has_history=True)

    state = _read(parameters)

    assert Off(NOW, NOW) == state.last_off == state.update(Report(a_decision())).last_off


def test_an_outdated_answer_is_a_notice_and_uncertain() -> None:
    """The decision holds for now, and another run follows soon."""
    parameters = _Parameters(
        ReadSwitch(a_switch(), notice="the switch is outdated"),
        ReadWindows(notice="the windows are outdated"),
    )

    state = _read(parameters)

    assert ("the switch is outdated", "the windows are outdated") == state.notices
    assert (True, ()) == (state.is_uncertain, state.errors)
