"""
Keep text that others wrote from acting on whoever reads it. Pure.

A parameter, a path or a name may hold characters that a terminal obeys instead of showing them:

    control characters, ESC and CSI above all    move the cursor, change colours and titles, wipe
    what turns the direction of text             makes a line read as another one (CVE-2021-42574)
    halves of characters                         cannot be written as UTF-8 at all

JSON escapes the first 32 of them by itself; logs and the status are read in terminals too.
"""

import json
import re
from collections.abc import Callable
from typing import Any

# All but tab and line end, which layout is made of; the edge function refuses the same in texts.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHOWN_AS = "\N{REPLACEMENT CHARACTER}"


def escape_control_characters(text: str) -> str:
    """Return the text with a mark of one cell for each character that would be obeyed."""
    return _OBEYED.sub(_SHOWN_AS, text)


def to_json(
    value: object, *, indent: int | None = None, default: Callable[[Any], Any] | None = None
) -> str:
    """
    Return JSON in which such characters are escaped, and all others are as people read them.

    Without `indent` it is one line without blanks, as filters of logs look for it.
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(
        value, indent=indent, default=default, ensure_ascii=False, separators=separators
    )
    return _OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)
