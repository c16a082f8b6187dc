"""
What the store should have: the pages that could be rendered, completed by what it has. Pure.

    could not be had               the store keeps
    -----------------------------  -------------------------------------------------------------
    the default page and settings  its own; if it has no complete one, the packaged ones
    the bypass tokens              its own
"""

from collections.abc import Mapping

from msgspec import Struct

from maintenance.standby.access import is_access_key
from maintenance.standby.layout import RenderedKeys, is_complete
from maintenance.standby.plan import DesiredPeriod, DesiredStore
from maintenance.standby.state import STATE_KEY, decode_state

_TOKEN = "t."  # noqa: S105 - the prefix of a key


class RenderedSite(Struct, frozen=True):
    """The default page, and the keys of the settings and the networks."""

    languages: tuple[str, ...]
    default: RenderedKeys
    settings: Mapping[str, str]


class RenderedPages(Struct, frozen=True):
    """
    What was rendered for the periods; `site` and `tokens` are None if they could not be had.

    `fallback` then is the packaged page, for a store that has none. The errors say why.
    """

    site: RenderedSite | None
    periods: tuple[DesiredPeriod, ...]
    tokens: Mapping[str, str] | None = None
    fallback: RenderedSite | None = None
    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def desired_store(pages: RenderedPages, keys: Mapping[str, str]) -> DesiredStore | None:
    """
    Return what a store with these keys should have, by the table of this module.

    Returns None if there is no page at all, not even in the store.
    """
    site = pages.site or _stored_site(keys) or pages.fallback
    if site is None:
        return None
    tokens = pages.tokens
    if tokens is None:
        tokens = tokens_of(keys)
    return DesiredStore(site.languages, site.default, pages.periods, {**site.settings, **tokens})


def tokens_of(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of bypass tokens among those of a store."""
    return {key: value for key, value in keys.items() if key.startswith(_TOKEN)}


def _stored_site(keys: Mapping[str, str]) -> RenderedSite | None:
    """Return the page and the settings that the store has, None if they are not complete."""
    state = decode_state(keys.get(STATE_KEY, ""))
    if state is None or not state.languages:
        return None
    if not is_complete(keys, state.default, state.languages):
        return None
    prefix = f"{state.default}."
    page = {key: value for key, value in keys.items() if key.startswith(prefix)}
    settings = {
        key: value
        for key, value in keys.items()
        if is_access_key(key) and not key.startswith(_TOKEN)
    }
    return RenderedSite(state.languages, RenderedKeys(state.default, page), settings)
