"""
The switch: what the parameter `/site/maintenance` says, and from when until when.

    value                    the switch says   written   until
    -----------------------  ----------------  --------  -------
    on                       on                T         nobody knows
    on for D                 on                T         T + D
    on until X               on                T         X
    off, off for, off until  off               T         the same

T is the parameter's LastModifiedDate. `until X` with X not later than T is unreadable: a wrong year
must not act as the opposite. Case does not matter.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.errors import UnreadableValue
from maintenance.schedule.grammar import ParsedValue, parse_value
from maintenance.schedule.times import (
    DURATION_PATTERN,
    INSTANT_PATTERN,
    format_instant,
    parse_duration,
    parse_instant,
)

GRAMMAR = (
    "on | off [for 90m | for PT2H | until 2026-12-01T04:00+01:00] [: message], "
    "where an instant without offset is in the stack's time zone"
)

# For AllowedPattern (at most 1024 characters; doc: SSM API Reference, PutParameter). It refuses
# typos, and nothing that parse_switch reads. SSM does not say whether it looks for a whole match,
# hence the anchors; nor whether it takes flags, hence both cases of each letter.
ALLOWED_PATTERN = (
    r"^\s*(?:[oO][nN]|[oO][fF][fF])"
    rf"(?:\s+[fF][oO][rR]\s+(?:{DURATION_PATTERN})|\s+[uU][nN][tT][iI][lL]\s+{INSTANT_PATTERN})?"
    r"\s*(?::(?:\s[\s\S]*)?)?$"
)


class Says(StrEnum):
    """The switch's two words."""

    ON = "on"
    OFF = "off"


class Switch(Struct, frozen=True):
    """What the switch says from `written` on and, if it names an end, before `until` (both UTC)."""

    says: Says
    written: datetime
    until: datetime | None = None
    message: str | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether the end it names has come at `now`; a switch without an end never is."""
        return self.until is not None and self.until <= now

    def is_in_force(self, now: datetime) -> bool:
        """Whether it keeps the site in maintenance at `now`."""
        return self.says is Says.ON and not self.is_over(now)

    @property
    def off_instant(self) -> datetime | None:
        """T_off by this value: the end that it names, or when it was written; None for an on."""
        return (self.until or self.written) if self.says is Says.OFF else None


def parse_switch(text: str, *, written: datetime, zone: ZoneInfo) -> Switch:
    """
    Return what `text`, written at `written` (aware), says; `zone` reads instants without an offset.

    Raises UnreadableValue, whose message quotes `text`, points at the fault and shows the grammar.
    """
    sentence = parse_value(text, grammar=GRAMMAR)
    says = _says(sentence)
    since = written.astimezone(UTC)
    until = _until(sentence, written=since, zone=zone)
    return Switch(says=says, written=since, until=until, message=sentence.message)


def resolve(text: str, *, at: datetime, zone: ZoneInfo) -> str:
    """
    Return the value that a command given at `at` writes: `for D` becomes `until at + D`, in UTC.

    `at` counts from its next whole second. Everything else stays as it is. Written late, it still
    ends when whoever gave it meant it to. Raises UnreadableValue.
    """
    whole = at + timedelta(microseconds=-at.microsecond % 1_000_000)
    switch = parse_switch(text, written=whole, zone=zone)
    if switch.until is None or parse_value(text, grammar=GRAMMAR).words[1].lower() != "for":
        return text
    message = f": {switch.message}" if switch.message else ""
    return f"{switch.says} until {format_instant(switch.until)}{message}"


def _says(sentence: ParsedValue) -> Says:
    word = sentence.words[0].lower() if sentence.words else ""
    if word not in tuple(Says):
        raise sentence.error(0, "it begins with on or off")
    return Says(word)


def _until(sentence: ParsedValue, *, written: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end that the words behind `on` or `off` name."""
    match [word.lower() for word in sentence.words[1:]]:
        case []:
            return None
        case ["for"]:
            raise sentence.error(2, "a duration is missing")
        case ["until"]:
            raise sentence.error(2, "an instant is missing")
        case ["for", _]:
            return written + sentence.read(2, parse_duration)
        case ["until", _]:
            return _end_at(sentence, written, zone)
        case ["for" | "until", _, *_]:
            raise sentence.error(3, "only a message may follow here, behind a colon and a space")
        case _:
            raise sentence.error(
                1, "for, until, or a message behind a colon and a space may follow here"
            )


def _end_at(sentence: ParsedValue, written: datetime, zone: ZoneInfo) -> datetime:
    def later_than_written(word: str) -> datetime:
        instant = parse_instant(word, zone=zone)
        if instant <= written:
            raise UnreadableValue(
                f"that is not later than {format_instant(written)}, when it was written"
            )
        return instant

    return sentence.read(2, later_than_written)


class ReadSwitch(Struct, frozen=True):
    """
    What the switch says, None where nobody can tell.

    `error` is the sentence about a switch that is missing or unreadable; `switch` then is the last
    readable version, if there is one.
    """

    switch: Switch | None
    error: str | None = None
