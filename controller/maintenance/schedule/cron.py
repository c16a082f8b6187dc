"""
EventBridge Scheduler's `cron(...)` dialect, in wall-clock time: which days, and when on them.

    field           values           wildcards
    --------------  ---------------  --------------------------------------------------------
    minute          0-59             , - * /
    hour            0-23             , - * /
    day of month    1-31             , - * /   or alone: ?  L  L-3  LW  15W
    month           1-12, JAN-DEC    , - * /
    day of week     1-7, SUN-SAT     , - *     or alone: ?  L (SAT)  6L (last Friday)  6#3
    year            1970-2199        , - * /

Exactly one of the two day fields is `?` (doc: EventBridge Scheduler User Guide, schedule-types).
Where that page is silent the rule is Quartz's, whose dialect this is: a range may run past the end
of its field (FRI-MON), `15W` is the weekday nearest to the 15th in the same month, LW the last
weekday, L-3 the third day before the last. A month that lacks the day has no occurrence.

Written here because no library knows the whole dialect (ADR 0014); tests/properties/test_cron.py
compares this module with two of them.
"""

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Protocol

from msgspec import Struct

from maintenance.errors import UnreadableValue

SATURDAY = 7
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FIELDS = 6
# Other dialects: Unix has no year and no ?, SSM and Quartz begin with seconds.
_HINTS = {
    5: ": add the year, and ? as one of the two days, such as 15 12 ? * SUN *",
    7: ": leave out the seconds in front",
}


class Days(Protocol):
    """A rule that picks days of a month."""

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, ascending."""


class DaysOfMonth(Struct, frozen=True):
    """Days of the month by their numbers."""

    numbers: tuple[int, ...]

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the numbers that the month has."""
        return self.numbers[: bisect_right(self.numbers, _length(year, month))]


class DayBeforeLast(Struct, frozen=True):
    """L and L-3: a number of days before the last day of the month."""

    days: int

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return that day, unless the month is too short."""
        day = _length(year, month) - self.days
        return (day,) if day > 0 else ()


class NearestWeekday(Struct, frozen=True):
    """15W and LW: the weekday nearest to a day; `day` is None for the last weekday of the month."""

    day: int | None

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return that weekday, which is always in the same month."""
        length = _length(year, month)
        day = self.day or length
        if day > length:
            return ()
        weekday = _weekday(year, month, day)
        if weekday == SATURDAY:
            return (day - 1 if day > 1 else 3,)
        if weekday == 1:
            return (day + 1 if day < length else day - 2,)
        return (day,)


class Weekdays(Struct, frozen=True):
    """Days of the month by their days of the week, from 1 for Sunday to 7."""

    numbers: tuple[int, ...]

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return every such day of the month."""
        first, length = _weekday(year, month, 1), _length(year, month)
        return tuple(
            day for day in range(1, length + 1) if (first + day - 2) % 7 + 1 in self.numbers
        )


class NthWeekday(Struct, frozen=True):
    """6#3 and 6L: the nth of one day of the week in the month; `nth` is None for the last one."""

    number: int
    nth: int | None

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return that day, unless the month has fewer."""
        days = Weekdays((self.number,)).of(year, month)
        return days[-1:] if self.nth is None else days[self.nth - 1 : self.nth]


class Cron(Struct, frozen=True):
    """A parsed cron expression; each tuple is ascending and has no duplicates."""

    times: tuple[time, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def next(self, after: datetime) -> datetime | None:
        """Return the first wall-clock time later than `after` (both naive), or None."""
        for day in self._days_from(after.date()):
            later = bisect_right(self.times, after.time()) if day == after.date() else 0
            if later < len(self.times):
                return datetime.combine(day, self.times[later])
        return None

    def last(self, at: datetime) -> datetime | None:
        """Return the last wall-clock time that is not later than `at` (both naive), or None."""
        for day in self._days_to(at.date()):
            until = bisect_right(self.times, at.time()) if day == at.date() else len(self.times)
            if until:
                return datetime.combine(day, self.times[until - 1])
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        """Yield the days that match, `first` or later, ascending."""
        for year in self.years[bisect_left(self.years, first.year) :]:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in self.days.of(year, month))
                    yield from (day for day in days if day >= first)

    def _days_to(self, last: date) -> Iterator[date]:
        """Yield the days that match, `last` or earlier, descending."""
        for year in reversed(self.years[: bisect_right(self.years, last.year)]):
            for month in reversed(self.months):
                if (year, month) <= (last.year, last.month):
                    days = (date(year, month, day) for day in reversed(self.days.of(year, month)))
                    yield from (day for day in days if day <= last)


def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _weekday(year: int, month: int, day: int) -> int:
    """Return the day of the week as the dialect counts: 1 is Sunday."""
    return date(year, month, day).isoweekday() % 7 + 1


class Field(Struct, frozen=True):
    """A numeric field: its name, its range, the names of its numbers, and what it may contain."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    takes_steps: bool = True
    wraps: bool = True

    def parse(self, text: str) -> tuple[int, ...]:
        """Return the numbers that values, ranges and steps mean; raise UnreadableValue."""
        return tuple(sorted({number for item in text.split(",") for number in self._item(item)}))

    def number(self, text: str) -> int:
        """Return the number that `text` names; raise UnreadableValue."""
        number = self.names.index(text) + self.low if text in self.names else -1
        if re.fullmatch("[0-9]{1,4}", text):
            number = int(text)
        if not self.low <= number <= self.high:
            names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
            raise UnreadableValue(
                f"{self.name} must be {self.low}-{self.high}{names}, not {text!r}"
            )
        return number

    def _item(self, text: str) -> Iterator[int]:
        """Yield the numbers of one value, range or step; FRI-MON runs past the end of the field."""
        span, slash, step = text.partition("/")
        low, dash, high = span.partition("-")
        low = low or span  # An error about -1 quotes all of it.
        if span == "*":
            first, last = self.low, self.high
        else:
            first = self.number(low)
            last = self.number(high) if dash else self.high if slash else first
        if last < first and not self.wraps:
            raise UnreadableValue(f"{self.name} range {first}-{last} ends before it begins")
        size = self.high - self.low + 1
        for offset in range(0, (last - first) % size + 1, self._step(step) if slash else 1):
            yield (first - self.low + offset) % size + self.low

    def _step(self, text: str) -> int:
        if not self.takes_steps:
            raise UnreadableValue(f"{self.name} cannot have a step")
        if not re.fullmatch("[0-9]{1,4}", text) or not 0 < int(text) <= self.high:
            raise UnreadableValue(f"step of {self.name} must be 1-{self.high}, not {text!r}")
        return int(text)


MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY_OF_MONTH = Field("day of month", 1, 31)
MONTH = Field("month", 1, 12, _MONTHS)
DAY_OF_WEEK = Field("day of week", 1, 7, _WEEKDAYS, takes_steps=False)
YEAR = Field("year", 1970, 2199, wraps=False)


def parse_cron(text: str) -> Cron:
    """Return what the six fields in `text` mean; raise UnreadableValue, which names the field."""
    fields = text.upper().split()
    if len(fields) != _FIELDS:
        raise UnreadableValue(
            f"cron needs six fields (minute, hour, day of month, month, day of week, year), "
            f"this has {len(fields)}{_HINTS.get(len(fields), '')}"
        )
    minute, hour, day_of_month, month, day_of_week, year = fields
    minutes, hours = MINUTE.parse(minute), HOUR.parse(hour)
    cron = Cron(
        times=tuple(time(hour, minute) for hour in hours for minute in minutes),
        days=_days(day_of_month, day_of_week),
        months=MONTH.parse(month),
        years=YEAR.parse(year),
    )
    if cron.next(datetime.combine(date.min, time.min)) is None:
        raise UnreadableValue("this date never comes")
    return cron


def _days(day_of_month: str, day_of_week: str) -> Days:
    if (day_of_month == "?") == (day_of_week == "?"):
        raise UnreadableValue("exactly one of day of month and day of week must be ?")
    return _by_week(day_of_week) if day_of_month == "?" else _by_month(day_of_month)


def _refuse_in_list(text: str, pattern: str) -> None:
    """Raise UnreadableValue if a list has an item that only stands alone."""
    for item in text.split(","):
        if item != text and re.fullmatch(pattern, item):
            raise UnreadableValue(f"{item} cannot be in a list: write a window for each such day")


def _by_month(text: str) -> Days:
    _refuse_in_list(text, r"L(-.*)?|.*W")
    if text == "LW":
        return NearestWeekday(None)
    if text == "L":
        return DayBeforeLast(0)
    if text.startswith("L-"):
        return DayBeforeLast(DAY_OF_MONTH.number(text[2:]))
    if text.endswith("W"):
        return NearestWeekday(DAY_OF_MONTH.number(text[:-1]))
    return DaysOfMonth(DAY_OF_MONTH.parse(text))


def _by_week(text: str) -> Days:
    _refuse_in_list(text, r".*(#.*|L)")
    number, hash_sign, nth = text.partition("#")
    if hash_sign:
        if nth not in tuple("12345"):
            raise UnreadableValue(f"the number after # must be 1-5, not {nth!r}")
        return NthWeekday(DAY_OF_WEEK.number(number), int(nth))
    if text == "L":
        return Weekdays((SATURDAY,))
    if text.endswith("L"):
        return NthWeekday(DAY_OF_WEEK.number(text[:-1]), None)
    return Weekdays(DAY_OF_WEEK.parse(text))
