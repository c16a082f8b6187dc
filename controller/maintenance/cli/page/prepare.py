"""
Make a page self-contained: put files that lie beside it into it, and drop what it does without.

    in the page, and not allowed as it is        becomes
    -----------------------------------------    ---------------------------------------------------
    <img src> and other images, fonts, sound     data:, if the file lies beside the page
    <link rel="stylesheet">, @import             <style>, if the file lies beside the page
    <script src>                                 <script>, likewise; defer and async: at the end
    <link rel="icon">                            data:, if the file is small; else it is dropped
    <link rel="manifest">, preload, prefetch     dropped
    srcset                                       dropped; the image has src
    <source srcset>                              dropped; the picture has <img>
    href="javascript:..."                        href="#" onclick="...; return false"
    another encoding than UTF-8                  UTF-8 (page_encoding.py)
    <base>, a policy, analytics                  nothing (page_reduce.py)
    //host/path                                  https://host/path, likewise

Anything else stays, and the check says what is wrong with it. Nothing is read from a network. Pure:
`read` is that of page_folder.py.
"""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from maintenance_edge.load_errors import load_error
from maintenance_edge.loads import ASSET, ICON, SCRIPT, STYLE, Load, css_loads, loads
from maintenance_edge.tags import Tag, tags
from msgspec import Struct

from maintenance.cli.page.encoding import decode_file, decode_page
from maintenance.cli.page.folder import PageFolder, Read
from maintenance.cli.page.reduce import end_of, reduce_page

if TYPE_CHECKING:
    from maintenance_edge.settings import Settings

_MOST_BYTES: Final = 40_000
# So that style sheets which import each other end soon; the check refuses far smaller pages.
_MOST_BYTES_IN_ALL: Final = 10 * _MOST_BYTES
_MOST_ICON_BYTES: Final = 4_000
_DEEPEST_IMPORT: Final = 5
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif", "ico": "image/x-icon",
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml",
    "webp": "image/webp", "eot": "application/vnd.ms-fontobject", "otf": "font/otf",
    "ttf": "font/ttf", "woff": "font/woff", "woff2": "font/woff2", "mp3": "audio/mpeg",
    "ogg": "audio/ogg", "wav": "audio/wav", "mp4": "video/mp4", "webm": "video/webm",
    "css": "text/css", "js": "text/javascript", "mjs": "text/javascript",
}  # fmt: skip
_CSS_URL: Final = re.compile(
    r"""@import\s*(?:url\(\s*)?["']?([^"')\s;]+)["']?\s*\)?([^;]*)(?:;|\Z)"""
    r"""|\burl\(\s*(?:"([^"]*)"|'([^']*)'|([^\s"'()]*+))\s*+\)""",
    re.IGNORECASE,
)
_JAVASCRIPT: Final = re.compile(r"\s*javascript:(.*)", re.IGNORECASE | re.DOTALL)
_OF_FILES: Final = frozenset(
    {
        "async",
        "charset",
        "crossorigin",
        "defer",
        "fetchpriority",
        "integrity",
        "referrerpolicy",
        "src",
    }
)


class PreparedPage(Struct, frozen=True):
    """A page in UTF-8, and a sentence for each step that made it of another."""

    text: str
    steps: tuple[str, ...] = ()


def prepare_page(content: bytes, settings: Settings, read: Read) -> PreparedPage:
    """Return the page with everything done that the table of this module says."""
    text, steps = decode_page(content)
    reduced, left_out = reduce_page(text)
    page = _Page(reduced, settings, PageFolder(read))
    return PreparedPage(page.prepared(), (*steps, *left_out, *dict.fromkeys(page.steps)))


