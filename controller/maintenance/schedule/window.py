"""
Windows: stretches of maintenance that begin and end by themselves.

    cron(0 2 ? * SUN *) for 2h in Europe/Ljubljana: message    again and again
    cron(0 2 ? * TUE#2 *) + 5d for 2h                          five days after each of these
    at(2026-12-01T02:00) for 90m                               once

The start is wall-clock time in the zone; `to_instant` says which instant that is when clocks
change. The duration is elapsed time. An occurrence is the interval [start, end).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.cron import YEAR, Cron, parse_cron
from maintenance.schedule.grammar import ONLY_A_MESSAGE, ParsedValue, parse_value
from maintenance.schedule.skip import Skip
from maintenance.schedule.times import (
    format_to_second,
    parse_duration,
    parse_instant,
    parse_zone,
    to_instant,
    wall_time,
)

GRAMMAR = (
    "cron(minute hour day-of-month month day-of-week year) [+ 5d] or at(2026-12-01T02:00), "
    "then for 2h [in Europe/Ljubljana] [: message]"
)
_EXPECTED_START = "expected 'cron(...)' or 'at(...)'"
_START = re.compile(r"(cron|at)\(([^()]*)\)", re.ASCII | re.IGNORECASE)
_DAYS = re.compile(r"([1-9]|[12][0-9]|3[01])[dD]", re.ASCII)
# Further windows that are over are counted.
_SHOWN = 5
_DAYS_APART = "leave blanks around the +, as in cron(...) + 5d"


class Occurrence(Struct, frozen=True):
    """One run of a window, the half-open interval [begins, ends) in UTC."""

    window: "Window"
    begins: datetime
    ends: datetime


class Starts(Protocol):
    """The starts of a window, in UTC."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of its local times."""

    def last(self, at: datetime) -> datetime | None:
        """Return the last start that is not later than `at`."""

    def next(self, after: datetime) -> datetime | None:
        """Return the first start later than `after`."""


class Once(Struct, frozen=True):
    """The single start that `at(...)` names."""

    start: datetime
    zone: ZoneInfo

    def last(self, at: datetime) -> datetime | None:
        """Return the start if it is not later than `at`."""
        return self.start if self.start <= at else None

    def next(self, after: datetime) -> datetime | None:
        """Return the start if it is later than `after`."""
        return self.start if self.start > after else None


class Later(Struct, frozen=True):
    """The wall-clock times some calendar days after those of `cron(...)`."""

    cron: Cron
    shift: timedelta

    def next(self, after: datetime) -> datetime | None:
        """Return the first time later than `after` (both naive), or None."""
        found = self.cron.next(after - self.shift)
        return found + self.shift if found else None

    def last(self, at: datetime) -> datetime | None:
        """Return the last time that is not later than `at` (both naive), or None."""
        found = self.cron.last(at - self.shift)
        return found + self.shift if found else None


class Recurring(Struct, frozen=True):
    """The starts that `cron(...)` names, in the local time of a zone."""

    cron: Cron | Later
    zone: ZoneInfo

    def last(self, at: datetime) -> datetime | None:
        """Return the last start that is not later than `at`."""
        shown = wall_time(at, self.zone)
        # When an hour repeats, all its starts are over: search on by as much as clocks went back.
        wall = self.cron.last(shown + (at - to_instant(shown, self.zone)))
        while wall and (start := to_instant(wall, self.zone)) > at:
            wall = self.cron.last(wall - datetime.resolution)
        return start if wall else None

    def next(self, after: datetime) -> datetime | None:
        """Return the first start later than `after`."""
        wall = self.cron.next(wall_time(after, self.zone))
        # In a repeated hour, the next local time may have been in the first pass.
        while wall and (start := to_instant(wall, self.zone)) <= after:
            wall = self.cron.next(wall)
        return start if wall else None


class Window(Struct, frozen=True):
    """
    A window: when it starts, how long each occurrence lasts, and its message for visitors.

    `skip` ends or skips some of its occurrences; they are occurrences even so. `written`
    is when its value was, if that is known.
    """

    name: str
    starts: Starts
    duration: timedelta
    message: str | None = None
    skip: Skip | None = None
    written: datetime | None = None

    def last(self, at: datetime) -> Occurrence | None:
        """Return the last occurrence that begins at `at` or before."""
        return self._occurrence(self.starts.last(at))

    def next(self, after: datetime) -> Occurrence | None:
        """Return the first occurrence that begins later than `after`."""
        return self._occurrence(self.starts.next(after))

    def is_over(self, now: datetime) -> bool:
        """Return whether it has ended at `now` and never begins again."""
        last = self.starts.last(now)
        return self.starts.next(now) is None and not (last and last + self.duration > now)

    def _occurrence(self, start: datetime | None) -> Occurrence | None:
        if start is None:
            return None
        return Occurrence(self, begins=start, ends=start + self.duration)


