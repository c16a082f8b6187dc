# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Read `page_settings.json`, a file because Lambda@Edge has no environment variables. Pure.

    key                      meaning
    ---------------------    -------------------------------------------------------------------
    language                 tag of the language of page.html, which is also the default
    texts                    for each language its title and message; all but the default
                             language have a page.<language>.html
    announcement             said in place of the message, in every language; or null
    until                    when the maintenance ends, ISO 8601 with offset; or null if unknown
    retry_after_seconds      Retry-After while no end is known, or it has passed; 1 to 86400
    allowed_paths            path patterns that stay open, as CloudFront writes them; not all paths
    allowed_networks         viewers that may enter, in CIDR notation; together not all of IPv4
    cors_origins             origins whose scripts may read the answer
    bypass_lifetime_hours    how long a bypass cookie lasts, 1 to 720

Every key is required and no other is known, so a misspelt one is found before it is deployed. What
the owner of the site says in page/settings.json, and the switch or a window in announcement.json,
replaces some of the values (own_files.py).
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType

from cors import ORIGIN, AllowedOrigins, allowed_origins
from paths import OpenPaths, open_paths
from text_files import SettingsError, parse_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    from networks import OpenNetworks

PACKAGE_SETTINGS: Final = "page_settings.json"
OWN_SETTINGS: Final = "page/settings.json"
ANNOUNCEMENT: Final = "announcement.json"

LONGEST_RETRY_AFTER_SECONDS: Final = 86_400
LONGEST_BYPASS_HOURS: Final = 720

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*")

# Control characters, line ends, and what turns the direction of text that follows (Unicode
# categories Cc, Zl and Zp; UAX #9, section 2). No-break spaces, joiners and soft hyphens are part
# of ordinary texts. Half characters were refused with the JSON.
_UNFIT_FOR_A_LINE: Final = frozenset(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)))
)

_ONLY_WILDCARDS: Final = re.compile(r"[/?]*\*[/?*]*")


class Text:
    """What the answer says in one language."""

    __slots__ = ("message", "title")

    def __init__(self, title: str, message: str) -> None:
        self.title: Final = title
        self.message: Final = message


class PageSettings:
    """The settings, checked; the default language is the first of `texts`, `until` is Unix time."""

    __slots__ = (
        "allowed_origins",
        "bypass_lifetime_hours",
        "open_networks",
        "open_paths",
        "retry_after_seconds",
        "texts",
        "until",
    )

    def __init__(  # noqa: PLR0913 -- a member each
        self,
        *,
        texts: Mapping[str, Text],
        until: float | None,
        retry_after_seconds: int,
        open_paths: OpenPaths,
        open_networks: OpenNetworks | tuple[()],
        allowed_origins: AllowedOrigins,
        bypass_lifetime_hours: int,
    ) -> None:
        self.texts: Final = texts
        self.until: Final = until
        self.retry_after_seconds: Final = retry_after_seconds
        self.open_paths: Final = open_paths
        self.open_networks: Final = open_networks
        self.allowed_origins: Final = allowed_origins
        self.bypass_lifetime_hours: Final = bypass_lifetime_hours

    @property
    def language(self) -> str:
        """Return the tag of the default language."""
        return next(iter(self.texts))

    def text(self, language: str) -> Text:
        """Return what is said in `language`; a language without texts speaks the default one."""
        return self.texts.get(language, self.texts[self.language])


def parse_settings(text: str, replacing: Mapping[str, Any] = MappingProxyType({})) -> PageSettings:
    """
    Return the settings that page_settings.json holds, with the values of `replacing` in.

    Raise SettingsError naming every fault; `replacing` was read by the functions below.
    """
    values = parse_object(text, PACKAGE_SETTINGS)
    _refuse(PACKAGE_SETTINGS, _faults(values, _CHECKS, are_all_required=True))
    merged = {**values, **replacing}
    if merged["language"] not in merged["texts"]:
        called = OWN_SETTINGS if replacing.keys() & {"language", "texts"} else PACKAGE_SETTINGS
        _refuse(called, [f"'texts' has none for {merged['language']!r}, the 'language': add it"])
    return _settings(merged)


def parse_own_settings(text: str) -> dict[str, Any]:
    """Return the values that page/settings.json replaces; raise SettingsError naming each fault."""
    values = parse_object(text, OWN_SETTINGS)
    _refuse(OWN_SETTINGS, _faults(values, _CHECKS, are_all_required=False))
    return values


