"""
What the store should have: the pages that could be rendered, completed by what it has. Pure.

    could not be had               the store keeps
    -----------------------------  -------------------------------------------------------------
    the default page and settings  its own; if it has no complete one, the packaged ones
    the page of a closure          its own of the same message and end; if its default page is the
                                   packaged one, that with the announcement; else the default page
    the bypass tokens              its own
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

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

    `fallback` then is the packaged page, for a store that has none, and `fallback_periods` have
    that page with their announcements. The errors say why.
    """

    site: RenderedSite | None
    periods: tuple[DesiredPeriod, ...]
    tokens: Mapping[str, str] | None = None
    fallback: RenderedSite | None = None
    fallback_periods: tuple[DesiredPeriod, ...] = ()
    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def desired_store(pages: RenderedPages, keys: Mapping[str, str]) -> DesiredStore | None:
    """
    Return what a store with these keys should have, by the table of this module.

    Returns None if there is no page at all, not even in the store.
    """
    stored = _stored_site(keys)
    site = pages.site or stored or pages.fallback
    if site is None:
        return None
    periods = pages.periods
    if pages.site is None:
        periods = _kept_periods(pages, stored, keys)
    tokens = pages.tokens
    if tokens is None:
        tokens = tokens_of(keys)
    return DesiredStore(site.languages, site.default, periods, {**site.settings, **tokens})


def tokens_of(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of bypass tokens among those of a store."""
    return {key: value for key, value in keys.items() if key.startswith(_TOKEN)}


def _kept_periods(
    pages: RenderedPages, stored: RenderedSite | None, keys: Mapping[str, str]
) -> tuple[DesiredPeriod, ...]:
    """Return the periods with the pages that can be had while the owner's cannot."""
    packaged = pages.fallback.default.rendering if pages.fallback else None
    if stored is None or stored.default.rendering == packaged:
        return pages.fallback_periods
    state = decode_state(keys[STATE_KEY])
    held = {
        (each.message, each.ends): _stored_rendering(each.rendering, keys)
        for each in (state.periods if state else ())
        if is_complete(keys, each.rendering, stored.languages)
    }
    return tuple(
        replace(each, answers=each.answers or held.get((each.message, each.ends)))
        for each in pages.periods
    )


def _stored_rendering(rendering: str, keys: Mapping[str, str]) -> RenderedKeys:
    prefix = f"{rendering}."
    found = {key: value for key, value in keys.items() if key.startswith(prefix)}
    return RenderedKeys(rendering, found)


def _stored_site(keys: Mapping[str, str]) -> RenderedSite | None:
    """Return the page and the settings that the store has, None if they are not complete."""
    state = decode_state(keys.get(STATE_KEY, ""))
    if state is None or not state.languages:
        return None
    if not is_complete(keys, state.default, state.languages):
        return None
    settings = {
        key: value
        for key, value in keys.items()
        if is_access_key(key) and not key.startswith(_TOKEN)
    }
    return RenderedSite(state.languages, _stored_rendering(state.default, keys), settings)
