"""
The value of the switch that the words after a command mean. Pure.

`on until tomorrow 6:00 --message 'Back at six'` becomes `on until 2026-12-01T06:00+01:00: Back at
six`. The words may come one by one or as one quoted word, and may end in `: message`.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.cli.switch.typed_end import parse_end
from maintenance.cli.switch.typed_instant import did_you_mean
from maintenance.errors import UnreadableValue
from maintenance.schedule.grammar import parse_value


class TypedWords(Struct, frozen=True):
    """The words behind a command, without the message; `message` is '' if there is none."""

    text: str
    message: str


def split_message(words: Sequence[str], option: str | None = None) -> TypedWords:
    """Return the words and the message, which may also be an option; raise UnreadableValue."""
    typed = parse_value(" ".join(words), grammar="")
    if typed.message and option:
        raise UnreadableValue("The message is there twice: write it after --message or a colon.")
    return TypedWords(" ".join(typed.words), (typed.message or option or "").strip())


def read_command(typed: TypedWords) -> tuple[str, TypedWords]:
    """Return `on` or `off` and the words behind it, '' without words; raise UnreadableValue."""
    command, _, rest = typed.text.partition(" ")
    if command.lower() not in ("", "on", "off"):
        hint = did_you_mean(command.lower(), ("on", "off")) or "write on or off, then until when"
        raise UnreadableValue(f"{command!r} is no value of the switch: {hint}")
    return command.lower(), TypedWords(rest, typed.message)


def switch_value(command: str, typed: TypedWords, *, now: datetime, zone: ZoneInfo) -> str:
    """
    Return what to write for `command`, which is `on` or `off`, in the exact form of the switch.

    Times without an offset are in `zone`. Raises UnreadableValue.
    """
    end = parse_end(typed.text, now=now, zone=zone)
    value = f"{command} {end.words}" if end else command
    return f"{value}: {typed.message}" if typed.message else value
