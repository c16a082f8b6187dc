"""
What a version of MaintenancePage has over the base: page files of the owner, and an announcement.

The base is the package as it is deployed. An overlay that is empty needs no version of its own.
Nothing in it moves with the clock, so the same maintenance is always the same bytes.
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
from maintenance.schedule.decision import Decision
from maintenance.schedule.times import format_instant

ANNOUNCEMENT_FILE = "announcement.json"
_LONGEST_DESCRIPTION = 256
_OWN_PAGE = "The site's own page"
_PACKAGED_PAGE = "The packaged page"
# ASCII's white space: a no-break space is part of a text.
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")


class Announcement(Struct, frozen=True):
    """What the switch or window in force says to visitors; `until` is in UTC, in whole seconds."""

    message: str | None = None
    until: datetime | None = None

    def document(self) -> bytes:
        """Return it as the edge function reads it; empty where there is nothing to say."""
        if self == NO_ANNOUNCEMENT:
            return b""
        members = {
            "message": self.message,
            "until": format_instant(self.until) if self.until else None,
        }
        return json.dumps(members, ensure_ascii=False).encode()


NO_ANNOUNCEMENT = Announcement()


class PageContent(Struct, frozen=True):
    """The owner's page files by name, as they were put under page/, and the announcement."""

    page: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    announcement: Announcement = NO_ANNOUNCEMENT

    @property
    def is_empty(self) -> bool:
        """Whether the base says it all."""
        return not self.page and self.announcement == NO_ANNOUNCEMENT

    def files(self) -> dict[str, bytes]:
        """Return the files to put beside the base's, by name."""
        announced = self.announcement.document()
        return {**self.page, **({ANNOUNCEMENT_FILE: announced} if announced else {})}

    def description(self) -> str:
        """Return what a person who looks at the version reads, in at most 256 characters."""
        said = self.announcement
        text = _OWN_PAGE if self.page else _PACKAGED_PAGE
        text += f", until {format_instant(said.until)}" if said.until else ""
        text += f": {said.message}" if said.message else ""
        return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[: _LONGEST_DESCRIPTION - 1]}…"


def has_own_page(description: str) -> bool:
    """Tell by its description whether a version was baked with page files of the owner."""
    return description.startswith(_OWN_PAGE)


def announcement_of(decision: Decision) -> Announcement:
    """Return what visitors are told while this decision is in force; a message becomes one line."""
    message = _BLANKS.sub(" ", decision.message or "").strip() or None
    until = decision.until.replace(microsecond=0) if decision.until else None
    return Announcement(message, until)


_OVERRIDES = "overrides/"


# The earliest that a zip can hold.
_DATE = (1980, 1, 1, 0, 0, 0)


_UNIX = 3


# Lambda runs as a user of its own: everybody has to be able to read the files.
_MODE = (stat.S_IFREG | 0o644) << 16


def page_package(base: bytes, content: PageContent) -> bytes:
    """Return the package of `base`, a zip, with `content`; raise ObservationError if it is none."""
    files = _files(base)
    files |= {f"{_OVERRIDES}{name}": content for name, content in content.files().items()}
    return _archive(files)


def own_page(package: bytes) -> dict[str, bytes]:
    """Return the owner's page files in a package; raise ObservationError if it is no zip."""
    files = _files(package)
    own = {
        name.removeprefix(_OVERRIDES): files[name] for name in files if name.startswith(_OVERRIDES)
    }
    own.pop(ANNOUNCEMENT_FILE, None)
    return own


def code_sha256(package: bytes) -> str:
    """Return what Lambda says of a package as CodeSha256 (doc: Lambda API Reference)."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def _files(package: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return {
                each.filename: archive.read(each)
                for each in archive.infolist()
                if not each.is_dir()
            }
    except zipfile.BadZipFile as error:
        raise ObservationError(f"the edge function's package is not a zip file: {error}") from error


def _archive(files: Mapping[str, bytes]) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, files[name])
    return package.getvalue()
