"""
An instant as people type it, found on the clocks of the site's zone. Pure.

    typed                                   the instant is
    --------------------------------------  ----------------------------------------------------
    04:00, 4am                              when clocks show it next: today, or in 12 hours at most
    today 23:00, tomorrow 6:00              on that day
    Sunday 04:00, 04:00 on Sunday           when clocks show it next on a Sunday, also today
    6 Dec 04:00, Sun Dec 6 4am              on that day of this year, or of the next if it is past
    6 Dec 2026 04:00, 2026-12-06 04:00      on that day
    2026-12-06                              its midnight
    any of these and Z, UTC or +01:00       the same on clocks with this offset from UTC
    any of these and CET                    the same, provided that clocks then show CET

Refused, with what to type instead: an instant that is not later than now, a time of day that is
over today and comes back in more than 12 hours, and a local time that clocks skip or repeat when
they change. Of a repeated one only what is later than now counts.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from msgspec import Struct, convert

from maintenance.errors import UnreadableValue

_DAY = timedelta(days=1)
# Beyond it, the time that has just passed today is the nearer one.
_CLEARLY_TOMORROW = timedelta(hours=12)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_RELATIVE = {"today": timedelta(0), "tomorrow": _DAY}
_FILLERS = ("at", "on", ",")
_SHORTEST_ABBREVIATION = 3
_CLOSE = 0.65  # "months" is not close to "mins"
_HALF_DAY = 12
_TOKEN = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:t(?=[0-9]))?"
    r"|(?P<clock>[0-9]{1,2}(?::[0-9]{2}){1,2}(?:\s?[ap]m)?|[0-9]{1,2}\s?[ap]m)(?![0-9])"
    r"|(?P<offset>(?:z|utc)\b|[+-][0-9]{2}(?::?[0-9]{2})?)(?![0-9])"
    r"|(?P<year>[0-9]{4})(?![0-9])|(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?![0-9])"
    r"|(?P<word>[^\W\d_]+)|(?P<other>\S+)"
)
_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?(?::([0-9]{2}))?\s?([ap]m)?")
_OFFSET = re.compile("([+-])([0-9]{2}):?([0-9]{2})?")
_EXPECTED = (
    "expected a time such as 04:00, 4am, tomorrow 6:00, Sunday 04:00 or 2026-12-06 04:00, on the "
    "site's clocks or with an offset as in 04:00-05:00"
)


class TimeIsOverToday(UnreadableValue):
    """A time of day that may mean today, when it is over, or tomorrow."""


class _Typed(Struct, frozen=True):
    """What was typed, by its kind, in lower case; '' for a kind that was not."""

    date: str = ""
    clock: str = ""
    offset: str = ""
    year: str = ""
    month: str = ""
    day: str = ""
    weekday: str = ""
    relative: str = ""
    zone: str = ""

    @property
    def names_a_day(self) -> bool:
        """Whether it is more than a time of day."""
        return bool(self.date or self.month or self.weekday or self.relative)


def parse_typed_instant(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """
    Return the instant later than `now`, in UTC, that `text` means.

    Raises UnreadableValue, which says what to type instead, and OverflowError after the last year.
    """
    if not text.strip():
        raise UnreadableValue("a time is missing: write 04:00 or tomorrow 6:00")
    typed = _read(text.lower(), now, zone)
    clocks = _clocks(typed.offset) if typed.offset else zone
    clock = _clock(typed)
    for day in _days(typed, now.astimezone(clocks).date()):
        wall = datetime.combine(day, clock)
        readings = [each for each in _readings(wall, clocks) if each > now]
        if readings:
            _check_weekday(typed.weekday, day)
            instant = _only(readings, wall, clocks, typed.zone)
            if not typed.names_a_day:
                _check_distance(instant, text, now=now, clocks=clocks)
            return instant
    hint = "; did you mean 'tomorrow'?" if typed.relative else ""
    raise UnreadableValue(f"this is not later than now, {_show(now, clocks)}{hint}")


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a question that suggests a known word, '' if there is no similar one."""
    close = get_close_matches(word, known, n=1, cutoff=_CLOSE)
    return f"did you mean {close[0]!r}?" if close else ""


def format_local(instant: datetime, zone: tzinfo) -> str:
    """Return `instant` on clocks of `zone`, as parse_instant reads it: `2026-12-01T04:00+01:00`."""
    local = instant.astimezone(zone)
    has_seconds = local.second or local.microsecond
    return local.isoformat(timespec="auto" if has_seconds else "minutes")


def _read(text: str, now: datetime, zone: ZoneInfo) -> _Typed:
    found: dict[str, str] = {}
    names = {(now + month * 30 * _DAY).astimezone(zone).strftime("%Z") for month in range(12)}
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[match.lastgroup or 0]
        if word in _FILLERS:
            continue
        if kind in ("word", "other"):
            kind, word = _classify(word, {name.lower() for name in names})
        if kind in found:
            raise UnreadableValue(f"{found[kind]!r} and {word!r} exclude each other")
        found[kind] = word
    if len(found.keys() & {"date", "month", "relative"}) > 1:
        raise UnreadableValue("this names two days")
    return convert(found, _Typed)


