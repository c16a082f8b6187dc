"""
The outer form that the switch and the windows share: words, then `: message`.

A message follows the first colon before white space, so times may contain colons. It is free text
and may have several lines. Only ASCII white space separates words, because the engine that reads
AllowedPattern takes a no-break space for a letter.

Every error has one form: it quotes the value, points at a word and shows the syntax.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from maintenance.errors import UnreadableValue

ONLY_A_MESSAGE = "only ': message' can follow"
_BLANKS = " \t\n\r\f\v"
_MESSAGE = re.compile(r":(?=\s|\Z)", re.ASCII)
_WORD = re.compile(r"[^\s()]*\([^()]*\)\S*|\S+", re.ASCII)
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_QUOTED = 160


class ParsedValue(Struct, frozen=True):
    """A value split into words, as typed, and a message; parentheses keep a word together."""

    text: str
    words: tuple[str, ...]
    message: str | None
    grammar: str

    def read[T](self, at: int, read: Callable[[str], T]) -> T:
        """Return what `read` makes of word `at`; an UnreadableValue gets its full message."""
        try:
            return read(self.words[at])
        except UnreadableValue as error:
            raise self.error(at, str(error)) from error

    def error(self, at: int, problem: str) -> UnreadableValue:
        """Return the error that points at word `at`, or at the end if there is no such word."""
        where = repr(_shortened(self.words[at])) if at < len(self.words) else "the end"
        return UnreadableValue(
            f"Invalid value {_shortened(self.text)!r}, at {where}: {problem}. "
            f"Syntax: {self.grammar}."
        )


def parse_value(text: str, *, grammar: str) -> ParsedValue:
    """
    Return the words and the message of `text`; an empty message is None, too.

    Raises UnreadableValue for half a character, which a terminal makes of what is not UTF-8.
    """
    if _HALF_A_CHARACTER.search(text):
        raise UnreadableValue(
            f"Invalid value {_shortened(text)!r}: it has characters that are not UTF-8"
        )
    value = text.strip(_BLANKS)
    colon = _MESSAGE.search(value)
    head, message = (value[: colon.start()], value[colon.end() :]) if colon else (value, "")
    words = tuple(_WORD.findall(head))
    return ParsedValue(text=value, words=words, message=message.strip() or None, grammar=grammar)


def _shortened(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
