"""The history: its order, and what each entry meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.schedule.history import HistoryEntry, Meaning, Version, meaning, newest_first

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
WRITTEN = datetime(2026, 12, 1, 2, 0, 13, 500, tzinfo=UTC)


def an_entry(
    value: str, *, window: str | None = None, number: int = 1, written: datetime = WRITTEN
) -> HistoryEntry:
    """Return an entry of the switch, or of a window."""
    user = "arn:aws:iam::123456789012:user/ana"
    parameter = f"/site/maintenance/windows/{window}" if window else "/site/maintenance"
    return HistoryEntry(parameter, window, Version(value, written, number), user)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("on", "maintenance until someone ends it"),
        ("on for 90m: Upgrade", "maintenance until 2026-12-01T03:30:13Z"),
        ("on until 2026-12-02T04:00", "maintenance until 2026-12-02T03:00Z"),
        ("off", "live until a window begins"),
        (
            "off until 2026-12-07",
            "live, skips windows that begin up to 2026-12-06T23:00Z",
        ),
    ],
)
def test_an_entry_of_the_switch_means_what_the_parser_reads(value: str, meant: str) -> None:
    """In the stack's zone, and `for` counts from when it was written."""
    assert Meaning(meant) == meaning(an_entry(value), zone=LJUBLJANA)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (
            "cron(0 2 ? * SUN *) for 2h",
            "for 2h in Europe/Ljubljana, first at 2026-12-06T01:00Z",
        ),
        ("at(2026-12-02T02:00) for 90m in UTC", "for 1h30m in UTC, first at 2026-12-02T02:00Z"),
        ("at(2026-11-01) for 1d", "for 1d in Europe/Ljubljana, no start after it was written"),
    ],
)
def test_an_entry_of_a_window_names_its_duration_and_first_start(value: str, meant: str) -> None:
    """The first start shows a slip best."""
    assert Meaning(meant) == meaning(an_entry(value, window="weekly"), zone=LJUBLJANA)


@pytest.mark.parametrize(
    ("window", "value", "error"),
    [
        (None, "onn", "Invalid value 'onn', at 'onn': expected 'on' or 'off'."),
        ("weekly", "on for 2h", "Invalid value 'on for 2h', at 'on': expected 'cron(...)'"),
    ],
)
def test_an_unreadable_entry_shows_the_error(window: str | None, value: str, error: str) -> None:
    """The same as in the alarm."""
    meant = meaning(an_entry(value, window=window), zone=LJUBLJANA)
    assert not meant.is_readable
    assert meant.text.startswith(error)


@pytest.mark.parametrize("milliseconds", [0, 1])
def test_the_newest_entry_comes_first(milliseconds: int) -> None:
    """Of one parameter, the higher version, even if another host of SSM has dated it earlier."""
    earlier = an_entry("on", number=1, written=WRITTEN + timedelta(milliseconds=milliseconds))
    later = an_entry("off", number=2)
    newest = an_entry("on", window="w", number=1, written=datetime(2026, 12, 2, tzinfo=UTC))
    assert (newest, later, earlier) == newest_first([earlier, newest, later])
