"""
The outer form that the switch and the windows share: words, then `: message`.

A message follows the first colon that white space follows, so times, which hold no white space,
may hold colons. It is free text and may have several lines. White space is ASCII's, because
AllowedPattern is read by an engine for which a no-break space is a letter.

Every refusal has one form: it quotes the value, points at the fault and shows the grammar.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from maintenance.errors import UnreadableValue

_BLANKS = " \t\n\r\f\v"
_MESSAGE = re.compile(r":(?=\s|\Z)", re.ASCII)
_WORD = re.compile(r"[^\s()]*\([^()]*\)\S*|\S+", re.ASCII)
_QUOTED = 160


class ParsedValue(Struct, frozen=True):
    """A value taken apart: its words as typed, a bracket being part of one, and its message."""

    text: str
    words: tuple[str, ...]
    message: str | None
    grammar: str

    def read[T](self, at: int, read: Callable[[str], T]) -> T:
        """Return what `read` makes of word `at`; its UnreadableValue becomes a full one."""
        try:
            return read(self.words[at])
        except UnreadableValue as error:
            raise self.error(at, str(error)) from error

    def error(self, at: int, what: str) -> UnreadableValue:
        """Return the error that points at word `at`, or at the end behind the last word."""
        where = repr(_shortened(self.words[at])) if at < len(self.words) else "its end"
        return UnreadableValue(
            f"The value {_shortened(self.text)!r} is not understood at {where}: {what}. "
            f"It reads: {self.grammar}."
        )


def parse_value(text: str, *, grammar: str) -> ParsedValue:
    """Return the words and the message of `text`; no message and an empty one are both None."""
    value = text.strip(_BLANKS)
    colon = _MESSAGE.search(value)
    head, message = (value[: colon.start()], value[colon.end() :]) if colon else (value, "")
    words = tuple(_WORD.findall(head))
    return ParsedValue(text=value, words=words, message=message.strip() or None, grammar=grammar)


def _shortened(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
