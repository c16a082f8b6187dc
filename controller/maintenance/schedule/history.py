"""
What earlier values of the switch and the windows meant. Pure.

Every version means what the parser reads from it now. An unreadable one counts as never written.
The order of versions is that of their numbers: the clocks of two hosts of SSM, which date them, may
differ.

A command belongs to an instant, and SSM knows only when it was written. So the controller puts the
instant into the description of the version that it writes:

    Written at 2026-11-30T09:25:02Z by a command of 2026-11-30T09:24:40Z; see docs/windows.md

and behind it who sent the command, as far as its event says:

    ... by a command of 2026-11-30T09:24:40Z, sent by "ana"; see docs/windows.md

AWS does not say whether a write that names no description keeps the one before, as emulators do. A
version with the same description as the one before it was therefore not written by that command.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.skip import parse_skip, window_skipped_by
from maintenance.schedule.switch import Off, Says, Switch, parse_switch
from maintenance.schedule.times import (
    format_duration,
    format_instant,
    format_to_second,
    parse_instant,
)
from maintenance.schedule.window import Window, parse_window

_DESCRIPTION = re.compile(
    r"Written at (\S+) by a command of (\S+?)(?:, off until (\S+?))?(?:, sent (.+))?"
    r"; see docs/windows\.md"
)
_UTC = ZoneInfo("UTC")
# How long a call of a client is repeated.
_REPEATED_WITHIN = timedelta(minutes=2)
ENCRYPTED = (
    "it is a SecureString, which the controller does not decrypt: delete the parameter, and write "
    "it again with --type String"
)


class Version(Struct, frozen=True):
    """
    A value in a parameter's history, when it was written, and its number, which grows.

    The value of one that `is_encrypted` is a mark in its place. `user` is the ARN of who wrote it,
    as Parameter Store recorded it.
    """

    value: str
    written: datetime
    number: int
    description: str = ""
    is_encrypted: bool = False
    user: str = ""


class CommandOrigin(Struct, frozen=True):
    """
    The command that wrote a version.

    `off_until` is the end of an `off for` or `off until` that was over before it was written.
    `sender` is who sent it, in the words of `wakeup`, '' if its event does not say.
    """

    at: datetime
    off_until: datetime | None = None
    sender: str = ""

    def describe(self, written: datetime) -> str:
        """Return the description of the version that is written at this instant."""
        off_until = f", off until {format_instant(self.off_until)}" if self.off_until else ""
        sender = f", sent {self.sender}" if self.sender else ""
        return (
            f"Written at {format_instant(written)} by a command of {format_instant(self.at)}"
            f"{off_until}{sender}; see docs/windows.md"
        )


class Write(Struct, frozen=True):
    """A readable version of the switch; `origin` is the command that wrote it, if it was one."""

    version: Version
    switch: Switch
    origin: CommandOrigin | None = None

    @property
    def instant(self) -> datetime:
        """The instant by which it is compared with a command."""
        return self.origin.at if self.origin else self.switch.written

    @property
    def off(self) -> Off | None:
        """The off that it says, as of the instant of its command; None if it says on."""
        off, origin = self.switch.off, self.origin
        if off is None or origin is None or self.switch.until:
            return off
        return Off(off.written, origin.off_until or origin.at)


def readable_writes(history: Sequence[Version], zone: ZoneInfo) -> Iterator[Write]:
    """Yield what the readable versions of the switch say, newest first."""
    versions = _newest_versions_first(history)
    for version, before in zip_longest(versions, versions[1:]):
        with suppress(UnreadableValue):
            switch = parse_switch(version.value, written=version.written, zone=zone)
            yield Write(version, switch, _origin(version, before))


def latest_write(writes: Sequence[Write]) -> Write | None:
    """
    Return the write that counts: not the newest one if a late command has overwritten another.

    `writes` are newest first. Commands are compared by their instants, with one another and with
    the last write of anyone else, which counts against everything before it.
    """
    competing = []
    for each in writes:
        competing.append(each)
        if each.origin is None:
            break
    return max(competing, key=lambda each: each.instant, default=None)


def last_readable(history: Sequence[Version], zone: ZoneInfo) -> Switch | None:
    """Return what the newest readable version says, if any; `history` is in any order."""
    return next((each.switch for each in readable_writes(history, zone)), None)


def last_off(history: Sequence[Version], zone: ZoneInfo) -> Off | None:
    """Return the newest off, or None without any."""
    return next(filter(None, (each.off for each in readable_writes(history, zone))), None)


def last_readable_value[Value](
    history: Sequence[Version], parse: Callable[[str, datetime], Value]
) -> Value | None:
    """Return what `parse` makes of the newest version, with its instant, that it can read."""
    for version in _newest_versions_first(history):
        with suppress(UnreadableValue):
            return parse(version.value, version.written)
    return None


def _origin(version: Version, before: Version | None) -> CommandOrigin | None:
    match = _DESCRIPTION.fullmatch(version.description)
    if match is None:
        return None
    with suppress(UnreadableValue):
        written, at = (parse_instant(each, zone=_UTC) for each in match.group(1, 2))
        if _is_described(version, before, written):
            off_until = parse_instant(match[3], zone=_UTC) if match[3] else None
            return CommandOrigin(at, off_until, match[4] or "")
    return None


def _is_described(version: Version, before: Version | None, written: datetime) -> bool:
    """
    Return whether the description is of this version, and not kept from the one before it.

    A call whose answer was lost is repeated, so its caller may write a second version with the same
    description; `written` is when the first was.
    """
    if before is None:  # SSM keeps a hundred versions, so it may be missing.
        return version.number == 1
    if before.description != version.description:
        return True
    is_same = (before.value, before.user) == (version.value, version.user)
    return is_same and version.written - written <= _REPEATED_WITHIN


def _newest_versions_first(history: Sequence[Version]) -> list[Version]:
    return sorted(history, key=lambda version: version.number, reverse=True)


class HistoryEntry(Struct, frozen=True):
    """A version of the switch, or of the window `window` or its skip."""

    parameter: str
    window: str | None
    version: Version

    @property
    def user(self) -> str:
        """The ARN of who wrote it."""
        return self.version.user


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
    if version.is_encrypted:
        return Meaning(ENCRYPTED, is_readable=False)
    try:
        if entry.window is None:
            return Meaning(
                _of_switch(parse_switch(version.value, written=version.written, zone=zone))
            )
        if window_skipped_by(entry.window):
            skip = parse_skip(version.value, written=version.written, zone=zone)
            return Meaning(f"skips what begins up to {format_to_second(skip.until)}")
        window = parse_window(entry.window, version.value, zone=zone, written=version.written)
        return Meaning(_of_window(window, version))
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
