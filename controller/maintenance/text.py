"""
Keep text that others wrote from controlling the terminal of its reader. Pure.

A parameter, a path or a name may hold characters that a terminal acts on instead of showing them:

    control characters, above all ESC and CSI    move the cursor, change colours and titles, erase
    bidirectional controls, line separators      make a line read as another one (CVE-2021-42574)
    surrogates, which are half a character       cannot be encoded as UTF-8

JSON escapes the first 32 of them by itself, but people read logs and the status in terminals too.
"""

import json
import re
from collections.abc import Callable
from typing import Any

# All but tab and line feed, which are layout; the edge function refuses the same in its texts.
_CONTROL_CHARACTERS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def replace_control_characters(text: str) -> str:
    """Return the text with each control character replaced by a mark of one cell."""
    return _CONTROL_CHARACTERS.sub(_REPLACEMENT, text)


def to_json(
    value: object, *, indent: int | None = None, default: Callable[[Any], Any] | None = None
) -> str:
    """
    Return JSON that escapes control characters and keeps all other characters readable.

    Without `indent` it is one line without blanks, the form that log filters look for.
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(
        value, indent=indent, default=default, ensure_ascii=False, separators=separators
    )
    return _CONTROL_CHARACTERS.sub(lambda found: json.dumps(found[0])[1:-1], text)