class _Page:
    """The text of a page, and how it is changed."""

    def __init__(self, text: str, settings: Settings, files: PageFolder) -> None:
        self._text = text
        self._settings = settings
        self._files = files
        self._at_end: list[str] = []
        self._bytes_put = 0
        self.steps: list[str] = []

    def prepared(self) -> str:
        """Return the changed text."""
        parts, position = [], 0
        for tag in tags(self._text):
            if tag.is_end or tag.start < position:
                continue
            changed = self._changed(tag)
            if changed is not None:
                text, end = changed
                parts += [self._text[position : tag.start], text]
                position = end
        text = "".join((*parts, self._text[position:]))
        if not self._at_end:
            return text
        before, body_end, after = text.rpartition("</body")
        scripts = "\n".join(self._at_end)
        return f"{before}{scripts}\n{body_end}{after}" if body_end else f"{text}{scripts}\n"

    def _changed(self, tag: Tag) -> tuple[str, int] | None:
        """Return what replaces a tag, and where the rest begins; None if it stays."""
        refused = [
            load for load in loads(tag, tag.attributes()) if load_error(tag, load, self._settings)
        ]
        if tag.name == "link":
            return self._changed_link(tag, refused)
        if tag.name == "script":
            return self._changed_script(tag, refused)
        if tag.name == "source" and any(load.name == "srcset" for load in refused):
            return self._dropped(tag, "<source srcset>", refused[0])
        attributes = self._changed_attributes(tag, refused)
        start = (
            self._text[tag.start : tag.end]
            if attributes is None
            else _tag(tag, attributes, self._text)
        )
        end = tag.end
        if tag.name == "style" and refused:
            start += self._inline_css(tag, tag.content)
            end += len(tag.content)
        is_same = start == self._text[tag.start : end]
        return None if is_same else (start, end)

    def _changed_link(self, tag: Tag, refused: list[Load]) -> tuple[str, int] | None:
        if not refused:
            return None
        load = refused[0]
        if load.kind == STYLE and load.name == 'rel="stylesheet"':
            return self._style_of(tag, load)
        if load.kind == ICON:
            found = self._find(load.url, most=_MOST_ICON_BYTES)
            if found:
                attributes = {**tag.raw_attributes(), "href": self._data(*found)}
                return _tag(tag, attributes, self._text), tag.end
        return self._dropped(tag, f"<link {load.name}>", load)

    def _style_of(self, tag: Tag, load: Load) -> tuple[str, int] | None:
        found = self._find(load.url)
        if found is None:
            return None
        path, content = found
        media = tag.raw_attributes().get("media", "")
        attribute = f' media="{media}"' if media else ""
        rules = self._inline_css(tag, decode_file(content), posixpath.dirname(path))
        self._has_put(path, content)
        return f"<style{attribute}>{rules}</style>", tag.end

    def _changed_script(self, tag: Tag, refused: list[Load]) -> tuple[str, int] | None:
        load = next((each for each in refused if each.kind == SCRIPT), None)
        found = self._find(load.url) if load else None
        if found is None:
            return None
        path, content = found
        attributes = tag.raw_attributes()
        kept = {name: value for name, value in attributes.items() if name not in _OF_FILES}
        code = re.sub(r"</(?=script)", r"<\\/", decode_file(content), flags=re.IGNORECASE)
        script = f"{_tag(tag, kept, self._text)}{code}</script>"
        self._has_put(path, content)
        end = end_of(tag, self._text)
        if attributes.keys() & {"defer", "async"} and attributes.get("type") != "module":
            # They run after the page, and a script in the page where it stands.
            self._at_end.append(script)
            return "", end
        return script, end

    def _changed_attributes(self, tag: Tag, refused: list[Load]) -> dict[str, str] | None:
        """Return the attributes as they are then written, None if they stay."""
        before = tag.raw_attributes()
        after = dict(before)
        for load in refused:
            if load.name in {"srcset", "imagesrcset"} and load.name in after:
                del after[load.name]
                after.pop("sizes", None)
                self.steps.append(f"left out srcset of <{tag.name}>: src is enough")
            elif load.kind == ASSET and load.name in before and tag.name != "use":
                found = self._find(load.url)
                if found:
                    after[load.name] = self._data(*found)
        if any(load.name.startswith("style ") for load in refused):
            after["style"] = _escaped(self._inline_css(tag, tag.attributes()["style"]))
        script = _JAVASCRIPT.match(before.get("href", ""))
        if script and "onclick" not in before:
            code = script[1].strip().removesuffix(";")
            after |= {"href": "#", "onclick": f"{code}; return false"}
            self.steps.append(f'moved href="javascript:" of <{tag.name}> to onclick=')
        return None if after == before else after

    def _inline_css(self, tag: Tag, rules: str, folder: str = "", depth: int = 0) -> str:
        """Return the CSS of a file in `folder` with the files in it that lie there."""
        refused = {load.url for load in css_loads(rules) if load_error(tag, load, self._settings)}

        def replaced(found: re.Match[str]) -> str:
            url = found[1] or found[3] or found[4] or found[5] or ""
            file = self._find(url, folder) if url in refused else None
            if file is None:
                return found[0]
            path, content = file
            if not found[1]:
                return f"url({self._data(path, content)})"
            if depth == _DEEPEST_IMPORT:
                return found[0]
            self._has_put(path, content)
            imported = self._inline_css(
                tag, decode_file(content), posixpath.dirname(path), depth + 1
            )
            media = found[2].strip()
            return f"@media {media}{{{imported}}}" if media else imported

        return re.sub(r"</(?=style)", r"<\\/", _CSS_URL.sub(replaced, rules), flags=re.IGNORECASE)

    def _find(
        self, url: str, folder: str = "", *, most: int = _MOST_BYTES
    ) -> tuple[str, bytes] | None:
        if self._bytes_put > _MOST_BYTES_IN_ALL:
            return None
        found = self._files.find(url, folder)
        # `_dropped` says it of an icon.
        if found is None and most == _MOST_BYTES and (why := self._files.absence(url, folder)):
            self.steps.append(f"left {url.strip()} as it is{why}")
        if found and len(found[1]) > most:
            path, content = found
            if most == _MOST_BYTES:
                self.steps.append(
                    f"left {path} where it is: it has {len(content)} bytes, and CloudFront accepts "
                    f"{_MOST_BYTES} with the page"
                )
            return None
        return found

    def _data(self, path: str, content: bytes) -> str:
        self._has_put(path, content)
        return f"data:{media_type(path)};base64,{base64.b64encode(content).decode()}"

    def _has_put(self, path: str, content: bytes) -> None:
        self._bytes_put += len(content)
        self.steps.append(f"put {path} into it ({len(content)} bytes)")

    def _dropped(self, tag: Tag, name: str, load: Load) -> tuple[str, int]:
        why = self._files.absence(load.url) if load.kind == ICON else ""
        self.steps.append(f"left out {name} ({load.url.strip()}){why}")
        return "", tag.end


def media_type(path: str) -> str:
    """Return the media type of a file by its name."""
    return _MEDIA_TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")


def _tag(tag: Tag, attributes: Mapping[str, str], page: str) -> str:
    """Return the start tag with these attributes, as they are written in `page`."""
    written = "".join(f" {_attribute(name, value)}" for name, value in attributes.items())
    slash = " /" if page.endswith("/>", tag.start, tag.end) else ""
    return f"<{tag.name}{written}{slash}>"


def _attribute(name: str, raw: str) -> str:
    if not raw:
        return name
    return f'{name}="{raw}"' if '"' not in raw else f"{name}='{raw.replace("'", '&#39;')}'"


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;")
