"""
Read a page from a file or a folder, as it would be uploaded.

    given                                     becomes
    --------------------------------------    ------------------------------------------------------
    a folder with page.html ...               its page files; other files are what pages load
    a folder with one other .html file        that file as page.html
    a file with the name of a page file       that file
    another .html file, such as 503.html      that file as page.html

settings.json is prepared (page_brand.py), and with it the pages (page_prepare.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from maintenance_edge.files import PackageError
from maintenance_edge.package import read_settings
from maintenance_edge.settings import Settings, parse_site_settings
from msgspec import Struct
from msgspec.structs import replace

from maintenance.cli.page.brand import prepare_settings
from maintenance.cli.page.prepare import prepare_page
from maintenance.cli.resources import EDGE_HANDLER
from maintenance.errors import ConfigurationError
from maintenance.lambda_edge.package import PageContent
from maintenance.lambda_edge.page_files import is_page_file, page_refusal
from maintenance.schedule.announcement import Announcement

_PAGE = "page.html"
_SETTINGS = "settings.json"
_HTML = {".html", ".htm"}
# No page that CloudFront accepts is as large, nor the files that it loads.
_MOST_BYTES = 1_000_000


class PageSource(Struct, frozen=True):
    """
    The files to upload by name, and what was done to them.

    They lie in `folder`; `asked` are the paths that they depend on, whether there is a file or not.
    """

    folder: Path
    files: Mapping[str, bytes]
    steps: tuple[str, ...] = ()
    asked: frozenset[Path] = frozenset()

    def read(self, path: str) -> bytes | None:
        """Return the content of a file in the folder; None if there is none."""
        return _beside(self.folder, path)

    def version(self) -> str:
        """Return a text that changes if one of the files does."""
        listed = set(self.asked)
        with suppress(OSError):  # it was removed, and reading it again says so
            listed.update(self.folder.iterdir())
        states = [(str(file), *_state(file)) for file in sorted(listed)]
        return hashlib.sha256(repr(states).encode()).hexdigest()


def read_source(path: Path) -> PageSource:
    """Return the page that lies at `path`; raise ConfigurationError if there is none."""
    folder, found = _page_files(path)
    sizes = {name: _state(file)[1] for name, file in found.items()}
    if refusal := page_refusal(sizes):
        raise ConfigurationError(refusal)
    contents = {name: _content(file) for name, file in found.items()}
    asked: set[Path] = set()

    def read(wanted: str) -> bytes | None:
        asked.add(folder / wanted)
        return _beside(folder, wanted)

    files, steps = {}, []
    if _SETTINGS in contents:
        own = prepare_settings(contents[_SETTINGS], read)
        contents[_SETTINGS] = own.content
        steps += [f"{_SETTINGS}: {step}" for step in own.steps]
    settings = _settings(contents.get(_SETTINGS))
    for name, content in contents.items():
        if not name.endswith(".html"):
            files[name] = content
            continue
        if found[name].name != name:
            steps.append(f"{name}: made of {found[name].name}")
        prepared = prepare_page(content, settings, read)
        files[name] = prepared.text.encode(errors="surrogateescape")
        steps += [f"{name}: {step}" for step in prepared.steps]
    return PageSource(folder, files, tuple(steps), frozenset(asked))


def default_source() -> PageSource:
    """Return the packaged page."""
    return PageSource(EDGE_HANDLER / "defaults", {})


def announced(source: PageSource, message: str | None, until: datetime | None) -> PageSource:
    """Return the page with the message and end that a switch would give it."""
    announcement = Announcement(message, until.replace(microsecond=0) if until else None)
    return replace(source, files=PageContent(source.files, announcement).files())


def _page_files(path: Path) -> tuple[Path, dict[str, Path]]:
    """Return the folder, and the page files in it by the name that they get."""
    try:
        if path.is_file():
            return path.parent, {_name(path): path}
        listed = sorted(path.iterdir())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    found = {each.name: each for each in listed if is_page_file(each.name) and each.is_file()}
    pages = [each for each in listed if each.suffix.lower() in _HTML and each.is_file()]
    if any(name.endswith(".html") for name in found) or (found and not pages):
        return path, found
    if len(pages) == 1:
        return path, {**found, _PAGE: pages[0]}
    raise ConfigurationError(
        f"{path} has no {_PAGE}"
        + (", and several other pages: name the file" if pages else ": add it, or name the file")
    )


def _name(file: Path) -> str:
    if is_page_file(file.name):
        return file.name
    if file.suffix.lower() in _HTML:
        return _PAGE
    raise ConfigurationError(
        f"{file} is not a page: name an .html file, settings.json, problem.json or a folder"
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error


def _beside(folder: Path, wanted: str) -> bytes | None:
    """Return the content of a file in `folder`; None if there is none, or it leads out of it."""
    try:
        file = (folder / wanted).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return None
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except (OSError, ValueError):  # ValueError: no file can have this name
        return None


def _state(file: Path) -> tuple[int, int]:
    try:
        state = file.stat()
    except (OSError, ValueError):
        return (0, -1)
    return (state.st_mtime_ns, state.st_size)


def _settings(own: bytes | None) -> Settings:
    """Return the settings for the page; without its own if those cannot be read."""
    if own is not None:
        # The check names the error.
        with suppress(PackageError, UnicodeDecodeError):
            return read_settings(EDGE_HANDLER, parse_site_settings(own.decode("utf-8-sig")))
    return read_settings(EDGE_HANDLER, {})
