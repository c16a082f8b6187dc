"""When a schedule is due: zones, changes of clocks, and what does not exist."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.patches.schedule_expressions import Schedule, fault, instant, with_context

_LJUBLJANA = "Europe/Ljubljana"  # clocks change on 2026-03-29 and 2026-10-25


def utc(text: str) -> datetime:
    """Return an instant written without its zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily_at_half_past_two(_: str, wall: datetime) -> datetime:
    """Play the cron expression of 02:30 each day."""
    today = wall.replace(hour=2, minute=30, second=0)
    return today if today > wall else today + timedelta(days=1)


def never(_: str, wall: datetime) -> None:
    """Play an expression that never matches."""


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
    """In a gap the first instant after it; of two the first."""
    assert utc(expected) == instant(datetime.fromisoformat(wall), _LJUBLJANA)


def test_an_at_schedule_is_due_once() -> None:
    """And never again."""
    schedule = Schedule("at(2026-07-10T02:30:00)", _LJUBLJANA, utc("2026-01-01"))

    assert utc("2026-07-10T00:30") == schedule.first(never)
    assert schedule.following(utc("2026-07-10T00:30"), never) is None


def test_a_rate_begins_at_once_and_goes_on_by_its_interval() -> None:
    """It counts from when it begins, not from when it was late."""
    schedule = Schedule("rate(15 minutes)", "UTC", utc("2026-01-01"))

    assert utc("2026-01-01") == schedule.first(never)
    assert utc("2026-01-01T00:15") == schedule.following(utc("2026-01-01"), never)


def test_a_cron_time_in_the_gap_is_skipped_that_day() -> None:
    """EventBridge Scheduler User Guide, schedule-types."""
    schedule = Schedule("cron(30 2 * * ? *)", _LJUBLJANA, utc("2026-03-28T12:00"))

    assert utc("2026-03-30T00:30") == schedule.first(daily_at_half_past_two)


def test_a_cron_time_that_exists_twice_comes_once() -> None:
    """At the first of the two."""
    schedule = Schedule("cron(30 2 * * ? *)", _LJUBLJANA, utc("2026-10-24T12:00"))
    first = schedule.first(daily_at_half_past_two)
    assert utc("2026-10-25T00:30") == first

    assert utc("2026-10-26T01:30") == schedule.following(first, daily_at_half_past_two)


def test_a_cron_expression_that_never_matches_is_never_due() -> None:
    """It neither fires nor fails."""
    assert Schedule("cron(0 0 30 2 ? *)", "UTC", utc("2026-01-01")).first(never) is None


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("rate(1 hour)", "UTC", ""),
        ("at(soon)", "UTC", "Invalid Schedule Expression at(soon)."),
        ("rate(1 hour)", "Mars/Phobos", "ScheduleExpressionTimezone is not valid: Mars/Phobos."),
    ],
)
def test_a_fault_is_named(expression: str, zone: str, expected: str) -> None:
    """Or there is none."""
    assert fault(expression, zone, never).endswith(expected)


def test_an_input_without_context_words_stays_as_it_is() -> None:
    """Also when there is no input at all."""
    assert {"Arn": "a"} == with_context({"Arn": "a"}, "arn", utc("2026-01-01"))
    assert "{}" == with_context({"Input": "{}"}, "arn", utc("2026-01-01"))["Input"]
