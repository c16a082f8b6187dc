"""
The switch: what the parameter `/site/maintenance` says, from when until when.

    value                    the switch says   written   until
    -----------------------  ----------------  --------  --------
    on                       on                T         no end
    on for D                 on                T         T + D
    on until X               on                T         X
    off, off for, off until  off               T         the same

T is the parameter's LastModifiedDate. `until X` is unreadable unless X is later than T: a wrong
year must not act as the opposite. Case does not matter.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.schedule.grammar import ONLY_A_MESSAGE, ParsedValue, parse_value
from maintenance.schedule.times import (
    DURATION_PATTERN,
    INSTANT_PATTERN,
    format_instant,
    parse_duration,
    parse_instant_after,
)

GRAMMAR = (
    "on | off [for 90m | for PT2H | until 2026-12-01T04:00+01:00] [: message], "
    "where a time without an offset is in the stack's time zone"
)

# For AllowedPattern (at most 1024 characters; doc: SSM API Reference, PutParameter). It refuses
# typos, and nothing that parse_switch reads. SSM does not say whether the pattern has to match the
# whole value, hence the anchors; nor whether it takes flags, hence both cases of each letter.
ALLOWED_PATTERN = (
    r"^\s*(?:[oO][nN]|[oO][fF][fF])"
    rf"(?:\s+[fF][oO][rR]\s+(?:{DURATION_PATTERN})|\s+[uU][nN][tT][iI][lL]\s+{INSTANT_PATTERN})?"
    r"\s*(?::(?:\s[\s\S]*)?)?$"
)


class Says(StrEnum):
    """The switch's two words."""

    ON = "on"
    OFF = "off"


class Off(Struct, frozen=True):
    """An `off`: when it was written, and T_off, up to which what begins is ended or skipped."""

    written: datetime
    until: datetime


class Switch(Struct, frozen=True):
    """What the switch says from `written` on and, if it names an end, before `until` (both UTC)."""

    says: Says
    written: datetime
    until: datetime | None = None
    message: str | None = None

    def is_over(self, now: datetime) -> bool:
        """Return whether the end that it names has come at `now`."""
        return self.until is not None and self.until <= now

    def is_in_force(self, now: datetime) -> bool:
        """Return whether it keeps the site in maintenance at `now`."""
        return self.says is Says.ON and not self.is_over(now)

    @property
    def off(self) -> Off | None:
        """The off that it says; None if it says on."""
        return Off(self.written, self.until or self.written) if self.says is Says.OFF else None


class ReadSwitch(Struct, frozen=True):
    """
    The switch as far as it could be read.

    `error` says that it is missing or unreadable. `switch` then is its last readable version, or
    None if there is none. `is_own_change` is whether the write that woke this run wrote it.
    `notice` says that it is older than that write.
    """

    switch: Switch | None
    error: str | None = None
    is_own_change: bool = False
    notice: str | None = None


def parse_switch(text: str, *, written: datetime, zone: ZoneInfo) -> Switch:
    """
    Return what `text`, written at `written` (aware), says; times without an offset are in `zone`.

    Raises UnreadableValue, whose message quotes `text`, points at the error and shows the syntax.
    """
    value = parse_value(text, grammar=GRAMMAR)
    says = _says(value)
    since = written.astimezone(UTC)
    until = _until(value, written=since, zone=zone)
    return Switch(says=says, written=since, until=until, message=value.message)


def resolve(text: str, *, at: datetime, zone: ZoneInfo) -> str:
    """
    Return the value that a command given at `at` writes: `for D` becomes `until at + D`, in UTC.

    So maintenance ends when the command meant it to, even if the value is written late. `at` is
    rounded up to whole seconds. Any other value stays as it is. Raises UnreadableValue.
    """
    whole = at + timedelta(microseconds=-at.microsecond % 1_000_000)
    switch = parse_switch(text, written=whole, zone=zone)
    if switch.until is None or parse_value(text, grammar=GRAMMAR).words[1].lower() != "for":
        return text
    message = f": {switch.message}" if switch.message else ""
    return f"{switch.says} until {format_instant(switch.until)}{message}"


def _says(value: ParsedValue) -> Says:
    word = value.words[0].lower() if value.words else ""
    if word not in tuple(Says):
        raise value.error(0, "expected 'on' or 'off'")
    return Says(word)


def _until(value: ParsedValue, *, written: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end that the words after `on` or `off` name."""
    match [word.lower() for word in value.words[1:]]:
        case []:
            return None
        case ["for"]:
            raise value.error(2, "a duration is missing")
        case ["until"]:
            raise value.error(2, "a time is missing")
        case ["for", _]:
            return written + value.read(2, parse_duration)
        case ["until", _]:
            return value.read(2, lambda word: parse_instant_after(word, written=written, zone=zone))
        case ["for" | "until", _, *_]:
            raise value.error(3, ONLY_A_MESSAGE)
        case _:
            raise value.error(1, "expected 'for', 'until' or ': message'")
