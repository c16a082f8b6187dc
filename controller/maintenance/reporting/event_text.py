"""
The texts of events as people read them: plain, so that they stay the same inside JSON quotes.

EventBridge puts a text into an input template without escaping it (doc: EventBridge User Guide,
eb-transform-target-input), and a chat reads markup in it. Pure.
"""

import re

from maintenance.reporting.status_document import truncate
from maintenance.text import replace_control_characters

_NEEDS_ESCAPES = re.compile(r"[\x00-\x1f\x7f]+")
# A chat would take <!channel> for a mention.
_PLAIN = str.maketrans({'"': "'", "\\": "/", "<": "(", ">": ")"})
# An input template's result may have 8,192 characters, and a notification in a chat 8,000 (doc:
# Amazon Q Developer in chat applications Administrator Guide, custom-notifs).
_MAX_TEXT_BYTES = 3000


def paragraph(*sentences: str) -> str:
    """Return the sentences that are not empty as one plain text, cut if it is too long."""
    return truncate(plain(" ".join(filter(None, sentences))), _MAX_TEXT_BYTES)


def plain(text: str) -> str:
    """Return a text without what JSON, HTML or a chat's markup would have to escape."""
    one_line = _NEEDS_ESCAPES.sub(" ", replace_control_characters(text))
    return one_line.translate(_PLAIN)
