"""
Take out of a page what it does without, and write its addresses in full. Pure.

    in the page                                       becomes
    ----------------------------------------------    ----------------------------------------------
    <base href="/...">                                nothing; relative addresses become whole paths
    <meta http-equiv="Content-Security-Policy">       nothing: the response has a policy
    a script or <noscript> of an analytics or chat    nothing: it would load a script from there
      service that everybody knows (_SERVICES)
    //host/path, in what the page loads               https://host/path
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from maintenance_edge.loads import loads
from maintenance_edge.tags import Tag, tags

_SERVICES = (
    "bat.bing.com", "cdn.heapanalytics.com", "cdn.mxpnl.com", "cdn.segment.com", "clarity.ms",
    "client.crisp.chat", "connect.facebook.net", "embed.tawk.to", "google-analytics.com",
    "googletagmanager.com", "hs-scripts.com", "intercom.io", "mc.yandex.ru", "plausible.io",
    "px.ads.linkedin.com", "snap.licdn.com", "static.cloudflareinsights.com", "static.hotjar.com",
    "static.zdassets.com", "www.facebook.com/tr",
)  # fmt: skip
_SERVICE = re.compile("|".join(map(re.escape, _SERVICES)))
# The second half of Google's tag, which only fills a queue for the first.
_QUEUE = re.compile(r"\bgtag\s*\(|\bdataLayer\b")
# A snippet is short; a larger script does more than load another.
_LONGEST_SNIPPET = 3_000
_NOSCRIPT = re.compile(r"<noscript\b[^>]*>(.*?)(?:</noscript\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_RELATIVE = re.compile(r"(?!(?:[a-z][a-z0-9+.-]*:|[/\\#?]))\S", re.IGNORECASE)
_ADDRESSES = ("href", "poster", "src")


def reduce_page(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the page by the table of this module, and a sentence for each step."""
    steps: list[str] = []
    found = [*_services(text, steps), *_policies(text, steps)]
    text = _replaced(text, [(start, end, "") for start, end in found])
    with_https = _replaced(text, list(_with_https(text)))
    if with_https != text:
        steps.append("wrote https: before addresses that begin with //")
    text = with_https
    base = next((tag for tag in tags(text) if tag.name == "base" and not tag.is_end), None)
    folder = base.attributes().get("href", "") if base else ""
    if base is None or not folder.startswith("/") or folder.startswith("//"):
        return text, tuple(dict.fromkeys(steps))
    steps.append(f"left out <base> ({folder}): addresses are whole paths")
    changes = [*_whole_paths(text, folder), (base.start, base.end, "")]
    return _replaced(text, changes), tuple(dict.fromkeys(steps))


def _services(text: str, steps: list[str]) -> Iterator[tuple[int, int]]:
    for found in _NOSCRIPT.finditer(text):
        if service := _SERVICE.search(found[1]):
            steps.append(_without(service[0]))
            yield found.span()
    for tag in tags(text):
        if tag.name != "script" or tag.is_end or len(tag.content) > _LONGEST_SNIPPET:
            continue
        source = tag.attributes().get("src", "") or tag.content
        service = _SERVICE.search(source)
        if service or _QUEUE.search(source):
            steps.append(_without(service[0] if service else "its queue"))
            yield tag.start, end_of(tag, text)


def _without(service: str) -> str:
    return f"left out what loads a script from {service}"


def _policies(text: str, steps: list[str]) -> Iterator[tuple[int, int]]:
    for tag in tags(text):
        policy = tag.attributes().get("http-equiv", "").lower() == "content-security-policy"
        if tag.name == "meta" and policy:
            steps.append("left out <meta> with a policy: the response has one")
            yield tag.start, tag.end


def _whole_paths(text: str, folder: str) -> Iterator[tuple[int, int, str]]:
    for tag in tags(text):
        written = text[tag.start : tag.end]
        for name, value in tag.raw_attributes().items():
            if name in _ADDRESSES and _RELATIVE.match(value) and tag.name != "base":
                path = posixpath.normpath(posixpath.join(posixpath.dirname(folder), value))
                path = path.replace("\\", r"\\")
                attribute = rf"""(\b{name}\s*=\s*["']?){re.escape(value)}"""
                written = re.sub(attribute, rf"\g<1>{path}", written, count=1, flags=re.IGNORECASE)
        if written != text[tag.start : tag.end]:
            yield tag.start, tag.end, written


def _with_https(text: str) -> Iterator[tuple[int, int, str]]:
    for tag in tags(text):
        urls = {load.url for load in loads(tag, tag.attributes()) if load.url.startswith("//")}
        # What follows may be written with references.
        heads = "|".join(re.escape(url.partition("&")[0]) for url in sorted(urls))
        if heads:
            end = tag.end + len(tag.content)
            yield tag.start, end, re.sub(f"(?<!:)(?={heads})", "https:", text[tag.start : end])


def end_of(tag: Tag, text: str) -> int:
    """Return where an element of text only ends, its end tag included."""
    return text.find(">", tag.end + len(tag.content)) + 1 or len(text)


def _replaced(text: str, changes: list[tuple[int, int, str]]) -> str:
    parts, position = [], 0
    for start, end, new in sorted(changes):
        if start >= position:
            parts += [text[position:start], new]
            position = end
    return "".join((*parts, text[position:]))
