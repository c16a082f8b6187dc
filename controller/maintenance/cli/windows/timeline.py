"""
Lay out a timeline in characters: which instants fall into which column. Pure.

A row is a week from Monday to Sunday. A day is a number of characters from midnight to midnight on
the clocks of a zone: with 8 of them a character stands for three hours, and for a little more or
less on days when clocks change.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.schedule.forecast import Stretch
from maintenance.schedule.times import to_instant, wall_time

WEEK = 7
_DAY = timedelta(days=1)


class Day(Struct, frozen=True):
    """A day on the clocks of a zone, the instants [begins, ends)."""

    date: date
    begins: datetime
    ends: datetime

    def bounds(self, cells: int) -> tuple[datetime, ...]:
        """Return the instants at which so many characters begin, and the end of the last."""
        length = self.ends - self.begins
        return tuple(self.begins + length * column / cells for column in range(cells + 1))


class Layer(Struct, frozen=True):
    """The mark to draw for some stretches."""

    mark: str
    stretches: tuple[Stretch, ...]

    def touches(self, begins: datetime, ends: datetime) -> bool:
        """Return whether one of the stretches has an instant in [begins, ends)."""
        return any(
            each.begins < ends and (each.ends is None or each.ends > begins)
            for each in self.stretches
        )


def weeks(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[tuple[Day, ...], ...]:
    """Return the whole weeks, Monday first, that hold [since, until) on the clocks of `zone`."""
    first = wall_time(since, zone).date()
    last = wall_time(until - datetime.resolution, zone).date()
    monday = first - first.weekday() * _DAY
    count = ((last - monday).days // WEEK) + 1
    return tuple(
        tuple(_day(monday + (week * WEEK + day) * _DAY, zone) for day in range(WEEK))
        for week in range(count)
    )


def draw(day: Day, layers: Sequence[Layer], *, blank: str, cells: int) -> str:
    """Return the characters of a day: in each the mark of the first layer that touches it."""
    bounds = day.bounds(cells)
    return "".join(_mark(begins, ends, layers) or blank for begins, ends in pairwise(bounds))


def _mark(begins: datetime, ends: datetime, layers: Iterable[Layer]) -> str | None:
    return next((each.mark for each in layers if each.touches(begins, ends)), None)


def _day(day: date, zone: ZoneInfo) -> Day:
    midnight, following = (datetime.combine(each, time()) for each in (day, day + _DAY))
    return Day(day, to_instant(midnight, zone), to_instant(following, zone))
