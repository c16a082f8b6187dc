"""
Durations, instants and time zones: text in, values out.

Everything inside the controller is an aware instant in UTC; local time exists only at the edges.
Daylight saving is decided in one place, `to_instant`:

    local time            its instant
    --------------------  -----------------------------------------------------
    exists once           that one
    does not exist        the first instant after the gap (never silently skipped)
    exists twice          the first of the two
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from maintenance.errors import UnreadableValue

# Without flags, named groups or digits beyond ASCII, because AllowedPattern is built of these two,
# and another engine reads it.
DURATION_PATTERN = (
    "(?=[0-9])(?:([0-9]{1,6})[wW])?(?:([0-9]{1,6})[dD])?"
    "(?:([0-9]{1,6})[hH])?(?:([0-9]{1,6})[mM])?(?:([0-9]{1,6})[sS])?"
    "|[pP](?=[0-9tT])(?:([0-9]{1,6})[wW])?(?:([0-9]{1,6})[dD])?"
    "(?:[tT](?=[0-9])(?:([0-9]{1,6})[hH])?(?:([0-9]{1,6})[mM])?(?:([0-9]{1,6})[sS])?)?"
)
INSTANT_PATTERN = (
    "(?:19[7-9][0-9]|[2-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[tT](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    "(?:[zZ]|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?"
)
LONGEST_DURATION = timedelta(days=3660)
_DAY = timedelta(days=1)
_DURATION = re.compile(DURATION_PATTERN)
_NUMBER = re.compile("[1-9][0-9]{0,5}")
_INSTANT = re.compile(INSTANT_PATTERN)
_UNITS = (
    ("w", timedelta(weeks=1)),
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)


def parse_duration(text: str) -> timedelta:
    """
    Return the duration that `text` means: `90m`, `1h30m`, `2d` or ISO 8601 `PT2H`, `P1DT2H`.

    Units are w, d, h, m, s in this order; years and months have no fixed length and are refused.
    Raises UnreadableValue, also for a duration of zero or longer than LONGEST_DURATION.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        if _NUMBER.fullmatch(text):
            raise UnreadableValue(f"unit missing: write {text}m for minutes")
        raise UnreadableValue("expected a duration such as 90m, 2h, 1h30m, 2d or PT2H")
    compact, iso = match.groups()[:5], match.groups()[5:]
    counts = [int(one or other or 0) for one, other in zip(compact, iso, strict=True)]
    duration = sum(
        (count * unit for count, (_, unit) in zip(counts, _UNITS, strict=True)), timedelta()
    )
    if not timedelta(0) < duration <= LONGEST_DURATION:
        raise UnreadableValue(
            f"a duration must be longer than zero and at most {LONGEST_DURATION.days} days"
        )
    return duration


def format_duration(duration: timedelta) -> str:
    """Return `duration` in the compact form that parse_duration reads: `1d12h`, whole seconds."""
    rest, parts = duration, []
    for letter, unit in _UNITS[1:]:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"


def parse_instant(text: str, *, zone: ZoneInfo) -> datetime:
    """
    Return the instant, in UTC, that `text` means: `2026-12-01T04:00+01:00`, `...Z`, `2026-12-01`.

    Without an offset it is local time in `zone`; a date alone is its midnight. Seconds are
    optional. Years are 1970 to 9999. Raises UnreadableValue, also for a date that does not exist.
    """
    if _INSTANT.fullmatch(text) is None:
        raise UnreadableValue(
            "expected a time such as 2026-12-01T04:00+01:00, 2026-12-01T03:00Z, 2026-12-01T04:00 "
            "or 2026-12-01"
        )
    try:
        instant = datetime.fromisoformat(text.upper())
        return instant.astimezone(UTC) if instant.tzinfo else to_instant(instant, zone)
    except (ValueError, OverflowError) as error:
        raise UnreadableValue("this date does not exist") from error


def parse_instant_after(text: str, *, written: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that `text` means; raise UnreadableValue unless it is after `written`."""
    instant = parse_instant(text, zone=zone)
    if instant <= written:
        raise UnreadableValue(
            f"this is not later than {format_instant(written)}, when the value was written"
        )
    return instant


def format_instant(instant: datetime) -> str:
    """Return `instant` in UTC, in the form that parse_instant reads: `2026-12-01T03:00Z`."""
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="auto" if utc.second or utc.microsecond else "minutes") + "Z"


def format_to_second(instant: datetime) -> str:
    """Return `instant` as format_instant does, without the fraction of its second."""
    return format_instant(instant.replace(microsecond=0))


def to_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """
    Return the instant, in UTC, at which clocks in `zone` first show `wall` (naive) or more.

    Never decreases as `wall` grows. Raises OverflowError outside the years 1 to 9999.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_time(instant, zone) == wall:
        return instant
    # PEP 495: in a gap, fold=1 takes the offset after the change, which gives an instant before it;
    # fold=0 gives one after it.
    return _change_between(wall.replace(tzinfo=zone, fold=1), instant, zone)


def wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks in `zone` show at `instant`, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def clock_changes(zone: ZoneInfo, *, since: datetime, until: datetime) -> Iterator[datetime]:
    """
    Yield the instants in (since, until] at which clocks in `zone` change, in UTC and in order.

    Misses two changes within a day that cancel each other.
    """
    before = since.astimezone(UTC)
    while before < until:
        after = min(before + _DAY, until.astimezone(UTC))
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield _change_between(before, after, zone)
        before = after


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant, in whole seconds, that has the UTC offset of `after`."""
    offset = after.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def parse_zone(name: str) -> ZoneInfo:
    """
    Return the time zone that is called `name` in the IANA database; case does not matter.

    Raises UnreadableValue.
    """
    try:
        return ZoneInfo(name)
    # ZoneInfo raises KeyError for an unknown name, ValueError for a path, OSError for a folder.
    except (KeyError, ValueError, OSError) as error:
        known = _zones_by_folded_name().get(name.casefold())
        if known is None:
            raise UnreadableValue(
                "unknown time zone: expected one such as Europe/Ljubljana, America/New_York or UTC"
            ) from error
        return ZoneInfo(known)


@cache
def _zones_by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