def _classify(word: str, zone_names: set[str]) -> tuple[str, str]:
    """Return the kind of a word, and the word in full."""
    if word in _RELATIVE:
        return "relative", word
    if word in zone_names:
        return "zone", word
    if len(word) >= _SHORTEST_ABBREVIATION:
        for kind, names in (("weekday", _WEEKDAYS), ("month", _MONTHS)):
            for name in names:
                if name.startswith(word):
                    return kind, name
    if word == "yesterday":
        raise UnreadableValue("yesterday is past: write a time that is later than now")
    hint = did_you_mean(word, (*_RELATIVE, *_WEEKDAYS, *_MONTHS))
    raise UnreadableValue(hint or f"{word!r} is unknown; {_EXPECTED}")


def _clocks(offset: str) -> tzinfo:
    """Return clocks with this offset from UTC."""
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return UTC
    sign = -1 if match[1] == "-" else 1
    try:
        return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3] or 0)))
    except ValueError as error:
        raise UnreadableValue(f"{offset} is no offset from UTC") from error


def _clock(typed: _Typed) -> time:
    """Return the time of day; midnight after a date in digits alone."""
    match = _CLOCK.fullmatch(typed.clock)
    if match is None:
        if typed.date:
            return time()
        raise UnreadableValue(_without_clock(typed))
    hour, half = int(match[1]), match[4]
    if half and not 1 <= hour <= _HALF_DAY:
        raise UnreadableValue(f"{typed.clock} does not exist")
    if half:
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    try:
        return time(hour, int(match[2] or 0), int(match[3] or 0))
    except ValueError as error:
        hint = ": write 00:00 of the next day" if typed.clock == "24:00" else ""
        raise UnreadableValue(f"{typed.clock} does not exist{hint}") from error


def _without_clock(typed: _Typed) -> str:
    if typed.day and not typed.month:
        return f"write {typed.day:0>2}:00 or {typed.day}pm"
    if typed.year and not typed.month:
        return f"write {typed.year[:2]}:{typed.year[2:]}"
    return "at what time? Add one, such as 04:00" if typed != _Typed() else _EXPECTED


def _days(typed: _Typed, today: date) -> Iterator[date]:
    """Yield the days that may be meant, the next one first."""
    if bool(typed.month) != bool(typed.day) or (typed.year and not typed.month):
        raise UnreadableValue(_EXPECTED)
    if typed.date:
        yield _date(typed.date)
    elif typed.relative:
        yield today + _RELATIVE[typed.relative]
    elif typed.month:
        month = _MONTHS.index(typed.month) + 1
        years = (typed.year,) if typed.year else (today.year, today.year + 1)
        yield from _dates([f"{year}-{month:02}-{typed.day:0>2}" for year in years])
    elif typed.weekday:
        first = today + (_WEEKDAYS.index(typed.weekday) - today.weekday()) % 7 * _DAY
        yield from (first, first + 7 * _DAY)
    else:
        yield from (today, today + _DAY)


def _dates(candidates: Sequence[str]) -> list[date]:
    """Return those that exist, as 29 February does in some years; refuse them if there is none."""
    found = []
    for each in candidates:
        with suppress(UnreadableValue):
            found.append(_date(each))
    return found or [_date(candidates[0])]


def _date(iso: str) -> date:
    try:
        return date.fromisoformat(iso)
    except ValueError as error:
        raise UnreadableValue(f"the date {iso} does not exist") from error


def _check_weekday(weekday: str, day: date) -> None:
    actual = _WEEKDAYS[day.weekday()]
    if weekday and weekday != actual:
        raise UnreadableValue(f"{day} is a {actual.title()}")


def _check_distance(instant: datetime, text: str, *, now: datetime, clocks: tzinfo) -> None:
    """Refuse a time of day that is over today, unless tomorrow's is near."""
    there = instant.astimezone(clocks)
    if there.date() == now.astimezone(clocks).date() or instant - now <= _CLEARLY_TOMORROW:
        return
    typed = " ".join(text.split())
    raise TimeIsOverToday(
        f"{there:%H:%M} is over today, {_show(now, clocks)}; for {_show(instant, clocks)} write "
        f"'until tomorrow {typed}'"
    )


def _readings(wall: datetime, clocks: tzinfo) -> list[datetime]:
    """
    Return the instants, in UTC, that `wall` may mean, in order: one or, when clocks change, two.

    With one that is skipped, they are what clocks before and after the change would call so.
    """
    return sorted({wall.replace(tzinfo=clocks, fold=fold).astimezone(UTC) for fold in (0, 1)})


def _only(readings: list[datetime], wall: datetime, clocks: tzinfo, name: str) -> datetime:
    """Return the reading that is meant; raise UnreadableValue if it is for the operator to say."""
    shown = [each for each in readings if each.astimezone(clocks).replace(tzinfo=None) == wall]
    named = [each for each in shown if name in ("", f"{each.astimezone(clocks):%Z}".lower())]
    if len(named) == 1:
        return named[0]
    choices = " or ".join(
        f"{format_local(each, clocks)} ({each.astimezone(clocks):%Z})" for each in readings
    )
    if shown and not named:
        raise UnreadableValue(f"clocks do not show {name.upper()} then; write {choices}")
    change = "comes twice, because clocks go back" if shown else "is skipped: clocks go forward"
    raise UnreadableValue(f"{wall:%H:%M on %Y-%m-%d} {change} in {clocks}; write {choices}")


def _show(instant: datetime, clocks: tzinfo) -> str:
    return f"{instant.astimezone(clocks):%Y-%m-%d %H:%M %Z}"
