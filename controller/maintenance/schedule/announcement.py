"""What the version of a maintenance says: message, end, and since when it closes. Pure."""

import re
from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.schedule.decision import Decision

# ASCII's white space: a no-break space is part of a text.
_WHITE_SPACE = re.compile(r"[ \t\n\r\f\v]+")


class Announcement(Struct, frozen=True):
    """
    The message and the end of a switch or window, and when the edge begins to close the site.

    `until` and `begins` are in UTC, in whole seconds; without `begins` it closes at once.
    """

    message: str | None = None
    until: datetime | None = None
    begins: datetime | None = None


NO_ANNOUNCEMENT = Announcement()


def announcement_of(decision: Decision) -> Announcement:
    """Return the announcement of a decision; its message becomes one line."""
    message = _WHITE_SPACE.sub(" ", decision.message or "").strip() or None
    until = decision.until.replace(microsecond=0) if decision.until else None
    return Announcement(message, until, _round_up(decision.begins) if decision.begins else None)


def _round_up(instant: datetime) -> datetime:
    """Return the instant, or the next whole second: no visitor may be turned away too early."""
    return instant + timedelta(microseconds=-instant.microsecond % 1_000_000)
