"""When a schedule is due: zones, changes of clocks, and times that do not exist."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.patches.events.schedule_expressions import (
    Schedule,
    fill_context,
    to_instant,
    validation_error,
)

_LJUBLJANA = "Europe/Ljubljana"  # clocks change on 2026-03-29 and 2026-10-25


def utc(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily_at_half_past_two(_: str, wall: datetime) -> datetime:
    """Match as a cron expression for 02:30 each day."""
    today = wall.replace(hour=2, minute=30, second=0)
    return today if today > wall else today + timedelta(days=1)


def never(_: str, wall: datetime) -> None:
    """Match as an expression that never does."""


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2026-01-10T02:30", "2026-01-10T01:30"),
        ("2026-07-10T02:30", "2026-07-10T00:30"),
        ("2026-03-29T02:30", "2026-03-29T01:00"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),
    ],
    ids=["winter", "summer", "in the gap", "the gap's first minute", "twice: the first"],
)
def test_a_wall_clock_time_is_an_instant(wall: str, expected: str) -> None:
    """In a gap, the first instant after it; of two instants, the first."""
    assert utc(expected) == to_instant(datetime.fromisoformat(wall), _LJUBLJANA)


def test_an_at_schedule_is_due_once() -> None:
    """It has no next time."""
    schedule = Schedule("at(2026-07-10T02:30:00)", _LJUBLJANA, utc("2026-01-01"))

    assert utc("2026-07-10T00:30") == schedule.first(never)
    assert schedule.next_after(utc("2026-07-10T00:30"), never) is None


def test_a_rate_begins_at_once_and_repeats_by_its_interval() -> None:
    """The interval counts from when it was due."""
    schedule = Schedule("rate(15 minutes)", "UTC", utc("2026-01-01"))

    assert utc("2026-01-01") == schedule.first(never)
    assert utc("2026-01-01T00:15") == schedule.next_after(utc("2026-01-01"), never)


def test_a_cron_time_in_the_gap_is_skipped_that_day() -> None:
    """EventBridge Scheduler User Guide, schedule-types."""
    schedule = Schedule("cron(30 2 * * ? *)", _LJUBLJANA, utc("2026-03-28T12:00"))

    assert utc("2026-03-30T00:30") == schedule.first(daily_at_half_past_two)


def test_a_cron_time_that_exists_twice_is_due_once() -> None:
    """At the first of the two."""
    schedule = Schedule("cron(30 2 * * ? *)", _LJUBLJANA, utc("2026-10-24T12:00"))
    first = schedule.first(daily_at_half_past_two)
    assert utc("2026-10-25T00:30") == first

    assert utc("2026-10-26T01:30") == schedule.next_after(first, daily_at_half_past_two)


def test_a_cron_expression_that_never_matches_is_never_due() -> None:
    """It does not fail either."""
    assert Schedule("cron(0 0 30 2 ? *)", "UTC", utc("2026-01-01")).first(never) is None


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("rate(1 hour)", "UTC", ""),
        ("at(soon)", "UTC", "Invalid Schedule Expression at(soon)."),
        ("rate(1 hour)", "Mars/Phobos", "ScheduleExpressionTimezone is not valid: Mars/Phobos."),
        ("at(2026-07-10T12:00:00)", "UTC", ""),
        ("at(2026-07-10T11:59:59)", "UTC", "at(2026-07-10T11:59:59): it is in the past."),
        ("at(2026-07-10T12:00:00)", _LJUBLJANA, "at(2026-07-10T12:00:00): it is in the past."),
    ],
)
def test_an_invalid_schedule_has_an_error(expression: str, zone: str, expected: str) -> None:
    """A valid one has none."""
    error = validation_error(expression, zone, never, utc("2026-07-10T12:00"))

    assert error.endswith(expected)
    assert bool(expected) == bool(error)


def test_an_input_without_context_attributes_stays_the_same() -> None:
    """A target without input too."""
    assert {"Arn": "a"} == fill_context({"Arn": "a"}, "arn", utc("2026-01-01"))
    assert "{}" == fill_context({"Input": "{}"}, "arn", utc("2026-01-01"))["Input"]
