"""
Read the settings of what visitors read: languages, texts and announcement. Pure.

`defaults/texts.json` has every text in each of our languages:

    text                        stands
    ------------------------    -----------------------------------------------------------------
    title, title_with_name      in the heading; in the title of a page with a brand, for {name}
    message                     below the heading, unless there is an announcement
    planned_end, time_left      above the end, and above the countdown to it
    overdue                     in place of both, once the end has passed
    try_again, leave_open       on the link to the same address, and beside it
    checked                     below it, with the time since then for {ago}
    service_status, contact_us  on the links of the brand (brand.py)

The setting `texts` replaces some of them, or adds a language. The pages of a site's owner use as
many as they like.
"""

from __future__ import annotations

from types import MappingProxyType

from maintenance_edge.files import PackageError, parse_object
from maintenance_edge.rules import is_line, or_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from maintenance_edge.rules import Rules

    type Texts = Mapping[str, Mapping[str, str]]

DEFAULT_TEXTS: Final = "defaults/texts.json"
# How long each part of a language tag is.
_SUBTAG_CHARACTERS: Final = range(2, 9)

# Those that a page shows as they are; it has the others with what goes into them.
PHRASES: Final = (
    "planned_end", "time_left", "overdue", "try_again", "leave_open", "checked", "service_status",
    "contact_us",
)  # fmt: skip
NAMES: Final = ("title", "title_with_name", "message", *PHRASES)

# Languages, and below them scripts, that are written from right to left
# (IANA Language Subtag Registry; Unicode, UAX #9).
_RIGHT_TO_LEFT: Final = frozenset(
    {"ar", "arab", "ckb", "dv", "fa", "he", "hebr", "ps", "sd", "syr", "ug", "ur", "yi"}
)


class Text:
    """
    What visitors read in one language; `phrases` are those of NAMES that there are.

    `title` names the site, and `heading` is the title without that. `message_language` is that of
    an announcement, "" if it is unknown; None if the message is in the language of the page.
    """

    __slots__ = ("heading", "message", "message_language", "phrases", "title")

    def __init__(
        self,
        phrases: Mapping[str, str],
        name: str = "",
        announcement: str | None = None,
        message_language: str | None = None,
    ) -> None:
        with_name = phrases.get("title_with_name", "{name}: " + phrases["title"])
        self.phrases: Final = {name: phrases[name] for name in PHRASES if name in phrases}
        self.heading: Final = phrases["title"]
        self.title: Final = with_name.replace("{name}", name) if name else self.heading
        self.message: Final = announcement or phrases["message"]
        self.message_language: Final = message_language


def parse_texts(text: str) -> Texts:
    """Return the texts of defaults/texts.json by language; PackageError if they are unusable."""
    texts = parse_object(text, DEFAULT_TEXTS)
    if not _are_texts(texts):
        raise PackageError(f"{DEFAULT_TEXTS} must be {_TEXTS}.")
    return texts


def join_texts(replaced: Texts, defaults: Texts, label: str) -> Texts:
    """
    Return the texts of the languages in `replaced`, completed by the defaults; all defaults for {}.

    Raise PackageError, which calls the file `label`, if one has no title or no message.
    """
    if not replaced:
        return defaults
    joined = {tag: _join(texts, defaults.get(tag, {})) for tag, texts in replaced.items()}
    for tag, texts in joined.items():
        missing = [name for name in ("title", "message") if name not in texts]
        if missing:
            raise PackageError(
                f"{label}: 'texts' has no {' and no '.join(missing)} for {tag!r}: add it, because "
                f"{DEFAULT_TEXTS} has no {tag!r}."
            )
    return joined


def _join(replaced: Mapping[str, str], defaults: Mapping[str, str]) -> Mapping[str, str]:
    joined = {**defaults, **replaced}
    if "title" in replaced and "title_with_name" not in replaced:
        joined.pop("title_with_name", None)  # it would say something else than the title
    return joined


def direction(language: str) -> str:
    """Return "rtl" for the tag of a language that is written from right to left, else "ltr"."""
    return "ltr" if _RIGHT_TO_LEFT.isdisjoint(language.split("-")[:2]) else "rtl"


def is_language_tag(value: object) -> bool:
    """Return whether this is the tag of a language in lower case, such as pt-br."""
    # Compiling an expression for this takes longer than all of its uses in a cold start.
    if not isinstance(value, str) or not value.isascii() or value != value.lower():
        return False
    subtags = value.split("-")
    return subtags[0].isalpha() and all(
        each.isalnum() and len(each) in _SUBTAG_CHARACTERS for each in subtags
    )


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(map(is_language_tag, value))
        and all(map(_is_text, value.values()))
    )


def _is_text(value: object) -> bool:
    return (
        isinstance(value, dict) and value.keys() <= set(NAMES) and all(map(is_line, value.values()))
    )


_TEXTS: Final = (
    f"an object with one-line texts for each language tag, of those named {', '.join(NAMES)}"
)

_TAG: Final = 'a lowercase language tag such as "en"'

TEXT_RULES: Final[Rules] = MappingProxyType(
    {
        "language": (is_language_tag, _TAG),
        "texts": (_are_texts, _TEXTS),
        "announcement": (or_null(is_line), "one line of text or null"),
        "announcement_language": (or_null(is_language_tag), f"{_TAG}, or null"),
    }
)
