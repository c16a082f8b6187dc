# ruff: noqa: INP001 -- not a package: Lambda imports these files by name from the root of the zip
"""
Find in a page what its Content-Security-Policy stops, because that silently does not work. Pure.

The policy (answers.py) lets a page use its own <style> and <script> elements, and ask its own site.

    in a page                                      stopped by
    -------------------------------------------    ---------------------------------------------
    src=, srcset=, poster= ..., also with data:    default-src 'none'; script-src has hashes alone
    <link rel=stylesheet, icon, preload ...>       the same
    @import and url() in <style>                   the same
    <iframe>, <embed>, <object>                    the same
    style=                                         style-src, whose hashes are for elements alone
    onclick=, href="javascript:..."                script-src, the same
    <form>, formaction=                            form-action 'none'
    <base href=>                                   base-uri 'none'
    <style> or <script> that the policy misses     style-src, script-src: its hash is not there

And what it cannot stop: a {{message}} in a tag but not in quotes, which could add attributes.

What scripts ask for, or make of text, cannot be seen here. <meta http-equiv="refresh"> is allowed,
because it works: it looks again as our script does. Only the check of a package imports this.
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Final

from answers import STYLE_OR_SCRIPT

# More than this many faults of one page are counted instead of told.
_MOST_TOLD: Final = 10

_LOADING: Final = frozenset({"background", "poster", "src", "srcset"})
_LOADING_BY_HREF: Final = frozenset({"feimage", "image", "script", "use"})
_LOADING_LINKS: Final = frozenset(
    {
        "apple-touch-icon", "icon", "manifest", "mask-icon", "modulepreload", "prefetch",
        "preload", "prerender", "stylesheet",
    }
)  # fmt: skip
_DOCUMENTS: Final = frozenset({"embed", "fencedframe", "frame", "iframe", "object"})
_SPACE: Final = re.compile(r"[\x00-\x20]")
_QUOTED: Final = re.compile(r""""[^"]*"|'[^']*'""")
_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_LOADING: Final = re.compile(r"(@import\b|\burl\((?!\s*[\"']?#)|\bimage-set\()", re.IGNORECASE)

_MAY_LOAD_NONE: Final = "loads a file, and a page may load none, because that would be down as well"
_INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "script": "put the script itself between <script> and </script>",
        "link": "put its rules into <style>, or remove it",
        "style": "remove it",
    }
)


def markup_faults(page: str, called: str) -> tuple[str, ...]:
    """Return a sentence for each thing in `page` that its policy stops; `called` names its file."""
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    reader.end()
    told = [f"{called}, line {line}: {fault}." for line, fault in reader.faults[:_MOST_TOLD]]
    others = len(reader.faults) - len(told)
    rest = [f"{called} has {others} more such places: mend these as well."] if others else []
    return (*told, *rest)


class _Reader(HTMLParser):
    """Reads a page as a browser does, and keeps what the policy stops, each with its line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[tuple[int, str]] = []
        self._allowed = {(name.lower(), text) for name, text in STYLE_OR_SCRIPT.findall(page)}
        self._element = ""
        self._line = 0
        self._content = ""

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 -- as inherited
        # A browser takes it for a comment; Python 3.13.0 fails where it does not know the keyword.
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, _ = self.getpos()
        attributes = {name: value or "" for name, value in attrs}
        self.faults += [(line, fault) for fault in _element_faults(tag, attributes)]
        if "{{message}}" in _QUOTED.sub("", self.get_starttag_text() or ""):
            fault = f"{{{{message}}}} in <{tag}> has no quotes around it, so it could say anything"
            self.faults.append((line, f"{fault} of the element: add them"))
        if tag in {"style", "script"}:
            after_tag = line + (self.get_starttag_text() or "").count("\n")
            self._element, self._line, self._content = tag, after_tag, ""

    def handle_data(self, data: str) -> None:
        self._content += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._element:
            self._judge()
            self._element = ""

    def end(self) -> None:
        """Judge the element that was never closed, if there is one."""
        if self._element:
            fault = f"<{self._element}> is never closed, and so is stopped by the page's policy"
            self.faults.append((self._line, f"{fault}: end it with </{self._element}>"))
            self._element = ""

    def _judge(self) -> None:
        # A browser leaves out such markers within SVG, and takes the hash of the rest.
        is_changed = "<![CDATA[" in self._content or "\0" in self._content
        is_allowed = (self._element, self._content) in self._allowed or not self._content
        if is_changed or not is_allowed:
            fault = f"<{self._element}> has not the text that the page's policy allows"
            remedy = "write it without CDATA markers, NUL characters and comments around it"
            self.faults.append((self._line, f"{fault}: {remedy}"))
        if self._element == "style":
            self.faults += _style_faults(self._content, self._line)


def _style_faults(rules: str, line: int) -> Iterator[tuple[int, str]]:
    for found in _CSS_LOADING.finditer(_CSS_COMMENT.sub(_blank, rules)):
        what = found[1].rstrip("(").lower()
        place = line + rules.count("\n", 0, found.start())
        yield place, f"{what} in <style> {_MAY_LOAD_NONE}: {_INSTEAD['style']}"


def _blank(comment: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", comment[0])


def _element_faults(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    yield from _loading(tag, attributes)
    yield from _scripting(attributes)
    if tag in _DOCUMENTS:
        yield f"<{tag}> shows another document, which the page's policy stops: link to it"
    if "style" in attributes:
        yield f"style= of <{tag}> is stopped by the page's policy: move its rules into <style>"
    if (tag == "form" and attributes.get("method", "").lower() != "dialog") or (
        "formaction" in attributes
    ):
        yield f"<{tag}> sends a form, which the page's policy stops: remove it, or use a link"
    if tag == "base" and "href" in attributes:
        yield "<base href> is stopped by the page's policy: write whole addresses into the links"


def _loading(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    remedy = _INSTEAD.get(tag, "draw it as <svg> in the page, or remove it")
    names = sorted(attributes.keys() & _LOADING) if tag not in _DOCUMENTS else []
    for href in ("href", "xlink:href"):
        if tag in _LOADING_BY_HREF and not attributes.get(href, "#").startswith("#"):
            names.append(href)
    for name in names:
        yield f"<{tag} {name}> {_MAY_LOAD_NONE}: {remedy}"
    kinds = attributes.get("rel", "").lower().split()
    if tag == "link" and not _LOADING_LINKS.isdisjoint(kinds):
        yield f'<link rel="{" ".join(kinds)}"> {_MAY_LOAD_NONE}: {remedy}'


def _scripting(attributes: Mapping[str, str]) -> Iterator[str]:
    remedy = "use addEventListener in <script>"
    for name, value in attributes.items():
        is_script = _SPACE.sub("", value).lower().startswith("javascript:")
        if name.startswith("on"):
            yield f"{name}= is script in an attribute, which the page's policy stops: {remedy}"
        elif is_script:
            yield f'{name}="javascript:" is stopped by the page\'s policy: {remedy}'
