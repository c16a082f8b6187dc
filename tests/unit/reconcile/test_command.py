"""Whether a command may write the switch, however late it arrives."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ConfigurationError, UnreadableValue
from maintenance.reconcile.command import CheckedCommand, check_command
from maintenance.reporting.brief import Verdict
from maintenance.schedule.history import CommandOrigin, Version, Write
from maintenance.wakeup import Command

from tests.builders import NOW, a_switch

MINUTE = timedelta(minutes=1)


def _write(written: datetime, command: datetime | None = None) -> Write:
    origin = CommandOrigin(command) if command else None
    return Write(Version("on", written, 1), a_switch(written=written), origin)


WRITTEN_EARLIER = _write(NOW - timedelta(days=1))


def _check(
    value: str, *, late: timedelta = MINUTE, latest: Write | None = WRITTEN_EARLIER
) -> CheckedCommand:
    command = Command(value, NOW - late)
    return check_command(command, latest=latest, now=NOW, zone=ZoneInfo("Europe/Ljubljana"))


def _checked(
    value: str, *, late: timedelta = MINUTE, off_until: datetime | None = None
) -> CheckedCommand:
    return CheckedCommand(value, origin=CommandOrigin(NOW - late, off_until))


@pytest.mark.parametrize("value", ["on", "off", "ON: back soon", "off until 2026-12-02"])
def test_a_command_later_than_the_switch_is_written_as_it_is(value: str) -> None:
    """The history shows what was asked for, word for word."""
    assert _checked(value) == _check(value)


def test_a_duration_counts_from_the_instant_of_the_command() -> None:
    """Delivered an hour late, `on for 2h` still ends when it was meant to."""
    expected = _checked("on until 2026-12-01T03:00Z: upgrade", late=timedelta(hours=1))

    assert expected == _check("on for 2h: upgrade", late=timedelta(hours=1))


def test_a_missing_switch_is_written() -> None:
    """No newer value can exist."""
    assert _checked("on") == _check("on", latest=None)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=1)])
def test_a_newer_switch_wins(after: timedelta) -> None:
    """So does one of the very same instant: what an operator wrote stays."""
    checked = _check("on", latest=_write(NOW - MINUTE + after))

    newer = "2026-12-01T01:59:01Z" if after else "2026-12-01T01:59Z"
    notice = f"the command of 2026-12-01T01:59Z was not written: the switch of {newer} is newer"
    assert CheckedCommand(None, notice, verdict=Verdict.NEWER) == checked


@pytest.mark.parametrize("value", ["on for 30m", "on until 2026-12-01T02:30"])
def test_a_maintenance_that_is_over_is_not_written(value: str) -> None:
    """A command delivered an hour late must not close the site for no time at all."""
    checked = _check(value, late=timedelta(hours=1))

    assert (None, Verdict.OVER) == (checked.value, checked.verdict)
    assert checked.notice.endswith("is already over")


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("on", Verdict.WRITTEN),
        ("on until 2026-12-02", Verdict.WRITTEN),
        ("off", Verdict.NEWER),
    ],
)
def test_a_repeated_command_counts_as_written_while_it_is_the_one_that_counts(
    value: str, verdict: Verdict
) -> None:
    """A caller whose answer was lost repeats it, and must not take it for overtaken."""
    assert verdict is _check(value, latest=_write(NOW, NOW - MINUTE)).verdict


@pytest.mark.parametrize(("seconds", "is_written"), [(2, False), (3, True)])
def test_a_maintenance_that_ends_while_it_is_written_is_not_written(
    seconds: int, *, is_written: bool
) -> None:
    """Writing takes a moment, and an `until` that has passed by then would be unreadable."""
    end = NOW + timedelta(seconds=seconds)

    assert is_written is (_check(f"on until {end:%Y-%m-%dT%H:%M:%SZ}").value is not None)


@pytest.mark.parametrize("late", [-2 * MINUTE, NOW - datetime.max.replace(tzinfo=UTC)], ids=str)
def test_a_command_from_the_future_is_refused(late: timedelta) -> None:
    """It would override everything that is written until its instant comes."""
    remedy = "is from the future, nothing was written: set its at to the instant at which it is"
    with pytest.raises(ConfigurationError, match=f"{remedy} sent$"):
        _check("on for 2h", late=late)


def test_a_clock_that_is_slightly_ahead_does_no_harm() -> None:
    """Schedules never fire early, but clocks differ."""
    assert _checked("on", late=-MINUTE) == _check("on", late=-MINUTE)


def test_an_invalid_value_is_refused() -> None:
    """Before anything is written."""
    with pytest.raises(UnreadableValue, match="'onn'"):
        _check("onn")


@pytest.mark.parametrize(
    ("value", "written"), [("off for 30m", "off"), ("off for 30m: all done", "off: all done")]
)
def test_a_late_off_still_ends_what_began_before_it(value: str, written: str) -> None:
    """Only its skipping of windows is over; a site that stays closed would be far worse."""
    until = NOW - timedelta(minutes=30)
    expected = _checked(written, late=timedelta(hours=1), off_until=until)
    assert expected == _check(value, late=timedelta(hours=1))


@pytest.mark.parametrize(("seconds", "is_written"), [(-1, True), (0, False), (1, False)])
def test_commands_are_compared_by_their_instants(seconds: int, *, is_written: bool) -> None:
    """However late the one before was written."""
    instant = NOW - MINUTE + timedelta(seconds=seconds)

    checked = _check("off", latest=_write(NOW, instant))

    assert is_written is (checked.value is not None)


def test_a_command_that_another_one_has_overtaken_says_so() -> None:
    """With the instant of that one, which is not when it was written."""
    checked = _check("on", latest=_write(NOW, NOW - timedelta(seconds=9)))

    assert checked.notice == (
        "the command of 2026-12-01T01:59Z was not written: the switch has a command of "
        "2026-12-01T01:59:51Z"
    )
