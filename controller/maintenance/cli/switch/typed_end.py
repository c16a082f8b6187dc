"""
The end of a maintenance as people type it: text in, the words of the switch and an instant out.

    typed                                the switch says   the end is
    -----------------------------------  ----------------  --------------------------------------
    (nothing)                            nothing           unknown
    for 45 minutes, for 1 h, for 1h30m   for 45m           that long after the write
    until 04:00, until Sunday 04:00      until 2026-...    the instant that typed_instant.py finds

The switch keeps its own exact grammar (schedule/switch.py). Case and white space do not matter.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.cli.switch.typed_instant import (
    TimeIsOverToday,
    did_you_mean,
    format_local,
    parse_typed_instant,
)
from maintenance.errors import UnreadableValue
from maintenance.schedule.times import parse_duration

_KEYWORDS = ("for", "until")
_EXAMPLES = "for 45m, until 04:00, until tomorrow 6:00 or until Sunday 04:00"
_UNITS = {
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
}
_ISO_DURATION = re.compile("p[0-9wdthms]+")
_COUNT_OR_UNIT = re.compile(r"[0-9]+|[.,]|[^\s0-9.,]+")


class TypedEnd(Struct, frozen=True):
    """`words` is what follows `on` or `off`; `at` is the end, in UTC, if it is written now."""

    words: str
    at: datetime


def parse_end(text: str, *, now: datetime, zone: ZoneInfo) -> TypedEnd | None:
    """Return the end that follows `on` or `off`, None without one; raise UnreadableValue."""
    return _read(text, lambda: _end(text.split(), now, zone))


def parse_extension(text: str, *, end: datetime | None, now: datetime, zone: ZoneInfo) -> datetime:
    """
    Return the new end that follows `extend`: `30m` after `end`, or `until` and a time.

    Raises UnreadableValue, also for a duration if there is no `end` to count from.
    """
    return _read(text, lambda: _extension(text.split(), end, now, zone))


def _read[T](text: str, read: Callable[[], T]) -> T:
    """Return what `read` does, with the text in its error."""
    try:
        return read()
    except UnreadableValue as error:
        problem = str(error)
    except OverflowError:
        problem = "this is beyond the last year of the calendar"
    stop = "" if problem.endswith("?") else "."
    raise UnreadableValue(f"Cannot read the time {' '.join(text.split())!r}: {problem}{stop}")


def _end(words: list[str], now: datetime, zone: ZoneInfo) -> TypedEnd | None:
    match [word.lower() for word in words]:
        case []:
            return None
        case ["for", *rest]:
            exact = _exact_duration(" ".join(rest))
            return TypedEnd(f"for {exact}", now + parse_duration(exact))
        case ["until", *rest]:
            at = parse_typed_instant(" ".join(rest), now=now, zone=zone)
            return TypedEnd(f"until {format_local(at, zone)}", at)
        case rest:
            text = " ".join(rest)
            hint = _missing_for(text) or _missing_until(text, now, zone)
            raise UnreadableValue(hint or did_you_mean(rest[0], _KEYWORDS) or f"write {_EXAMPLES}")


def _extension(words: list[str], end: datetime | None, now: datetime, zone: ZoneInfo) -> datetime:
    match [word.lower() for word in words]:
        case []:
            raise UnreadableValue("by how long? Write 30m, or until 04:00")
        case ["until", *rest]:
            return parse_typed_instant(" ".join(rest), now=now, zone=zone)
        case ["by" | "for", *rest]:
            duration = parse_duration(_exact_duration(" ".join(rest)))
        case [first, *_] as rest:
            text = " ".join(rest)
            hint = did_you_mean(first, ("by", *_KEYWORDS)) or _missing_until(text, now, zone)
            if hint:
                raise UnreadableValue(hint)
            duration = parse_duration(_exact_duration(text))
    if end is None:
        raise UnreadableValue("there is no end to count from: write until and a time")
    return end + duration


def _exact_duration(text: str) -> str:
    """Return the exact form of the duration that `text`, in lower case, means."""
    if not text:
        raise UnreadableValue("a duration is missing: write 45m or 1h30m")
    exact = text.upper() if _ISO_DURATION.fullmatch(text) else "".join(_compact_words(text))
    parse_duration(exact)
    return exact


def _compact_words(text: str) -> Iterator[str]:
    """Yield the numbers, and for each unit its letter; raise UnreadableValue for other words."""
    for word in _COUNT_OR_UNIT.findall(text):
        if word in ".,":
            raise UnreadableValue("a duration has whole numbers: write 90m or 1h30m")
        if not (word.isdigit() or word in _UNITS):
            hint = did_you_mean(word, tuple(_UNITS))
            raise UnreadableValue(hint or f"{word!r} is no unit: write 45m, 1h30m or 2 days")
        yield _UNITS.get(word, word)


def _missing_for(text: str) -> str:
    with suppress(UnreadableValue):
        _exact_duration(text)
        return f"did you mean 'for {text}'?"
    return ""


def _missing_until(text: str, now: datetime, zone: ZoneInfo) -> str:
    try:
        parse_typed_instant(text, now=now, zone=zone)
    except TimeIsOverToday:
        return f"did you mean 'until tomorrow {text}'?"
    except UnreadableValue:
        return ""
    return f"did you mean 'until {text}'?"
