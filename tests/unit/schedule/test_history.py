"""The history: its order, and what each writing meant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from maintenance.schedule.history import HistoryEntry, Version, meaning, newest_first

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
WRITTEN = datetime(2026, 12, 1, 2, 0, 13, 500, tzinfo=UTC)


def a_writing(
    value: str, *, window: str | None = None, number: int = 1, written: datetime = WRITTEN
) -> HistoryEntry:
    """Return a writing of the switch, or of a window."""
    user = "arn:aws:iam::123456789012:user/ana"
    return HistoryEntry("/site/maintenance", window, number, Version(value, written), user)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("on", "maintenance until somebody ends it"),
        ("on for 90m: Upgrade", "maintenance until 2026-12-01T03:30:13Z"),
        ("on until 2026-12-02T04:00", "maintenance until 2026-12-02T03:00Z"),
        ("off", "live, until a window begins"),
        (
            "off until 2026-12-07",
            "live, and windows that begin up to 2026-12-06T23:00Z are skipped",
        ),
    ],
)
def test_a_writing_of_the_switch_means_what_its_parser_reads(value: str, meant: str) -> None:
    """In the stack's zone, and counted from when it was written."""
    assert (meant, True) == _told(a_writing(value))


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (
            "cron(0 2 ? * SUN *) for 2h",
            "for 2h in Europe/Ljubljana, first at 2026-12-06T01:00Z",
        ),
        ("at(2026-12-02T02:00) for 90m in UTC", "for 1h30m in UTC, first at 2026-12-02T02:00Z"),
        ("at(2026-11-01) for 1d", "for 1d in Europe/Ljubljana, and never after it was written"),
    ],
)
def test_a_writing_of_a_window_means_its_first_start(value: str, meant: str) -> None:
    """Of all of them that one shows a slip best."""
    assert (meant, True) == _told(a_writing(value, window="weekly"))


@pytest.mark.parametrize(
    ("window", "value", "error"),
    [
        (None, "onn", "The value 'onn' is not understood at 'onn': it begins with on or off"),
        ("weekly", "on for 2h", "The value 'on for 2h' is not understood at 'on': it begins with"),
    ],
)
def test_an_unreadable_writing_says_why_it_meant_nothing(
    window: str | None, value: str, error: str
) -> None:
    """It quotes the value, as the alarm did."""
    text, is_readable = _told(a_writing(value, window=window))
    assert is_readable is False
    assert text.startswith(error)


def test_the_newest_writing_comes_first() -> None:
    """Of two at the same instant, the later version."""
    earlier = a_writing("on", number=1)
    later = a_writing("off", number=2)
    newest = a_writing("on", window="w", number=1, written=datetime(2026, 12, 2, tzinfo=UTC))
    assert (newest, later, earlier) == newest_first([earlier, newest, later])


def _told(writing: HistoryEntry) -> tuple[str, bool]:
    meant = meaning(writing, zone=LJUBLJANA)
    return meant.text, meant.is_readable
