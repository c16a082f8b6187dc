"""
A skip: an `off until` for one window, in a parameter of its own below the window's.

    <switch>/windows/weekly         cron(0 2 ? * SUN *) for 2h
    <switch>/windows/weekly/skip    until 2026-12-06T04:00Z

It ends or skips the window's occurrences that begin up to then, and does nothing afterwards. A
parameter of its own outlives every edit of the window, whatever tool manages that (ADR 0037).
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.schedule.grammar import ParsedValue, parse_value
from maintenance.schedule.times import format_instant, parse_instant_after

SKIP_SUFFIX = "/skip"
GRAMMAR = "until 2026-12-06T04:00+01:00, where a time without an offset is in the stack's time zone"


class Skip(Struct, frozen=True):
    """When a skip was written, and up to when what begins is ended or skipped (both UTC)."""

    written: datetime
    until: datetime


def window_skipped_by(name: str) -> str | None:
    """Return the name of the window that a parameter skips, None if the parameter is a window."""
    return name.removesuffix(SKIP_SUFFIX) if name.endswith(SKIP_SUFFIX) else None


def skip_value(until: datetime) -> str:
    """Return the value of a skip up to an instant."""
    return f"until {format_instant(until)}"


def parse_skip(text: str, *, written: datetime, zone: ZoneInfo) -> Skip:
    """
    Return the skip that `text`, written at `written` (aware), means; a time needs no offset.

    Raises UnreadableValue, also for a time that was over: a wrong year must not close a site.
    """
    value = parse_value(text, grammar=GRAMMAR)
    since = written.astimezone(UTC)
    _refuse_others(value)
    until = value.read(1, lambda word: parse_instant_after(word, written=since, zone=zone))
    return Skip(since, until)


def _refuse_others(value: ParsedValue) -> None:
    """Raise UnreadableValue unless the value is `until` and one word."""
    match [word.lower() for word in value.words]:
        case ["until"]:
            raise value.error(1, "a time is missing")
        case ["until", _] if value.message is None:
            return
        case ["until", _, *_]:
            raise value.error(2, "nothing can follow")
        case _:
            raise value.error(0, "expected 'until' and a time")
