"""
Find what does not work in a page, and what a message could break, since both go unnoticed. Pure.

    in a page                                       is an error, since
    --------------------------------------------    ------------------------------------------------
    a file that no policy allows (load_errors.py)   the policy (policy.py) blocks it
    <meta http-equiv=Content-Security-Policy>       both policies count
    <iframe>, <embed>, <object>                     default-src 'none'
    href="javascript:..."                           script-src has only hashes
    <form>, formaction=                             form-action 'none'
    <base href=>                                    base-uri 'none'
    <script> that makes another <script>, imports   script-src, unless `page_scripts` allows files
    <style> or <script> that is never closed        a browser drops it
    comments and tags in a <style> within <svg>     a browser drops them before it takes the hash
    NUL; `&lt` without `;` where we take a hash     a browser replaces it before it takes the hash
    too many different style= and onclick=          the policy, a header, would be too long
    {{message}} in a tag, not in quotes             a message could add attributes
    {{message_html}} in an attribute                the quotes of a link would end it

It does not see what scripts request, or build from text. <meta http-equiv="refresh"> is accepted,
because it works. Only the check of a package imports this module.
"""

import contextlib
import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

from maintenance_edge.load_errors import POLICY, load_error
from maintenance_edge.loads import DOCUMENTS, loads
from maintenance_edge.page_policy import (
    MessageAsCode,
    content_security_policy,
    is_style_or_handler,
)
from maintenance_edge.policy import POLICY_LIMIT_BYTES, PageSources
from maintenance_edge.settings import Settings
from maintenance_edge.tags import Tag, decode, tags

# Further errors of a page are only counted.
_MOST_SHOWN: Final = 10

_FOREIGN: Final = frozenset({"svg", "math"})
_SPACE: Final = re.compile(r"[\x00-\x20]")
_NO_SEMICOLON: Final = "a character reference without a semicolon: write &amp; for &"
_CDATA: Final = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_LOADER: Final = re.compile(
    r"""createElement\(\s*["'`]script["'`]|\bimport\s*\(|^[ \t]*import\s*[\w{*"']""",
    re.IGNORECASE | re.MULTILINE,
)


