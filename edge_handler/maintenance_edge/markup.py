"""
Find what a page's Content-Security-Policy blocks, since that silently does not work. Pure.

The policy (policy.py) allows a page its own <style> and <script> elements, and requests to its
own site.

    in a page                                      blocked by
    -------------------------------------------    ---------------------------------------------
    src=, srcset=, poster= ..., also with data:    default-src 'none'; script-src has only hashes
    <link rel=stylesheet, icon, preload ...>       the same
    @import and url() in <style>                   the same
    <iframe>, <embed>, <object>                    the same
    style=                                         style-src, whose hashes are for elements only
    onclick=, href="javascript:..."                script-src, the same
    <form>, formaction=                            form-action 'none'
    <base href=>                                   base-uri 'none'
    <style> or <script> that we do not hash        style-src, script-src

It also finds what the policy cannot block: an unquoted {{message}} in a tag, where a message could
add attributes. It cannot see what scripts request or build from text. <meta http-equiv="refresh">
is accepted, because it works. Only the check of a package imports this module.
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Final

from maintenance_edge.policy import STYLE_OR_SCRIPT

# Further errors of a page are only counted.
_MOST_SHOWN: Final = 10

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

_POLICY: Final = "the page's Content-Security-Policy"
_LOADS: Final = f"loads a file, which {_POLICY} blocks"
_REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "script": "put the script itself between <script> and </script>",
        "link": "put its rules into <style>, or remove it",
        "style": "remove it",
    }
)


def markup_errors(page: str, label: str) -> tuple[str, ...]:
    """Return a sentence for each error in `page`, up to ten, and the number of further ones."""
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    reader.end()
    shown = [f"{label}, line {line}: {error}." for line, error in reader.errors[:_MOST_SHOWN]]
    others = len(reader.errors) - len(shown)
    rest = [f"{label} has {others} more such errors: fix these as well."] if others else []
    return (*shown, *rest)


class _Reader(HTMLParser):
    """Parses a page as a browser does, and collects the errors, each with its line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.errors: list[tuple[int, str]] = []
        self._hashed = {(name.lower(), text) for name, text in STYLE_OR_SCRIPT.findall(page)}
        self._element = ""
        self._line = 0
        self._content = ""

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 -- as inherited
        # A browser takes it for a comment; Python 3.13.0 fails on an unknown keyword.
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, _ = self.getpos()
        text = self.get_starttag_text() or ""
        attributes = {name: value or "" for name, value in attrs}
        self.errors += [(line, error) for error in _element_errors(tag, attributes)]
        if "{{message}}" in _QUOTED.sub("", text):
            error = (
                f"{{{{message}}}} in <{tag}> is not in quotes, so a message could add attributes"
            )
            self.errors.append((line, f"{error}: add quotes"))
        if tag in {"style", "script"}:
            self._element, self._line, self._content = tag, line + text.count("\n"), ""

    def handle_data(self, data: str) -> None:
        self._content += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._element:
            self._check_content()
            self._element = ""

    def end(self) -> None:
        """Report the <style> or <script> that was never closed, if there is one."""
        if self._element:
            error = f"<{self._element}> is never closed, so {_POLICY} blocks it"
            self.errors.append((self._line, f"{error}: close it with </{self._element}>"))
            self._element = ""

    def _check_content(self) -> None:
        # A browser leaves out such markers within SVG, and hashes the rest.
        is_changed = "<![CDATA[" in self._content or "\0" in self._content
        is_hashed = (self._element, self._content) in self._hashed or not self._content
        if is_changed or not is_hashed:
            error = f"<{self._element}> does not match its hash in {_POLICY}"
            remedy = "write it without CDATA markers, NUL characters and comments around it"
            self.errors.append((self._line, f"{error}: {remedy}"))
        if self._element == "style":
            self.errors += _style_errors(self._content, self._line)


def _style_errors(rules: str, line: int) -> Iterator[tuple[int, str]]:
    for found in _CSS_LOADING.finditer(_CSS_COMMENT.sub(_blank, rules)):
        name = found[1].rstrip("(").lower()
        found_in = line + rules.count("\n", 0, found.start())
        yield found_in, f"{name} in <style> {_LOADS}: {_REMEDIES['style']}"


def _blank(comment: re.Match[str]) -> str:
    """Return spaces and line ends only, so that lines count as before."""
    return re.sub(r"[^\n]", " ", comment[0])


def _element_errors(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    yield from _loading_errors(tag, attributes)
    yield from _script_errors(attributes)
    if tag in _DOCUMENTS:
        yield f"<{tag}> shows another document, which {_POLICY} blocks: link to it"
    if "style" in attributes:
        yield f"style= on <{tag}> is blocked by {_POLICY}: move its rules into <style>"
    if (tag == "form" and attributes.get("method", "").lower() != "dialog") or (
        "formaction" in attributes
    ):
        yield f"<{tag}> sends a form, which {_POLICY} blocks: remove it, or use a link"
    if tag == "base" and "href" in attributes:
        yield f"<base href> is blocked by {_POLICY}: write full addresses into the links"


def _loading_errors(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    remedy = _REMEDIES.get(tag, "draw it as <svg> in the page, or remove it")
    names = sorted(attributes.keys() & _LOADING) if tag not in _DOCUMENTS else []
    for href in ("href", "xlink:href"):
        if tag in _LOADING_BY_HREF and not attributes.get(href, "#").startswith("#"):
            names.append(href)
    for name in names:
        yield f"<{tag} {name}> {_LOADS}: {remedy}"
    kinds = attributes.get("rel", "").lower().split()
    if tag == "link" and not _LOADING_LINKS.isdisjoint(kinds):
        yield f'<link rel="{" ".join(kinds)}"> {_LOADS}: {remedy}'


def _script_errors(attributes: Mapping[str, str]) -> Iterator[str]:
    remedy = "use addEventListener in <script>"
    for name, value in attributes.items():
        is_script = _SPACE.sub("", value).lower().startswith("javascript:")
        if name.startswith("on"):
            yield f"{name}= is script in an attribute, which {_POLICY} blocks: {remedy}"
        elif is_script:
            yield f'{name}="javascript:" is blocked by {_POLICY}: {remedy}'
