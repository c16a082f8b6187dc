"""
Recognize the source of a template engine, which visitors would read as it stands. Pure.

A page under page/ is served as it is, apart from our placeholders (page.py): no engine fills in
`{% if %}` or `<?php ?>`. Each row names engines, and what only their source has. What JavaScript
and CSS could have too counts only outside of <script> and <style>. `{{ ... }}` is not here: what
is no placeholder of ours is an error of page.py, with the names that are.
"""

from __future__ import annotations

import re

from maintenance_edge.page_policy import is_style_or_handler
from maintenance_edge.tags import tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

_ANYWHERE: Final = (
    ("PHP", r"<\?(?:php\b|=)"),
    ("ERB, EJS, JSP or ASP", r"<%"),
    ("Jinja, Liquid, Twig or Django", r"\{%[-+]?(?:\s+\w|(?:if|for|block|extends|include)\b)"),
    ("Handlebars or Mustache", r"\{\{(?:\{|[#/^>&!~])"),
    ("Go", r"\{\{-?\s*(?:\.|(?:define|template|block|end|range|with)\b)"),
    ("Server Side Includes", r"<!--#\w"),
    ("Create React App, Vite or SvelteKit", r"%(?:PUBLIC_URL|VITE_\w+|sveltekit\.\w+)%"),
)
_IN_MARKUP: Final = (
    ("Blade", r"\{!!|(?<![\w.])@(?:extends|section|yield|include|if|foreach|lang|csrf)\b"),
    (
        "Razor",
        r"(?<![\w.])@(?:model\b|Model\.|Html\.|Url\.|ViewBag|ViewData|Render(?:Body|Section))",
    ),
    ("Thymeleaf", r"\bth:[a-z]+="),
    ("JSP", r"<(?:jsp|c|fmt):\w"),
    ("FreeMarker", r"<#(?:if|list|assign|include|import|macro)\b"),
    ("Smarty", r"\{\$\w[^{}\n]*\}|\{(?:include|extends)\s+file="),
    ("ColdFusion", r"<cf(?:set|output|if|include)\b"),
    ("Svelte", r"\{(?:#if|#each|@html)\b"),
    ("JSP, FreeMarker or envsubst", r"\$\{\w[\w.]*\}"),
    ("Cloudflare's error pages", r"::[A-Z]{3,}[A-Z0-9_]*::"),
)
_SHOWN_CHARACTERS: Final = 30


def template_errors(page: str, label: str) -> tuple[str, ...]:
    """Return a sentence that names the engine and the first line of its source; () for HTML."""
    found = [*_found(page, _ANYWHERE), *_found(_without_code(page), _IN_MARKUP)]
    if not found:
        return ()
    offset, engine = min(found)
    line = page.count("\n", 0, offset) + 1
    shown = page[offset : offset + _SHOWN_CHARACTERS].partition("\n")[0].strip()
    error = (
        f"{label}, line {line}: {shown!r} is the source of a template ({engine}), and no engine "
        "fills it in here: upload the page that the engine makes of it."
    )
    return (error,)


def _found(page: str, engines: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    for engine, pattern in engines:
        if first := re.search(pattern, page):
            yield first.start(), engine


def _without_code(page: str) -> str:
    """
    Return the page with blanks for its scripts and styles, so that offsets stay.

    A tag with a template literal in onclick= or the like is blank as well.
    """
    parts, position = [], 0
    for tag in tags(page):
        if tag.name in {"script", "style"} and tag.content:
            parts += [page[position : tag.end], " " * len(tag.content)]
            position = tag.end + len(tag.content)
        elif "`" in page[tag.start : tag.end] and any(map(is_style_or_handler, tag.attributes())):
            parts += [page[position : tag.start], " " * (tag.end - tag.start)]
            position = tag.end
    return "".join((*parts, page[position:]))
