"""Read the settings of what visitors read: `language`, `texts` and `announcement`. Pure."""

from __future__ import annotations

import re
from types import MappingProxyType

from maintenance_edge.rules import is_line, or_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.rules import Rules

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*")


class Text:
    """Title and message in one language."""

    __slots__ = ("message", "title")

    def __init__(self, title: str, message: str) -> None:
        self.title: Final = title
        self.message: Final = message


def read_texts(values: Mapping[str, Any]) -> Mapping[str, Text]:
    """Return the texts by language, the default one first; an announcement is every message."""
    languages = sorted(values["texts"], key=lambda language: language != values["language"])
    announced = {"message": values["announcement"]} if values["announcement"] else {}
    texts = {language: Text(**{**values["texts"][language], **announced}) for language in languages}
    return MappingProxyType(texts)


def _is_tag(value: object) -> bool:
    return isinstance(value, str) and bool(LANGUAGE_TAG.fullmatch(value))


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, dict) and all(map(_is_tag, value)) and all(map(_is_text, value.values()))
    )


def _is_text(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"title", "message"}
        and all(map(is_line, value.values()))
    )


TEXT_RULES: Final[Rules] = MappingProxyType(
    {
        "language": (_is_tag, 'a lowercase language tag such as "en"'),
        "texts": (
            _are_texts,
            "an object with a one-line title and message for each language tag",
        ),
        "announcement": (or_null(is_line), "one line of text or null"),
    }
)
