"""
What a version of MaintenancePage has over the base: page files of the owner, and an announcement.

The base is the package as it is deployed. An overlay that is empty needs no version of its own.
Nothing in it moves with the clock, so the same maintenance is always the same bytes.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct, field

from maintenance.desired import Decision
from maintenance.instants import format_instant

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
        if self == NOTHING:
            return b""
        members = {
            "message": self.message,
            "until": format_instant(self.until) if self.until else None,
        }
        return json.dumps(members, ensure_ascii=False).encode()


NOTHING = Announcement()


class Overlay(Struct, frozen=True):
    """The owner's page files by name, as they were put under page/, and the announcement."""

    page: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    announcement: Announcement = NOTHING

    @property
    def is_empty(self) -> bool:
        """Whether the base says it all."""
        return not self.page and self.announcement == NOTHING

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