def parse_announcement(text: str) -> dict[str, Any]:
    """Return the values that announcement.json replaces; raise SettingsError naming each fault."""
    values = parse_object(text, ANNOUNCEMENT)
    checks = {"message": _CHECKS["announcement"], "until": _CHECKS["until"]}
    _refuse(ANNOUNCEMENT, _faults(values, checks, are_all_required=False))
    said = {"announcement": values.get("message"), "until": values.get("until")}
    return {key: value for key, value in said.items() if value is not None}


def _faults(
    values: Mapping[str, Any], checks: Mapping[str, Check], *, are_all_required: bool
) -> list[str]:
    faults = [f"{key!r} is not a setting, remove it" for key in values if key not in checks]
    for key, (is_valid, wanted) in checks.items():
        if key in values and not is_valid(values[key]):
            faults.append(f"{key!r} must be {wanted}, not {json.dumps(values[key])}")
        if key not in values and are_all_required:
            faults.append(f"{key!r} is missing, add {wanted}")
    return faults


def _refuse(called: str, faults: list[str]) -> None:
    if faults:
        raise SettingsError(f"{called}: {'; '.join(faults)}.")


def _settings(values: dict[str, Any]) -> PageSettings:
    languages = sorted(values["texts"], key=lambda language: language != values["language"])
    said = {"message": values["announcement"]} if values["announcement"] else {}
    texts = {language: Text(**{**values["texts"][language], **said}) for language in languages}
    until = values["until"]
    return PageSettings(
        texts=MappingProxyType(texts),
        until=_unix_time(until) if until else None,
        retry_after_seconds=values["retry_after_seconds"],
        open_paths=open_paths(values["allowed_paths"]),
        open_networks=_open_networks(values["allowed_networks"]),
        allowed_origins=allowed_origins(values["cors_origins"]),
        bypass_lifetime_hours=values["bypass_lifetime_hours"],
    )


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and _UNFIT_FOR_A_LINE.isdisjoint(value)


def _is_tag(value: object) -> bool:
    return isinstance(value, str) and bool(LANGUAGE_TAG.fullmatch(value))


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(map(_is_tag, value))
        and all(
            isinstance(text, dict)
            and text.keys() == {"title", "message"}
            and all(map(_is_line, text.values()))
            for text in value.values()
        )
    )


def _is_instant(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        _unix_time(value)
    except (ValueError, OverflowError):
        return False
    return True


def _unix_time(written: str) -> float:
    """Return an instant as Unix time; raise ValueError or OverflowError for what is none."""
    from datetime import UTC, datetime  # noqa: PLC0415 -- while no end is known, no start pays for it

    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError(f"{written} has no offset")
    # The calendar ends: an offset can lead out of it.
    return datetime.fromtimestamp(instant.timestamp(), UTC).timestamp()


def _is_whole(value: object, most: int) -> bool:
    # type(), because JSON's true is an int to isinstance.
    return type(value) is int and 1 <= value <= most


def _are_networks(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return value == []
    from networks import are_networks  # noqa: PLC0415 -- where there are none, no start pays for it

    return are_networks(value)


def _open_networks(written: list[str]) -> OpenNetworks | tuple[()]:
    if not written:
        return ()
    from networks import open_networks  # noqa: PLC0415 -- where there are none, no start pays for it

    return open_networks(written)


def _is_path_pattern(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and not _ONLY_WILDCARDS.fullmatch(value)


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and bool(value == "*" or ORIGIN.fullmatch(value))


def _each(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(is_valid, value))


def _or_null(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or is_valid(value)


type Check = tuple[Callable[[object], bool], str]

_CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "language": (_is_tag, 'a lowercase language tag such as "en"'),
        "texts": (
            _are_texts,
            "an object of language tags, each with one line as title and message",
        ),
        "announcement": (_or_null(_is_line), "one line of text or null"),
        "until": (_or_null(_is_instant), 'an instant with offset, "2026-12-01T04:00Z", or null'),
        "retry_after_seconds": (
            lambda value: _is_whole(value, LONGEST_RETRY_AFTER_SECONDS),
            f"a whole number from 1 to {LONGEST_RETRY_AFTER_SECONDS}",
        ),
        "allowed_paths": (
            _each(_is_path_pattern),
            "a list of path patterns that begin with '/' and are more than wildcards",
        ),
        "allowed_networks": (
            _are_networks,
            'a list of networks in CIDR notation without host bits, "192.0.2.0/24", not everybody',
        ),
        "cors_origins": (
            _each(_is_origin),
            'a list of origins, "https://app.example.com", "https://*.example.com" or "*"',
        ),
        "bypass_lifetime_hours": (
            lambda value: _is_whole(value, LONGEST_BYPASS_HOURS),
            f"a whole number from 1 to {LONGEST_BYPASS_HOURS}",
        ),
    }
)
