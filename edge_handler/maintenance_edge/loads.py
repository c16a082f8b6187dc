"""
Find what a page loads, with the kind of source that its policy (policy.py) must then allow. Pure.

    in a page                                             kind
    --------------------------------------------------    ------------------------------------------
    <img src>, srcset, poster, background, <image href>,  ASSET: an image, font, video or sound
    preload of such, url() in <style>, style= and SVG
    <link rel="icon">                                     ICON, allowed as an asset
    <link rel="stylesheet">, @import, preload as style    STYLE
    <script src>, modulepreload, preload as script        SCRIPT
    <link rel="manifest">, prefetch, preload as fetch     NEVER: no policy of ours allows it

It cannot see what scripts request.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from maintenance_edge.tags import Tag

ASSET: Final = "asset"
ICON: Final = "icon"
STYLE: Final = "style"
SCRIPT: Final = "script"
NEVER: Final = "never"

# They show another document, and are blocked whatever they load.
DOCUMENTS: Final = frozenset({"embed", "fencedframe", "frame", "iframe", "object", "portal"})

DATA: Final = "data:"
SELF: Final = "'self'"

_LINKS: Final = {
    "stylesheet": STYLE, "icon": ICON, "apple-touch-icon": ICON, "mask-icon": ICON,
    "apple-touch-icon-precomposed": ICON, "modulepreload": SCRIPT, "manifest": NEVER,
    "prefetch": NEVER, "prerender": NEVER,
}  # fmt: skip
_PRELOADS: Final = {
    "style": STYLE, "script": SCRIPT, "font": ASSET, "image": ASSET, "video": ASSET, "audio": ASSET,
    "track": ASSET,
}  # fmt: skip
_HREFS: Final = {"feimage": ASSET, "image": ASSET, "script": SCRIPT, "use": ASSET}
# SVG's presentation attributes that take url() (SVG 2, section 6.6).
_PAINTED: Final = frozenset(
    {"clip-path", "fill", "filter", "marker-end", "marker-mid", "marker-start", "mask", "stroke"}
)
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_TEXT: Final = r"""\s*(?:"([^"]*)"?|'([^']*)'?|([^\s"'();]*))"""
_IN_CSS: Final = re.compile(
    rf"@namespace\b[^;]*|(@import)\s*(?:url\()?{_TEXT}|\b(url)\({_TEXT}|\b(image-set)\(([^;{{}}]*)",
    re.IGNORECASE,
)
_IN_SET: Final = re.compile(rf"type\([^)]*|\burl\({_TEXT}|[\"']([^\"']+)[\"']?", re.IGNORECASE)
_CANDIDATE: Final = re.compile(r"[\s,]*(\S*[^\s,])[^,]*")
_ORIGIN: Final = re.compile(r"https://([^/?#]+)", re.IGNORECASE)


class Load:
    """
    A file that a page loads: its `url`, and the attribute or CSS function that `name`s it.

    `offset` is where it stands in the CSS that loads it, or after the start of its tag.
    """

    __slots__ = ("kind", "name", "offset", "url")

    def __init__(self, kind: str, name: str, url: str, offset: int = 0) -> None:
        self.kind: Final = kind
        self.name: Final = name
        self.url: Final = url
        self.offset: Final = offset

    @property
    def source(self) -> str:
        """
        Return the source that allows it: 'self', data: or an https origin; "" if nothing is loaded.

        Relative addresses, //host and other schemes have their own text, which no policy of ours
        allows.
        """
        url = re.sub(r"[\t\n\r]", "", self.url.strip("".join(map(chr, range(0x21)))))
        slashed = url.replace("\\", "/")
        if found := _ORIGIN.match(slashed):
            return f"https://{found[1].lower().removesuffix(':443')}"
        if slashed.startswith("/") and not slashed.startswith("//"):
            return SELF
        if url.startswith("#"):
            return ""
        return DATA if url[:5].lower() == DATA else url


def loads(tag: Tag, attributes: dict[str, str]) -> Iterator[Load]:
    """Give what a tag with these attributes loads, and the CSS in it."""
    if tag.name in DOCUMENTS:
        return
    if tag.name == "link":
        yield from _link_loads(attributes)
    for name, value in attributes.items():
        yield from _attribute_loads(tag.name, name, value)
    if tag.name == "style":
        for load in css_loads(tag.content):
            yield Load(load.kind, load.name, load.url, tag.end - tag.start + load.offset)


def _attribute_loads(tag_name: str, name: str, value: str) -> Iterator[Load]:
    if name == "src":
        yield Load(SCRIPT if tag_name == "script" else ASSET, name, value)
    elif name in {"poster", "background"}:
        yield Load(ASSET, name, value)
    elif name in {"srcset", "imagesrcset"}:
        yield from (Load(ASSET, name, url) for url in _CANDIDATE.findall(value))
    elif name in {"href", "xlink:href"} and tag_name in _HREFS:
        yield Load(_HREFS[tag_name], name, value)
    elif name == "style" or (name in _PAINTED and "url(" in value):
        yield from (Load(load.kind, f"{name} {load.name}", load.url) for load in css_loads(value))


def css_loads(rules: str) -> Iterator[Load]:
    """Give what CSS loads, each with its offset in `rules`."""
    # Most rules load nothing, and this is much faster than the search.
    lowered = rules.lower()
    if not any(name in lowered for name in ("url(", "@import", "image-set(")):
        return
    # The comments become as long blanks, so that offsets stay.
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), rules)
    for found in _IN_CSS.finditer(text):
        if found[1]:
            yield Load(STYLE, "@import", found[2] or found[3] or found[4] or "", found.start())
        elif found[5]:
            yield Load(ASSET, "url()", found[6] or found[7] or found[8] or "", found.start())
        elif found[9]:
            urls = ("".join(each) for each in _IN_SET.findall(found[10]))
            yield from (Load(ASSET, "image-set()", url, found.start()) for url in urls if url)


def _link_loads(attributes: dict[str, str]) -> Iterator[Load]:
    for rel in attributes.get("rel", "").lower().split():
        kind = _LINKS.get(rel)
        if rel == "preload":
            kind = _PRELOADS.get(attributes.get("as", "").lower(), NEVER)
        if kind:
            yield Load(kind, f'rel="{rel}"', attributes.get("href", ""))
