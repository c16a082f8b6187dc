"""
Compute when a schedule of EventBridge Scheduler is due, and the input of its target. Pure.

    expression   due
    -----------  ------------------------------------------------------------------------------
    at(...)      once, at that wall-clock time in the schedule's zone
    rate(...)    at StartDate, or at once without one; then every interval
    cron(...)    at each matching wall-clock time in the zone

If a change of clocks skips a wall-clock time, `at` is due at the first instant after the gap (ours;
AWS does not say) and `cron` is skipped that day. A time that exists twice is due the first time.

Sources: EventBridge Scheduler User Guide, schedule-types and managing-schedule-context-attributes.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The first match of a cron expression after a wall-clock time, both without a zone; None for never.
type NextMatch = Callable[[str, datetime], datetime | None]

_AT = re.compile(r"at\((.+)\)")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule's expression and zone; `begins` is its StartDate, or its last change."""

    expression: str
    zone: str
    begins: datetime

    @property
    def is_one_time(self) -> bool:
        """Return whether this is an `at` expression."""
        return _AT.fullmatch(self.expression) is not None

    def first(self, next_match: NextMatch) -> datetime | None:
        """Return the first instant at which the schedule is due, or None for never."""
        at = _AT.fullmatch(self.expression)
        if at:
            return to_instant(datetime.fromisoformat(at.group(1)), self.zone)
        if _RATE.fullmatch(self.expression):
            return self.begins
        return self._next_cron(self.begins, next_match)

    def next_after(self, due: datetime, next_match: NextMatch) -> datetime | None:
        """Return the next instant after `due`, or None for never."""
        rate = _RATE.fullmatch(self.expression)
        if rate:
            return due + int(rate.group(1)) * _UNITS[rate.group(2)]
        return None if self.is_one_time else self._next_cron(due, next_match)

    def _next_cron(self, after: datetime, next_match: NextMatch) -> datetime | None:
        wall = _wall(after, self.zone)
        while (match := next_match(self.expression, wall)) is not None:
            found = to_instant(match, self.zone)
            if found > after and _wall(found, self.zone) == match:
                return found
            wall = match
        return None


def validation_error(expression: str, zone: str, next_match: NextMatch, now: datetime) -> str:
    """
    Return what is wrong with an expression or a zone, or ''; the sentences are ours.

    That AWS refuses an `at` in the past is uncertain: its documentation does not say so, users do
    (DefangLabs/pulumi-defang#425).
    """
    try:
        ZoneInfo(zone)
        schedule = Schedule(expression, zone, datetime(2000, 1, 1, tzinfo=UTC))
        due = schedule.first(next_match)
    except ZoneInfoNotFoundError:
        return f"Provided ScheduleExpressionTimezone is not valid: {zone}."
    except ValueError:
        return f"Invalid Schedule Expression {expression}."
    if schedule.is_one_time and due is not None and due < now:
        return f"Invalid Schedule Expression {expression}: it is in the past."
    return ""


def to_instant(wall: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time in `zone`; in a gap, the first instant after it."""
    late = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if _wall(late, zone) == wall:
        return late
    # In a gap, the two readings of the time enclose the change of clocks: bisect.
    early = wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    after = _offset(late, zone)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        early, late = (early, middle) if _offset(middle, zone) == after else (middle, late)
    return late.replace(microsecond=0)


def fill_context(target: Mapping[str, Any], schedule_arn: str, due: datetime) -> dict[str, Any]:
    """Return `target` with the context attributes in its Input replaced by their values."""
    attributes = {
        "<aws.scheduler.schedule-arn>": schedule_arn,
        "<aws.scheduler.scheduled-time>": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "<aws.scheduler.execution-id>": uuid.uuid4().hex[:16],
        "<aws.scheduler.attempt-number>": "1",
    }
    text = target.get("Input")
    if text is None:
        return dict(target)
    for name, value in attributes.items():
        text = text.replace(name, value)
    return {**target, "Input": text}


def _wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _offset(at: datetime, zone: str) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()
