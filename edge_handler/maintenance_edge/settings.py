"""
Read the settings, which are a file because Lambda@Edge has no environment variables. Pure.

    key                      meaning
    ---------------------    -------------------------------------------------------------------
    language                 tag of the default language
    texts                    what replaces defaults/texts.json, by language; with {} all languages
                             there are served, or else those named here
    brand                    name, logo, colour and links of the site (brand.py)
    announcement             replaces the message, in every language; or null
    announcement_language    language of announcements, for screen readers; null if it is unknown
    until                    when the maintenance ends, ISO 8601 with offset; null if unknown
    retry_after_seconds      Retry-After while no end is known, or it has passed; 1 to 86400
    retry_after_max_seconds  the most that Retry-After says, however far the end is; 1 to 86400
    allowed_paths            path patterns that stay open, as CloudFront writes them; not all paths
    rewrite                  how to rewrite the path of what passes: "directory-index",
                             "single-page", or null for not at all
    rewrite_except_paths     path patterns that are not rewritten
    allowed_networks         viewers that may pass, in CIDR notation; together not all of IPv4
    asset_origins            origins from which pages may load images, fonts and style sheets
    page_scripts             whether pages may load script files, from them and from allowed_paths
    cors_origins             origins whose scripts may read the response

`defaults/settings.json` must have every key and no other, so that a misspelt one is found before it
is deployed. The site's page/settings.json and the announcement replace some values (overrides.py).
Only an announcement has `from`, in the form of `until`: before it every request passes.

Each subject's module has the rules of its own keys, and reads them: texts.py, retry_after.py,
paths.py, rewrite.py, networks.py, policy.py, cors.py. This one puts them together.
"""

from __future__ import annotations

from types import MappingProxyType

from maintenance_edge.cors import CORS_RULES, allowed_origins
from maintenance_edge.files import PackageError, parse_object
from maintenance_edge.negotiation import preferred_language
from maintenance_edge.paths import PATH_RULES, allowed_paths
from maintenance_edge.policy import SOURCE_RULES, PageSources
from maintenance_edge.retry_after import RETRY_AFTER_RULES, read_instant
from maintenance_edge.rewrite import REWRITE_RULES, read_rewrite
from maintenance_edge.rules import check_values, join_rules
from maintenance_edge.texts import TEXT_RULES, Text, join_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from maintenance_edge.brand import Brand
    from maintenance_edge.cors import AllowedOrigins
    from maintenance_edge.networks import AllowedNetworks
    from maintenance_edge.paths import AllowedPaths
    from maintenance_edge.rules import Rules
    from maintenance_edge.texts import Texts

DEFAULT_SETTINGS: Final = "defaults/settings.json"
SITE_SETTINGS: Final = "page/settings.json"
ANNOUNCEMENT: Final = "announcement.json"


class Settings:
    """
    Valid settings; `texts` begins with the default language.

    `begins` and `until` are Unix time; `begins` is 0 without `from`.
    """

    __slots__ = (
        "allowed_networks",
        "allowed_origins",
        "allowed_paths",
        "begins",
        "brand",
        "page_sources",
        "retry_after_max_seconds",
        "retry_after_seconds",
        "rewrite",
        "texts",
        "until",
    )

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.brand: Final = _brand(values)
        self.texts: Final[Mapping[str, Text]] = _texts(values, self.brand)
        self.begins: Final[float] = read_instant(values.get("from")) or 0.0
        self.until: Final[float | None] = read_instant(values["until"])
        self.retry_after_seconds: Final[int] = values["retry_after_seconds"]
        self.retry_after_max_seconds: Final[int] = values["retry_after_max_seconds"]
        self.allowed_paths: Final[AllowedPaths] = allowed_paths(values["allowed_paths"])
        self.rewrite: Final = read_rewrite(values)
        self.allowed_networks: Final = _allowed_networks(values["allowed_networks"])
        self.page_sources: Final = PageSources(values)
        self.allowed_origins: Final[AllowedOrigins] = allowed_origins(values["cors_origins"])

    @property
    def default_language(self) -> str:
        """Return the tag of the default language."""
        return next(iter(self.texts))

    def text_language(self, language: str) -> str:
        """Return the language of the text for `language`: of es-mx es, or else the default one."""
        return preferred_language(language, tuple(self.texts))

    def text(self, language: str) -> Text:
        """Return the text for `language`."""
        return self.texts[self.text_language(language)]


def parse_settings(
    text: str,
    replaced: Mapping[str, Any] = MappingProxyType({}),
    texts: Texts = MappingProxyType({}),
) -> Settings:
    """
    Return the settings of `defaults/settings.json`, with the values `replaced` in place of its own.

    `texts` are those of defaults/texts.json. Raise PackageError with every error. The functions
    below return valid `replaced`.
    """
    values = parse_object(text, DEFAULT_SETTINGS)
    check_values(DEFAULT_SETTINGS, values, _RULES, are_all_required=True)
    merged = {**values, **replaced}
    label = SITE_SETTINGS if replaced.keys() & {"language", "texts"} else DEFAULT_SETTINGS
    merged["texts"] = join_texts(merged["texts"], texts, label)
    if merged["language"] not in merged["texts"]:
        raise PackageError(
            f"{label}: 'texts' has no entry for the 'language' {merged['language']!r}."
        )
    return Settings(merged)


def parse_site_settings(text: str) -> dict[str, Any]:
    """Return the values that page/settings.json replaces; raise PackageError with every error."""
    values = parse_object(text, SITE_SETTINGS)
    check_values(SITE_SETTINGS, values, _RULES)
    return values


def parse_announcement(text: str) -> dict[str, Any]:
    """Return the values that announcement.json replaces; raise PackageError with every error."""
    values = parse_object(text, ANNOUNCEMENT)
    instant = _RULES["until"]
    rules = {"message": _RULES["announcement"], "from": instant, "until": instant}
    check_values(ANNOUNCEMENT, values, rules)
    names = {"message": "announcement"}
    return {names.get(key, key): value for key, value in values.items() if value is not None}


def _brand(values: Mapping[str, Any]) -> Brand | None:
    if not values["brand"]:
        return None
    from maintenance_edge.brand import Brand  # noqa: PLC0415 -- many sites have none

    return Brand(values["brand"], values["language"])


def _brand_rules() -> Rules:
    from maintenance_edge.brand import BRAND_RULES  # noqa: PLC0415 -- many sites have none

    return BRAND_RULES


def _texts(values: Mapping[str, Any], brand: Brand | None) -> Mapping[str, Text]:
    """Return the texts by language, the default one first; an announcement is every message."""
    languages = sorted(values["texts"], key=lambda language: language != values["language"])
    announced_in = (values["announcement_language"] or "") if values["announcement"] else None
    texts = {
        language: Text(
            values["texts"][language],
            brand.text("name", language) if brand else "",
            values["announcement"],
            None if announced_in == language else announced_in,
        )
        for language in languages
    }
    return MappingProxyType(texts)


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


_NETWORK_RULES: Final[Rules] = MappingProxyType(
    {
        "allowed_networks": (
            _are_networks,
            (
                'a list of networks in CIDR notation such as "192.0.2.0/24", without host bits, '
                "that do not cover all of IPv4"
            ),
        ),
    }
)

_RULES: Final = join_rules(
    TEXT_RULES,
    {"brand": _brand_rules},
    RETRY_AFTER_RULES,
    PATH_RULES,
    REWRITE_RULES,
    _NETWORK_RULES,
    SOURCE_RULES,
    CORS_RULES,
)
