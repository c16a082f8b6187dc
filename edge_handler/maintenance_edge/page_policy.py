"""
Write a page's Content-Security-Policy: what the page itself needs, and nothing more. Pure.

    the page has                          the policy allows
    ----------------------------------    ----------------------------------------------------------
    <style>, <script>                     each by its hash
    style=, onclick=                      each by its hash, with 'unsafe-hashes' (CSP 3, 8.3)
    "data:"                               images, fonts, video and sound that are in the page itself
    files of its own site                 'self': only the paths that stay open answer with them
    files of origins in `asset_origins`   those origins
    script files                          the same two, if the setting `page_scripts` is true
    anything                              requests of its scripts to its own site

A message cannot change the policy, which is written for the page without it. So what a message
could add or change would not run.

Our own page needs no search (`policy_of_our_page`), so a cold start without a page of the site's
own does not load this module, nor those that it needs.
"""

from __future__ import annotations

import re

from maintenance_edge.loads import ASSET, DATA, ICON, SCRIPT, SELF, STYLE, loads
from maintenance_edge.policy import NO_SOURCES, hashes, write_policy
from maintenance_edge.tags import content_in_svg, telling_tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from maintenance_edge.policy import PageSources
    from maintenance_edge.tags import Tag

_EVENT: Final = re.compile(r"on[a-z]+")


class MessageAsCode(ValueError):
    """{{message}} is in a <style>, a <script>, style= or onclick= of the page."""


class _Needs:
    """What a page has of the table above; each text and each source once, in its order."""

    __slots__ = ("handlers", "scripts", "sources", "style_attributes", "styles")

    def __init__(self, page: str) -> None:
        self.styles: Final[dict[str, None]] = {}
        self.style_attributes: Final[dict[str, None]] = {}
        self.scripts: Final[dict[str, None]] = {}
        self.handlers: Final[dict[str, None]] = {}
        self.sources: Final[dict[str, set[str]]] = {ASSET: set(), STYLE: set(), SCRIPT: set()}
        for tag in telling_tags(page):
            self._add(tag)

    def have_message(self) -> bool:
        """Return whether a message would be part of script or style."""
        texts = (self.styles, self.style_attributes, self.scripts, self.handlers)
        return any("{{message}}" in text for each in texts for text in each)

    def _add(self, tag: Tag) -> None:
        attributes = tag.attributes()
        if tag.name == "style" or (tag.name == "script" and "src" not in attributes):
            texts = self.styles if tag.name == "style" else self.scripts
            texts[tag.content] = texts[content_in_svg(tag.content)] = None
        for name, value in attributes.items():
            if name == "style":
                self.style_attributes[value] = None
            elif _EVENT.fullmatch(name):
                self.handlers[value] = None
        for load in loads(tag, attributes):
            kind = ASSET if load.kind == ICON else load.kind
            if load.source != DATA and kind in self.sources:
                self.sources[kind].add(load.source)


def is_style_or_handler(name: str) -> bool:
    """Return whether the attribute `name` has rules or code in it, which the policy hashes."""
    return name == "style" or bool(_EVENT.fullmatch(name))


def content_security_policy(page: str, allowed: PageSources = NO_SOURCES) -> str:
    """
    Return the policy of `page`, which has its placeholders filled apart from {{message}}.

    Raise MessageAsCode if that would be part of a script or style.
    """
    needs = _Needs(page)
    if needs.have_message():
        raise MessageAsCode
    in_page = (DATA,) if DATA in page.lower() else ()
    # A style sheet of one's own may name images and fonts.
    assets = (*in_page, *_sources(needs.sources[ASSET] | needs.sources[STYLE], allowed))
    style_files = _sources(needs.sources[STYLE], allowed)
    script_files = _sources(needs.sources[SCRIPT], allowed) if allowed.are_scripts_allowed else ()
    return write_policy(
        styles=hashes(needs.styles, needs.style_attributes) + style_files,
        scripts=hashes(needs.scripts, needs.handlers) + script_files,
        assets=assets,
    )


def _sources(found: set[str], allowed: PageSources) -> tuple[str, ...]:
    own = (SELF,) if SELF in found else ()
    return (*own, *allowed.origins) if not found.isdisjoint(allowed.origins) else own
