"""
Windows: stretches of maintenance that begin and end by themselves.

    cron(0 2 ? * SUN *) for 2h in Europe/Ljubljana: message    again and again
    at(2026-12-01T02:00) for 90m                               once

The start is wall-clock time in the zone; `to_instant` says which instant that is when clocks
change. The duration is elapsed time. An occurrence is the interval [start - LeadTime, end).
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.cron import YEAR, Cron, parse_cron
from maintenance.schedule.grammar import ParsedValue, parse_value
from maintenance.schedule.times import (
    parse_duration,
    parse_instant,
    to_instant,
    wall_time,
    zone_named,
)

GRAMMAR = (
    "cron(minute hour day-of-month month day-of-week year) or at(2026-12-01T02:00), "
    "then for 2h [in Europe/Ljubljana] [: message]"
)
_BEGINNING = "it begins with cron(...) or at(...)"
_START = re.compile(r"(cron|at)\(([^()]*)\)", re.ASCII | re.IGNORECASE)


class Occurrence(Struct, frozen=True):
    """One run of a window, the half-open interval [begins, ends) in UTC; LeadTime is part of it."""

    window: "Window"
    begins: datetime
    ends: datetime


class Starts(Protocol):
    """When a window starts, in UTC."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone whose clocks it goes by."""

    def last(self, at: datetime) -> datetime | None:
        """Return the last start that is not later than `at`."""

    def next(self, after: datetime) -> datetime | None:
        """Return the first start later than `after`."""


class Once(Struct, frozen=True):
    """The one start that `at(...)` names."""

    start: datetime
    zone: ZoneInfo

    def last(self, at: datetime) -> datetime | None:
        """Return the start if it is not later than `at`."""
        return self.start if self.start <= at else None

    def next(self, after: datetime) -> datetime | None:
        """Return the start if it is later than `after`."""
        return self.start if self.start > after else None


class Recurring(Struct, frozen=True):
    """The starts that `cron(...)` names, in the wall-clock time of a zone."""

    cron: Cron
    zone: ZoneInfo

    def last(self, at: datetime) -> datetime | None:
        """Return the last start that is not later than `at`."""
        shown = wall_time(at, self.zone)
        # While clocks repeat an hour, all of it has been placed already: look past what they show.
        wall = self.cron.last(shown + (at - to_instant(shown, self.zone)))
        while wall and (start := to_instant(wall, self.zone)) > at:
            wall = self.cron.last(wall - datetime.resolution)
        return start if wall else None

    def next(self, after: datetime) -> datetime | None:
        """Return the first start later than `after`."""
        wall = self.cron.next(wall_time(after, self.zone))
        # While clocks repeat an hour, what comes next on them may have been placed already.
        while wall and (start := to_instant(wall, self.zone)) <= after:
            wall = self.cron.next(wall)
        return start if wall else None


class Window(Struct, frozen=True):
    """A window: when it starts, how long each of its occurrences lasts, what visitors are told."""

    name: str
    starts: Starts
    duration: timedelta
    message: str | None = None

    def last(self, at: datetime, *, lead_time: timedelta) -> Occurrence | None:
        """Return the occurrence that begins last among those that begin not later than `at`."""
        return self._occurrence(self.starts.last(at + lead_time), lead_time)

    def next(self, after: datetime, *, lead_time: timedelta) -> Occurrence | None:
        """Return the occurrence that begins first among those that begin later than `after`."""
        return self._occurrence(self.starts.next(after + lead_time), lead_time)

    def _occurrence(self, start: datetime | None, lead_time: timedelta) -> Occurrence | None:
        if start is None:
            return None
        return Occurrence(self, begins=start - lead_time, ends=start + self.duration)


def occurrences(
    window: Window, *, since: datetime, until: datetime, lead_time: timedelta = timedelta(0)
) -> Iterator[Occurrence]:
    """Yield, in order, the occurrences of `window` that touch the stretch [since, until)."""
    occurrence = window.next(since - window.duration - lead_time, lead_time=lead_time)
    while occurrence and occurrence.begins < until:
        yield occurrence
        occurrence = window.next(occurrence.begins, lead_time=lead_time)


def parse_window(name: str, text: str, *, zone: ZoneInfo) -> Window:
    """
    Return the window `name` that `text` describes; `zone` is meant where it names none.

    Raises UnreadableValue, whose message quotes `text`, points at the fault and shows the grammar.
    """
    sentence = parse_value(text, grammar=GRAMMAR)
    own_zone = _zone(sentence) or zone
    starts = sentence.read(0, lambda word: _starts(word, own_zone))
    duration = sentence.read(2, parse_duration)
    return Window(name=name, starts=starts, duration=duration, message=sentence.message)


def _zone(sentence: ParsedValue) -> ZoneInfo | None:
    """Return the zone that the words name, or None; refuse words that form no window."""
    match [word.lower() for word in sentence.words]:
        case [_, "for", _]:
            return None
        case [_, "for", _, "in", _]:
            return sentence.read(4, zone_named)
        case [_, "for", _, "in", _, *_]:
            raise sentence.error(5, "only a message may follow here, behind a colon and a space")
        case [_, "for", _, "in"]:
            raise sentence.error(4, "a time zone is missing")
        case [_, "for", _, *_]:
            raise sentence.error(3, "in, or a message behind a colon and a space may follow here")
        case [_, "for"]:
            raise sentence.error(2, "a duration is missing")
        case [_, *_]:
            raise sentence.error(1, "for and a duration follow here")
        case _:
            raise sentence.error(0, _BEGINNING)


def _starts(word: str, zone: ZoneInfo) -> Starts:
    match = _START.fullmatch(word)
    if match is None:
        raise UnreadableValue(_BEGINNING)
    expression = match[2].strip()
    if match[1].lower() == "cron":
        return Recurring(parse_cron(expression), zone)
    start = parse_instant(expression, zone=zone)
    if start.year > YEAR.high:
        raise UnreadableValue(f"a window starts in the year {YEAR.high} at the latest")
    return Once(start, zone)


class ReadWindows(Struct, frozen=True):
    """
    The windows, with a sentence for each that is unreadable.

    The last readable version stands in for such a one; where there is none, it is no window.
    `unknown` has a sentence for each unreadable one whose history could not be read.
    """

    windows: tuple[Window, ...] = ()
    errors: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
