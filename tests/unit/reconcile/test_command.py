"""Whether a command may write the switch, however late it comes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ConfigurationError, UnreadableValue
from maintenance.reconcile.command import Verdict, judge
from maintenance.schedule.switch import Switch
from maintenance.wakeup import Command

from tests.builders import NOW, a_switch

MINUTE = timedelta(minutes=1)
WRITTEN_EARLIER = a_switch(written=NOW - timedelta(days=1))


def _verdict(
    value: str, *, late: timedelta = MINUTE, switch: Switch | None = WRITTEN_EARLIER
) -> Verdict:
    command = Command(value, NOW - late)
    return judge(command, switch=switch, now=NOW, zone=ZoneInfo("Europe/Ljubljana"))


@pytest.mark.parametrize("value", ["on", "off", "ON: back soon", "off until 2026-12-02"])
def test_a_command_later_than_the_switch_is_written_as_it_is(value: str) -> None:
    """Its own words stay, so that the history shows what was asked for."""
    assert Verdict(value) == _verdict(value)


def test_a_duration_counts_from_the_instant_of_the_command() -> None:
    """Delivered an hour late, `on for 2h` still ends when it was meant to."""
    expected = Verdict("on until 2026-12-01T03:00Z: upgrade")

    assert expected == _verdict("on for 2h: upgrade", late=timedelta(hours=1))


def test_a_missing_switch_is_written() -> None:
    """There is nothing that could be newer."""
    assert Verdict("on") == _verdict("on", switch=None)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=1)])
def test_a_newer_switch_wins(after: timedelta) -> None:
    """Also one of the very same instant: an operator's word stands."""
    verdict = _verdict("on", switch=a_switch(written=NOW - MINUTE + after))

    newer = "2026-12-01T01:59:01Z" if after else "2026-12-01T01:59Z"
    reason = f"the command of 2026-12-01T01:59Z was not written: the switch of {newer} is newer"
    assert Verdict(None, reason) == verdict


@pytest.mark.parametrize("value", ["on for 30m", "on until 2026-12-01T02:30"])
def test_what_is_over_is_not_written(value: str) -> None:
    """A command delivered an hour late must not close the site for no time at all."""
    verdict = _verdict(value, late=timedelta(hours=1))

    assert verdict.value is None
    assert verdict.reason.endswith("is already over")


@pytest.mark.parametrize(("seconds", "is_written"), [(2, False), (3, True)])
def test_what_is_over_once_it_is_written_is_not_written(seconds: int, *, is_written: bool) -> None:
    """Writing takes a moment, and an `until` that has passed by then would be unreadable."""
    end = NOW + timedelta(seconds=seconds)

    assert is_written is (_verdict(f"on until {end:%Y-%m-%dT%H:%M:%SZ}").value is not None)


@pytest.mark.parametrize("late", [-2 * MINUTE, NOW - datetime.max.replace(tzinfo=UTC)], ids=str)
def test_a_command_from_the_future_is_refused(late: timedelta) -> None:
    """It would win over everything that is written until its instant comes."""
    remedy = "is from the future, nothing was written: give the instant at which it is sent as its"
    with pytest.raises(ConfigurationError, match=f"{remedy} at$"):
        _verdict("on for 2h", late=late)


def test_a_clock_that_is_a_little_ahead_does_no_harm() -> None:
    """Schedules never fire early, but clocks differ."""
    assert Verdict("on") == _verdict("on", late=-MINUTE)


def test_a_value_that_is_not_understood_is_refused() -> None:
    """Before anything is written."""
    with pytest.raises(UnreadableValue, match="'onn'"):
        _verdict("onn")


@pytest.mark.parametrize(
    ("value", "written"), [("off for 30m", "off"), ("off for 30m: all done", "off: all done")]
)
def test_a_late_off_still_ends_what_began_before_it(value: str, written: str) -> None:
    """Only skipping what was to come is over; a site that stays closed is the feared case."""
    assert Verdict(written) == _verdict(value, late=timedelta(hours=1))
