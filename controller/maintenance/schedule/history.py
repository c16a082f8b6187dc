"""
What earlier values of the switch and the windows meant. Pure.

Every version means what the parser reads from it now. An unreadable one counts as never written.
The order of versions is that of their numbers: the clocks of two hosts of SSM, which date them, may
differ.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import Says, Switch, parse_switch
from maintenance.schedule.times import format_duration, format_to_second
from maintenance.schedule.window import Window, parse_window


class Version(Struct, frozen=True):
    """A value in a parameter's history, when it was written, and its number, which grows."""

    value: str
    written: datetime
    number: int


def last_readable(history: Sequence[Version], zone: ZoneInfo) -> Switch | None:
    """Return what the newest readable version says, if any; `history` is in any order."""
    return next(_readable(history, zone), None)


def last_off(history: Sequence[Version], zone: ZoneInfo) -> datetime | None:
    """Return the T_off that the newest version with an off sets, or None without any off."""
    return next(filter(None, (each.off_instant for each in _readable(history, zone))), None)


def last_readable_window(name: str, history: Sequence[Version], zone: ZoneInfo) -> Window | None:
    """Return the window by the newest readable version of its parameter, if any."""
    for version in _newest_versions_first(history):
        with suppress(UnreadableValue):
            return parse_window(name, version.value, zone=zone)
    return None


def _readable(history: Sequence[Version], zone: ZoneInfo) -> Iterator[Switch]:
    """Yield what the readable versions of the switch say, newest first."""
    for version in _newest_versions_first(history):
        with suppress(UnreadableValue):
            yield parse_switch(version.value, written=version.written, zone=zone)


def _newest_versions_first(history: Sequence[Version]) -> list[Version]:
    return sorted(history, key=lambda version: version.number, reverse=True)


class HistoryEntry(Struct, frozen=True):
    """
    A version of the switch, or of the window `window`, and who wrote it.

    `user` is the ARN that Parameter Store recorded.
    """

    parameter: str
    window: str | None
    version: Version
    user: str


class Meaning(Struct, frozen=True):
    """What an entry meant in a few words, or the error that says why it is unreadable."""

    text: str
    is_readable: bool = True


def newest_first(entries: Iterable[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """Return the entries of all parameters, newest first; those of one stay in their order."""
    by_parameter: dict[str, list[HistoryEntry]] = {}
    for each in sorted(entries, key=lambda each: each.version.number, reverse=True):
        by_parameter.setdefault(each.parameter, []).append(each)
    histories = by_parameter.values()
    return tuple(heapq.merge(*histories, key=lambda each: each.version.written, reverse=True))


def meaning(entry: HistoryEntry, *, zone: ZoneInfo) -> Meaning:
    """Return what an entry meant; `zone` is the stack's."""
    version = entry.version
    try:
        if entry.window is None:
            return Meaning(
                _of_switch(parse_switch(version.value, written=version.written, zone=zone))
            )
        return Meaning(_of_window(parse_window(entry.window, version.value, zone=zone), version))
    except UnreadableValue as error:
        return Meaning(str(error), is_readable=False)


def _of_switch(switch: Switch) -> str:
    if switch.says is Says.ON:
        end = format_to_second(switch.until) if switch.until else "someone ends it"
        return f"maintenance until {end}"
    if switch.until:
        return f"live, skips windows that begin up to {format_to_second(switch.until)}"
    return "live until a window begins"


def _of_window(window: Window, version: Version) -> str:
    lasting = f"for {format_duration(window.duration)} in {window.starts.zone.key}"
    start = window.starts.next(version.written)
    if start is None:
        return f"{lasting}, no start after it was written"
    return f"{lasting}, first at {format_to_second(start)}"