def occurrences(window: Window, *, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """Yield the occurrences of `window` that overlap [since, until), in order."""
    occurrence = window.next(since - window.duration)
    while occurrence and occurrence.begins < until:
        yield occurrence
        occurrence = window.next(occurrence.begins)


def over_notices(windows: Iterable[Window], now: datetime) -> tuple[str, ...]:
    """Return a sentence about the windows that never begin again, or nothing without any."""
    names = sorted(each.name for each in windows if each.is_over(now))
    if not names:
        return ()
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    shown = f"{', '.join(names[:_SHOWN])}{more}"
    return (f"windows that are over and never begin again: {shown}. Delete them, or correct them",)


def parse_window(
    name: str, text: str, *, zone: ZoneInfo, written: datetime | None = None
) -> Window:
    """
    Return the window `name` that `text` describes, in `zone` unless it names one.

    Raises UnreadableValue, whose message quotes `text`, points at the error and shows the syntax;
    also for a window that was over when it was `written`, if that is given: a wrong year must not
    leave the site open during planned work.
    """
    value = parse_value(text, grammar=GRAMMAR)
    if not value.words or not value.words[0].lower().startswith(("cron(", "at(")):
        raise value.error(0, _EXPECTED_START)
    shift = _shift(value)
    at = 3 if shift else 1
    own_zone = _zone(value, at) or zone
    starts = value.read(0, lambda word: _starts(word, own_zone, shift))
    duration = value.read(at + 1, parse_duration)
    window = Window(name, starts, duration, value.message, written=written)
    if written and window.is_over(written):
        instant = format_to_second(written)
        over = f"this was over when it was written at {instant}"
        raise value.error(0, f"{over}: correct the date, or delete the window")
    return window


def _shift(value: ParsedValue) -> timedelta:
    """Return the days after `+`, none without it; raise UnreadableValue if they are wrong."""
    match value.words[1:]:
        case ("+", _, *_):
            return value.read(2, _days)
        case ("+",):
            raise value.error(2, "a number of days is missing")
        case (word, *_) if word.startswith("+"):
            raise value.error(1, _DAYS_APART)
        case _:
            return timedelta(0)


def _days(word: str) -> timedelta:
    match = _DAYS.fullmatch(word)
    if match is None:
        raise UnreadableValue("expected a number of days from 1d to 31d")
    return timedelta(days=int(match[1]))


def _zone(value: ParsedValue, at: int) -> ZoneInfo | None:
    """
    Return the zone that the words name, if any; raise UnreadableValue if words are wrong.

    `at` is where `for` should be.
    """
    match [word.lower() for word in value.words[at:]]:
        case ["for", _]:
            return None
        case ["for", _, "in", _]:
            return value.read(at + 3, parse_zone)
        case ["for", _, "in", _, *_]:
            raise value.error(at + 4, ONLY_A_MESSAGE)
        case ["for", _, "in"]:
            raise value.error(at + 3, "a time zone is missing")
        case ["for", _, *_]:
            raise value.error(at + 2, "expected 'in' or ': message'")
        case ["for"]:
            raise value.error(at + 1, "a duration is missing")
        case _:
            raise value.error(at, "expected 'for' and a duration")


def _starts(word: str, zone: ZoneInfo, shift: timedelta) -> Starts:
    match = _START.fullmatch(word)
    if match is None:
        raise UnreadableValue(_DAYS_APART if ")+" in word else _EXPECTED_START)
    expression = match[2].strip()
    if match[1].lower() == "cron":
        cron = parse_cron(expression)
        return Recurring(Later(cron, shift) if shift else cron, zone)
    if shift:
        raise UnreadableValue("+ follows only 'cron(...)': write the date itself")
    start = parse_instant(expression, zone=zone)
    if start.year > YEAR.high:
        raise UnreadableValue(f"a window cannot start after the year {YEAR.high}")
    return Once(start, zone)


class ReadWindows(Struct, frozen=True):
    """
    The windows as far as they could be read.

    `errors` has a sentence for each unreadable one. Its last readable version takes its place; if
    there is none, it is ignored. `unknown` has a sentence for each whose history could not be read.
    `notice` says that they are older than the change that woke this run.
    """

    windows: tuple[Window, ...] = ()
    errors: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notice: str | None = None
