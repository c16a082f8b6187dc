"""
Who set what when, and what it meant. Pure.

A version means what the parser reads from it now; what is unreadable was as if never written, and
says why.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import Says, Switch, parse_switch
from maintenance.schedule.times import format_duration, format_instant
from maintenance.schedule.window import Window, parse_window


class Version(Struct, frozen=True):
    """One version of a parameter, as its history holds it."""

    value: str
    written: datetime


class HistoryEntry(Struct, frozen=True):
    """
    One writing of the switch, or of the window `window`.

    `user` is the ARN of who wrote it, as Parameter Store has it; `number` counts the versions of
    the parameter.
    """

    parameter: str
    window: str | None
    number: int
    version: Version
    user: str


class Meaning(Struct, frozen=True):
    """What a writing meant in a few words, or the sentence that says why it meant nothing."""

    text: str
    is_readable: bool = True


def newest_first(writings: Iterable[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """Return the writings of all parameters, the newest first."""
    return tuple(
        sorted(writings, key=lambda each: (each.version.written, each.number), reverse=True)
    )


def meaning(writing: HistoryEntry, *, zone: ZoneInfo) -> Meaning:
    """Return what a writing meant; `zone` is the stack's."""
    version = writing.version
    try:
        if writing.window is None:
            return Meaning(
                _of_switch(parse_switch(version.value, written=version.written, zone=zone))
            )
        return Meaning(_of_window(parse_window(writing.window, version.value, zone=zone), version))
    except UnreadableValue as error:
        return Meaning(str(error), is_readable=False)


def _of_switch(switch: Switch) -> str:
    if switch.says is Says.ON:
        end = _shown(switch.until) if switch.until else "somebody ends it"
        return f"maintenance until {end}"
    if switch.until:
        return f"live, and windows that begin up to {_shown(switch.until)} are skipped"
    return "live, until a window begins"


def _of_window(window: Window, version: Version) -> str:
    lasting = f"for {format_duration(window.duration)} in {window.starts.zone.key}"
    start = window.starts.next(version.written)
    if start is None:
        return f"{lasting}, and never after it was written"
    return f"{lasting}, first at {_shown(start)}"


def _shown(instant: datetime) -> str:
    return format_instant(instant.replace(microsecond=0))


def last_readable(history: Sequence[Version], zone: ZoneInfo) -> Switch | None:
    """Return what the newest readable version says, or None; `history` is in any order."""
    return next(_readable(history, zone), None)


def last_off(history: Sequence[Version], zone: ZoneInfo) -> datetime | None:
    """Return T_off by the newest version that says off, its `for` or `until` resolved, or None."""
    return next(filter(None, (each.off_instant for each in _readable(history, zone))), None)


def last_readable_window(name: str, history: Sequence[Version], zone: ZoneInfo) -> Window | None:
    """Return the window by the newest readable version of its parameter; None if there is none."""
    for version in _newest_first(history):
        with suppress(
            UnreadableValue
        ):  # as if it had never been written; the reader of now says so
            return parse_window(name, version.value, zone=zone)
    return None


def _readable(history: Sequence[Version], zone: ZoneInfo) -> Iterator[Switch]:
    """Yield what the readable versions say, newest first; the others are as if never written."""
    for version in _newest_first(history):
        with suppress(UnreadableValue):
            yield parse_switch(version.value, written=version.written, zone=zone)


def _newest_first(history: Sequence[Version]) -> list[Version]:
    """Return `history`, newest first; of two with the same instant, the later listed first."""
    return sorted(history, key=lambda version: version.written)[::-1]
