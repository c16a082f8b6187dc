"""
Read the settings, which are a file because Lambda@Edge has no environment variables. Pure.

    key                      meaning
    ---------------------    -------------------------------------------------------------------
    language                 tag of the language of page.html, which is the default
    texts                    title and message for each language; every language but the default
                             has a page.<language>.html
    announcement             replaces the message, in every language; or null
    until                    when the maintenance ends, ISO 8601 with offset; null if unknown
    retry_after_seconds      Retry-After while no end is known, or it has passed; 1 to 86400
    allowed_paths            path patterns that stay open, as CloudFront writes them; not all paths
    allowed_networks         viewers that may pass, in CIDR notation; together not all of IPv4
    cors_origins             origins whose scripts may read the response
    bypass_lifetime_hours    how long a bypass cookie lasts, 1 to 720

`defaults/settings.json` must have every key and no other, so that a misspelt one is found before it
is deployed. The site's page/settings.json and the announcement replace some values (overrides.py).
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType

from maintenance_edge.cors import ORIGIN, AllowedOrigins, allowed_origins
from maintenance_edge.files import PackageError, parse_object
from maintenance_edge.paths import AllowedPaths, allowed_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    from maintenance_edge.networks import AllowedNetworks

DEFAULT_SETTINGS: Final = "defaults/settings.json"
SITE_SETTINGS: Final = "page/settings.json"
ANNOUNCEMENT: Final = "announcement.json"

_LONGEST_RETRY_AFTER_SECONDS: Final = 86_400
_LONGEST_BYPASS_HOURS: Final = 720

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*")

# Control characters, line ends, and what changes the direction of the text that follows (Unicode
# categories Cc, Zl and Zp; UAX #9, section 2). No-break spaces, joiners and soft hyphens are part
# of ordinary texts. `parse_object` refuses lone surrogates.
_NOT_IN_A_LINE: Final = frozenset(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)))
)

# A comma or a blank joins two patterns by mistake; CloudFront's patterns have neither.
_NO_PATTERN: Final = re.compile(r"[/?]*\*[/?*]*|(?s:.*[,\s].*)")


class Text:
    """Title and message in one language."""

    __slots__ = ("message", "title")

    def __init__(self, title: str, message: str) -> None:
        self.title: Final = title
        self.message: Final = message


class Settings:
    """Valid settings; `texts` begins with the default language, `until` is Unix time."""

    __slots__ = (
        "allowed_networks",
        "allowed_origins",
        "allowed_paths",
        "bypass_lifetime_hours",
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
        allowed_paths: AllowedPaths,
        allowed_networks: AllowedNetworks | tuple[()],
        allowed_origins: AllowedOrigins,
        bypass_lifetime_hours: int,
    ) -> None:
        self.texts: Final = texts
        self.until: Final = until
        self.retry_after_seconds: Final = retry_after_seconds
        self.allowed_paths: Final = allowed_paths
        self.allowed_networks: Final = allowed_networks
        self.allowed_origins: Final = allowed_origins
        self.bypass_lifetime_hours: Final = bypass_lifetime_hours

    @property
    def default_language(self) -> str:
        """Return the tag of the default language."""
        return next(iter(self.texts))

    def text(self, language: str) -> Text:
        """Return the text in `language`, or in the default language if there is none."""
        return self.texts.get(language, self.texts[self.default_language])


def parse_settings(text: str, replaced: Mapping[str, Any] = MappingProxyType({})) -> Settings:
    """
    Return the settings of `defaults/settings.json`, with the values `replaced` in place of its own.

    Raise PackageError with every error. The functions below return valid `replaced`.
    """
    values = parse_object(text, DEFAULT_SETTINGS)
    _raise_if_any(DEFAULT_SETTINGS, _errors(values, _RULES, are_all_required=True))
    merged = {**values, **replaced}
    if merged["language"] not in merged["texts"]:
        label = SITE_SETTINGS if replaced.keys() & {"language", "texts"} else DEFAULT_SETTINGS
        _raise_if_any(label, [f"'texts' has no entry for the 'language' {merged['language']!r}"])
    return _settings(merged)


def parse_site_settings(text: str) -> dict[str, Any]:
    """Return the values that page/settings.json replaces; raise PackageError with every error."""
    values = parse_object(text, SITE_SETTINGS)
    _raise_if_any(SITE_SETTINGS, _errors(values, _RULES, are_all_required=False))
    return values


def parse_announcement(text: str) -> dict[str, Any]:
    """Return the values that announcement.json replaces; raise PackageError with every error."""
    values = parse_object(text, ANNOUNCEMENT)
    rules = {"message": _RULES["announcement"], "until": _RULES["until"]}
    _raise_if_any(ANNOUNCEMENT, _errors(values, rules, are_all_required=False))
    replaced = {"announcement": values.get("message"), "until": values.get("until")}
    return {key: value for key, value in replaced.items() if value is not None}


def _errors(
    values: Mapping[str, Any], rules: Mapping[str, Rule], *, are_all_required: bool
) -> list[str]:
    errors = [f"remove {key!r}, which is not a setting" for key in values if key not in rules]
    for key, (is_valid, expected) in rules.items():
        if key in values and not is_valid(values[key]):
            errors.append(f"{key!r} must be {expected}, not {json.dumps(values[key])}")
        if key not in values and are_all_required:
            errors.append(f"add the missing {key!r}, {expected}")
    return errors


def _raise_if_any(label: str, errors: list[str]) -> None:
    if errors:
        raise PackageError(f"{label}: {'; '.join(errors)}.")


def _settings(values: dict[str, Any]) -> Settings:
    languages = sorted(values["texts"], key=lambda language: language != values["language"])
    announced = {"message": values["announcement"]} if values["announcement"] else {}
    texts = {language: Text(**{**values["texts"][language], **announced}) for language in languages}
    until = values["until"]
    return Settings(
        texts=MappingProxyType(texts),
        until=_unix_time(until) if until else None,
        retry_after_seconds=values["retry_after_seconds"],
        allowed_paths=allowed_paths(values["allowed_paths"]),
        allowed_networks=_allowed_networks(values["allowed_networks"]),
        allowed_origins=allowed_origins(values["cors_origins"]),
        bypass_lifetime_hours=values["bypass_lifetime_hours"],
    )


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and _NOT_IN_A_LINE.isdisjoint(value)


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
        and all(map(_is_line, value.values()))
    )


def _is_instant(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        _unix_time(value)
    except (ValueError, OverflowError):
        return False
    return True


def _unix_time(text: str) -> float:
    """Return an instant as Unix time; raise ValueError or OverflowError if it is not one."""
    from datetime import UTC, datetime  # noqa: PLC0415 -- slow to load, needed only for an end

    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    # In UTC it may lie outside of the years that datetime has.
    return datetime.fromtimestamp(instant.timestamp(), UTC).timestamp()


def _is_whole_number(value: object, most: int) -> bool:
    # type(), because JSON's true is an int to isinstance.
    return type(value) is int and 1 <= value <= most


def _are_networks(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return value == []
    from maintenance_edge.networks import are_networks  # noqa: PLC0415 -- loads ipaddress

    return are_networks(value)


def _allowed_networks(values: list[str]) -> AllowedNetworks | tuple[()]:
    if not values:
        return ()
    from maintenance_edge.networks import allowed_networks  # noqa: PLC0415 -- loads ipaddress

    return allowed_networks(values)


def _is_path_pattern(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and not _NO_PATTERN.fullmatch(value)


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and bool(value == "*" or ORIGIN.fullmatch(value))


def _each(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(is_valid, value))


def _or_null(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or is_valid(value)


type Rule = tuple[Callable[[object], bool], str]

_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "language": (_is_tag, 'a lowercase language tag such as "en"'),
        "texts": (
            _are_texts,
            "an object with a one-line title and message for each language tag",
        ),
        "announcement": (_or_null(_is_line), "one line of text or null"),
        "until": (_or_null(_is_instant), 'a time with offset such as "2026-12-01T04:00Z" or null'),
        "retry_after_seconds": (
            lambda value: _is_whole_number(value, _LONGEST_RETRY_AFTER_SECONDS),
            f"a whole number from 1 to {_LONGEST_RETRY_AFTER_SECONDS}",
        ),
        "allowed_paths": (
            _each(_is_path_pattern),
            (
                "a list of path patterns that begin with '/', are more than wildcards and have no "
                "comma or blank"
            ),
        ),
        "allowed_networks": (
            _are_networks,
            (
                'a list of networks in CIDR notation such as "192.0.2.0/24", without host bits, '
                "that do not cover all of IPv4"
            ),
        ),
        "cors_origins": (
            _each(_is_origin),
            'a list of origins such as "https://app.example.com", "https://*.example.com" or "*"',
        ),
        "bypass_lifetime_hours": (
            lambda value: _is_whole_number(value, _LONGEST_BYPASS_HOURS),
            f"a whole number from 1 to {_LONGEST_BYPASS_HOURS}",
        ),
    }
)
