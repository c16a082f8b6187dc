"""The message and the end that visitors read while a site is closed. Pure."""

import re
from datetime import datetime

from msgspec import Struct

from maintenance.schedule.decision import Decision

# ASCII's white space: a no-break space is part of a text.
_WHITE_SPACE = re.compile(r"[ \t\n\r\f\v]+")


class Announcement(Struct, frozen=True):
    """The message and the end of a switch or window; `until` is in UTC, in whole seconds."""

    message: str | None = None
    until: datetime | None = None


NO_ANNOUNCEMENT = Announcement()


def announcement_of(decision: Decision) -> Announcement:
    """Return the announcement of a decision; its message becomes one line."""
    message = _WHITE_SPACE.sub(" ", decision.message or "").strip() or None
    until = decision.until.replace(microsecond=0) if decision.until else None
    return Announcement(message, until)
