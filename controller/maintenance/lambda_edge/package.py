"""
The package of a version of MaintenancePage: the base's files, and what it has beyond them. Pure.

The base is the package that the stack deployed. The owner's page files, the announcement and the
bypass tokens are added to it under overrides/. Nothing in the package depends on the clock, so the
same content always has the same bytes.
"""

import base64
import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct, field

from maintenance.errors import ObservationError
from maintenance.lambda_edge.bypass import BYPASS_FILE
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement
from maintenance.schedule.times import format_instant

ANNOUNCEMENT_FILE = "announcement.json"
_OVERRIDES = "overrides/"
_MAX_DESCRIPTION = 256
_OWN_PAGE = "The site's own page"
_PACKAGED_PAGE = "The packaged page"
_FROM = ", from "
_BEGINS = re.compile(rf"(?:{_OWN_PAGE}|{_PACKAGED_PAGE}){_FROM}(\d{{4}}-[0-9T:-]+Z)")
# The earliest date that a zip can have.
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# Lambda runs as a user of its own, so every user must be able to read the files.
_MODE = (stat.S_IFREG | 0o644) << 16


class PageContent(Struct, frozen=True):
    """
    The owner's page files by name, as they are under page/, and the announcement.

    `bypass` is the file with the bypass tokens, b"" if there are none.
    """

    page: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    announcement: Announcement = NO_ANNOUNCEMENT
    bypass: bytes = b""

    @property
    def is_empty(self) -> bool:
        """Whether the base has it all."""
        return not self.page and not self.bypass and self.announcement == NO_ANNOUNCEMENT

    def files(self) -> dict[str, bytes]:
        """Return the files to add to the base's, by name."""
        files = dict(self.page)
        if self.announcement != NO_ANNOUNCEMENT:
            files[ANNOUNCEMENT_FILE] = _announcement_json(self.announcement)
        if self.bypass:
            files[BYPASS_FILE] = self.bypass
        return files

    def description(self) -> str:
        """Return the description of the version, for people, in at most 256 characters."""
        message, until = self.announcement.message, self.announcement.until
        begins = self.announcement.begins
        text = _OWN_PAGE if self.page else _PACKAGED_PAGE
        text += f"{_FROM}{format_instant(begins)}" if begins else ""
        text += f", until {format_instant(until)}" if until else ""
        text += f": {message}" if message else ""
        return text if len(text) <= _MAX_DESCRIPTION else f"{text[: _MAX_DESCRIPTION - 1]}…"


def has_own_page(description: str) -> bool:
    """Return whether a version with this description has page files of the owner."""
    return description.startswith(_OWN_PAGE)


def begins_of(description: str) -> datetime | None:
    """Return when a version with this description begins to close the site, None if at once."""
    found = _BEGINS.match(description)
    return datetime.fromisoformat(found[1]) if found else None


def build_package(base: bytes, content: PageContent) -> bytes:
    """Return the base's package with the content; raise ObservationError if it is no zip."""
    files = _read_zip(base)
    files |= {f"{_OVERRIDES}{name}": data for name, data in content.files().items()}
    return _write_zip(files)


def page_files_of(package: bytes) -> dict[str, bytes]:
    """Return the owner's page files in a package; raise ObservationError if it is no zip."""
    files = _overrides_of(package)
    return {name: files[name] for name in files if name not in {ANNOUNCEMENT_FILE, BYPASS_FILE}}


def bypass_of(package: bytes) -> bytes:
    """Return the file with the bypass tokens in a package; raise ObservationError if it is none."""
    return _overrides_of(package).get(BYPASS_FILE, b"")


def _overrides_of(package: bytes) -> dict[str, bytes]:
    return {
        name.removeprefix(_OVERRIDES): data
        for name, data in _read_zip(package).items()
        if name.startswith(_OVERRIDES)
    }


def code_sha256(package: bytes) -> str:
    """Return the CodeSha256 that Lambda computes for a package (doc: Lambda API Reference)."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def _announcement_json(announcement: Announcement) -> bytes:
    """Return an announcement as the edge function reads it."""
    until = format_instant(announcement.until) if announcement.until else None
    document = {"message": announcement.message, "until": until}
    if announcement.begins:
        document["from"] = format_instant(announcement.begins)
    return json.dumps(document, ensure_ascii=False).encode()


def _read_zip(package: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return {
                each.filename: archive.read(each)
                for each in archive.infolist()
                if not each.is_dir()
            }
    except zipfile.BadZipFile as error:
        raise ObservationError(f"the edge function's package is not a zip file: {error}") from error


def _write_zip(files: Mapping[str, bytes]) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, files[name])
    return package.getvalue()