def markup_errors(page: str, label: str, settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each error in `page`, up to ten, and the number of further ones."""
    errors = [*_Reader(page, settings).errors(), *_page_errors(page, settings)]
    shown = [f"{label}, line {line}: {error}." for line, error in errors[:_MOST_SHOWN]]
    others = len(errors) - len(shown)
    rest = [f"{label} has {others} more such errors: fix these as well."] if others else []
    return (*shown, *rest)


def _page_errors(page: str, settings: Settings) -> Iterator[tuple[int, str]]:
    if "\0" in page:
        line = page.count("\n", 0, page.index("\0")) + 1
        yield line, "NUL is a character that browsers replace: remove it"
    size = _policy_size(page, settings.page_sources)
    if size > POLICY_LIMIT_BYTES:
        error = (
            f"{POLICY} has a hash for each different style= and onclick=, in all {size} bytes, "
            f"where a header should have at most {POLICY_LIMIT_BYTES}: put rules into <style>, "
            "for classes, and code into <script>"
        )
        yield 1, error


def _policy_size(page: str, allowed: PageSources) -> int:
    # `render_page` reports a message that would be code.
    with contextlib.suppress(MessageAsCode):
        return len(content_security_policy(page, allowed))
    return 0


class _Reader:
    """Reads the tags of a page, and knows which of them are within <svg> or <math>."""

    def __init__(self, page: str, settings: Settings) -> None:
        self._page = page
        self._settings = settings
        self._foreign: list[str] = []

    def errors(self) -> Iterator[tuple[int, str]]:
        """Give each error with its line."""
        for tag in tags(self._page):
            if not tag.is_end:
                for load in loads(tag, tag.attributes()):
                    if error := load_error(tag, load, self._settings):
                        yield self._line(tag.start + load.offset), error
                yield from ((self._line(tag.start), error) for error in _tag_errors(tag))
                yield from ((self._line(tag.end), error) for error in self._content_errors(tag))
            self._enter_or_leave(tag)

    def _line(self, offset: int) -> int:
        return self._page.count("\n", 0, offset) + 1

    def _enter_or_leave(self, tag: Tag) -> None:
        if tag.name not in _FOREIGN and tag.name != "foreignobject":
            return
        if not tag.is_end and not self._is_self_closing(tag):
            self._foreign.append(tag.name)
        elif tag.is_end and tag.name in self._foreign:
            del self._foreign[len(self._foreign) - 1 - self._foreign[::-1].index(tag.name) :]

    def _is_self_closing(self, tag: Tag) -> bool:
        return self._page.endswith("/>", tag.start, tag.end)

    def _content_errors(self, tag: Tag) -> Iterator[str]:
        if tag.name not in {"style", "script"}:
            return
        if tag.end + len(tag.content) == len(self._page):
            yield f"<{tag.name}> is never closed, so it is lost: close it with </{tag.name}>"
        if self._foreign and self._foreign[-1] in _FOREIGN:
            yield from _svg_errors(tag, is_self_closing=self._is_self_closing(tag))
        elif tag.name == "script" and "<script" in tag.content.lower().partition("<!--")[2]:
            yield (
                "<script> has <!-- and <script, after which a browser reads on past </script>: "
                "write it without <!--"
            )
        is_allowed = self._settings.page_sources.are_scripts_allowed
        if tag.name == "script" and not is_allowed and _LOADER.search(tag.content):
            yield (
                f"<script> loads another script, which {POLICY} blocks: remove it, or put that "
                "script itself between <script> and </script>"
            )


def _svg_errors(tag: Tag, *, is_self_closing: bool) -> Iterator[str]:
    text = _CDATA.sub("", tag.content)
    is_open = tag.content.rfind("<![CDATA[") > tag.content.rfind("]]>")
    if "<" in text or is_open or is_self_closing:
        yield (
            f"<{tag.name}> within <svg> has comments or tags, which a browser drops: write it "
            "without them, and < as &lt;"
        )
    if html.unescape(text) != decode(text):
        yield f"<{tag.name}> within <svg> has {_NO_SEMICOLON}"


def _tag_errors(tag: Tag) -> Iterator[str]:
    name, attributes = tag.name, tag.attributes()
    if name in DOCUMENTS:
        yield f"<{name}> shows another document, which {POLICY} blocks: link to it"
    if attributes.get("http-equiv", "").lower() == "content-security-policy":
        yield (
            "<meta http-equiv=Content-Security-Policy> adds a second policy: remove it, the answer "
            "has one"
        )
    if _sends_form(name, attributes):
        yield f"<{name}> sends a form, which {POLICY} blocks: remove it, or use a link"
    if name == "base" and "href" in attributes:
        yield f"<base href> is blocked by {POLICY}: write full addresses into the links"
    yield from _attribute_errors(tag, attributes)


def _sends_form(name: str, attributes: Mapping[str, str]) -> bool:
    if name != "form":
        return "formaction" in attributes
    is_dialog = attributes.get("method", "").lower() == "dialog"
    return not is_dialog and not attributes.keys().isdisjoint({"action", "method"})


def _attribute_errors(tag: Tag, attributes: Mapping[str, str]) -> Iterator[str]:
    if any("{{message}}" in text for text in tag.unquoted()):
        yield (
            f"{{{{message}}}} in <{tag.name}> is not in quotes, so a message could add attributes: "
            "add quotes"
        )
    if any("{{message_html}}" in value for value in attributes.values()):
        yield f"{{{{message_html}}}} in <{tag.name}>, where a link cannot be: use {{{{message}}}}"
    for name, value in attributes.items():
        if _SPACE.sub("", value).lower().startswith("javascript:"):
            yield (
                f'{name}="javascript:" is blocked by {POLICY}: write it as onclick=, with href="#"'
            )
    for name, value in tag.raw_attributes().items():
        if is_style_or_handler(name) and html.unescape(value) != decode(value):
            yield f"{name}= on <{tag.name}> has {_NO_SEMICOLON}"
