"""
Read the settings of when to come back, and say it. Pure.

    the end is           Retry-After is                       and at most
    -----------------    ---------------------------------    -----------------------
    ahead                the seconds to it                    retry_after_max_seconds
    unknown or past      retry_after_seconds                  retry_after_max_seconds

Programs that obey it would stay away until a far end, however early the site is opened.
"""

from __future__ import annotations

import math
import time
from types import MappingProxyType

from maintenance_edge.rules import or_null, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from maintenance_edge.rules import Rules
    from maintenance_edge.settings import Settings

_LONGEST_RETRY_AFTER_SECONDS: Final = 86_400


def retry_after(settings: Settings, now: float) -> str:
    """Return the value of Retry-After at `now` (Unix time), by the table of this module."""
    if settings.until is None or settings.until <= now:
        seconds = settings.retry_after_seconds
    else:
        seconds = math.ceil(settings.until - now)
    return str(min(seconds, settings.retry_after_max_seconds))


def read_instant(text: str | None) -> float | None:
    """Return a valid instant as Unix time, None if there is none."""
    return _unix_time(text) if text else None


def utc_instant(until: float | None) -> str:
    """Return Unix time as 2026-12-01T04:00:00Z; "" for None."""
    return "" if until is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))


def utc_for_people(until: float | None) -> str:
    """Return Unix time as 2026-12-01 04:00 UTC; "" for None."""
    return "" if until is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(until))


def _is_instant(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        _unix_time(value)
    except (ValueError, OverflowError):
        return False
    return True


def _unix_time(text: str) -> float:
    """Return an instant as Unix time; raise ValueError or OverflowError if it is not one."""
    from datetime import UTC, datetime  # noqa: PLC0415 -- slow to load, needed only for an end

    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    # In UTC it may lie outside of the years that datetime has.
    return datetime.fromtimestamp(instant.timestamp(), UTC).timestamp()


RETRY_AFTER_RULES: Final[Rules] = MappingProxyType(
    {
        "until": (or_null(_is_instant), 'a time with offset such as "2026-12-01T04:00Z" or null'),
        "retry_after_seconds": whole_number(_LONGEST_RETRY_AFTER_SECONDS),
        "retry_after_max_seconds": whole_number(_LONGEST_RETRY_AFTER_SECONDS),
    }
)
