"""The history: its order, and what each entry meant."""

from copy import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.schedule.history import (
    ENCRYPTED,
    CommandOrigin,
    HistoryEntry,
    Meaning,
    Version,
    Write,
    latest_write,
    meaning,
    newest_first,
    readable_writes,
)
from maintenance.schedule.switch import Off, parse_switch

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
WRITTEN = datetime(2026, 12, 1, 2, 0, 13, 500, tzinfo=UTC)


def an_entry(
    value: str, *, window: str | None = None, number: int = 1, written: datetime = WRITTEN
) -> HistoryEntry:
    """Return an entry of the switch, or of a window."""
    user = "arn:aws:iam::123456789012:user/ana"
    parameter = f"/site/maintenance/windows/{window}" if window else "/site/maintenance"
    return HistoryEntry(parameter, window, Version(value, written, number, user=user))


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
        ("at(2026-12-01) for 1d", "for 1d in Europe/Ljubljana, no start after it was written"),
    ],
)
def test_an_entry_of_a_window_names_its_duration_and_first_start(value: str, meant: str) -> None:
    """The first start shows a slip best."""
    assert Meaning(meant) == meaning(an_entry(value, window="weekly"), zone=LJUBLJANA)


def test_an_entry_of_a_skip_says_up_to_when_it_skips() -> None:
    """It is no window."""
    entry = an_entry("until 2026-12-06T04:00", window="weekly/skip")
    assert Meaning("skips what begins up to 2026-12-06T03:00Z") == meaning(entry, zone=LJUBLJANA)


@pytest.mark.parametrize(
    ("window", "value", "error"),
    [
        (None, "onn", "Invalid value 'onn', at 'onn': expected 'on' or 'off'."),
        ("weekly", "on for 2h", "Invalid value 'on for 2h', at 'on': expected 'cron(...)'"),
        (
            "weekly",
            "at(2026-11-01) for 1d",
            "Invalid value 'at(2026-11-01) for 1d', at 'at(2026-11-01)': this was over when it was",
        ),
    ],
)
def test_an_unreadable_entry_shows_the_error(window: str | None, value: str, error: str) -> None:
    """The same as in the alarm."""
    meant = meaning(an_entry(value, window=window), zone=LJUBLJANA)
    assert not meant.is_readable
    assert meant.text.startswith(error)


def test_an_encrypted_entry_shows_the_remedy() -> None:
    """Its ciphertext would be taken for an invalid value."""
    version = Version("(encrypted)", WRITTEN, 1, is_encrypted=True)
    entry = HistoryEntry("/site/maintenance", None, version)
    assert Meaning(ENCRYPTED, is_readable=False) == meaning(entry, zone=LJUBLJANA)


@pytest.mark.parametrize("milliseconds", [0, 1])
def test_the_newest_entry_comes_first(milliseconds: int) -> None:
    """Of one parameter, the higher version, even if another host of SSM has dated it earlier."""
    earlier = an_entry("on", number=1, written=WRITTEN + timedelta(milliseconds=milliseconds))
    later = an_entry("off", number=2)
    newest = an_entry("on", window="w", number=1, written=datetime(2026, 12, 2, tzinfo=UTC))
    assert (newest, later, earlier) == newest_first([earlier, newest, later])


COMMAND = CommandOrigin(WRITTEN - timedelta(seconds=30))
FIRST = Version("on", WRITTEN, 1, COMMAND.describe(WRITTEN))


def origins(*history: Version) -> list[CommandOrigin | None]:
    """Return the command of each readable version, newest first."""
    return [each.origin for each in readable_writes(history, LJUBLJANA)]


@pytest.mark.parametrize("off_until", [None, WRITTEN - timedelta(seconds=10)])
def test_a_description_names_the_command_that_wrote_a_version(off_until: datetime | None) -> None:
    """To the microsecond, and with the end of an off that was over."""
    command = CommandOrigin(COMMAND.at, off_until)
    write = Version("off", WRITTEN, 1, command.describe(WRITTEN))
    assert [command] == origins(write)
    assert [Off(WRITTEN, off_until or COMMAND.at)] == [
        each.off for each in readable_writes([write], LJUBLJANA)
    ]


def test_a_description_is_a_sentence_that_people_read() -> None:
    """In Parameter Store's console."""
    assert (
        "Written at 2026-12-01T02:00:13.000500Z by a command of 2026-12-01T01:59:43.000500Z, off "
        "until 2026-12-01T02:00Z; see docs/windows.md"
    ) == CommandOrigin(COMMAND.at, datetime(2026, 12, 1, 2, tzinfo=UTC)).describe(WRITTEN)


def test_a_description_that_a_later_version_has_kept_is_not_its_own() -> None:
    """PutParameter may keep it if a person names none."""
    kept = Version("off", WRITTEN + timedelta(hours=1), 2, FIRST.description)
    assert [None, COMMAND] == origins(FIRST, kept)


@pytest.mark.parametrize(
    ("value", "after", "expected"),
    [
        ("on", timedelta(seconds=90), COMMAND),
        ("off", timedelta(seconds=90), None),
        ("on", timedelta(minutes=3), None),
    ],
    ids=["repeated", "another value", "long after"],
)
def test_a_write_that_was_repeated_because_its_answer_was_lost_is_the_same_command(
    value: str, after: timedelta, expected: CommandOrigin | None
) -> None:
    """If it counted as a person's, it would beat the commands between its instant and its write."""
    repeated = Version(value, WRITTEN + after, 2, FIRST.description)

    assert [expected, COMMAND] == origins(FIRST, repeated)


def test_a_write_by_another_caller_is_no_repetition() -> None:
    """A colleague who says the same at the same time, where PutParameter keeps the description."""
    kept = replace(FIRST, written=WRITTEN + timedelta(seconds=5), number=2, user="ana")

    assert [None, COMMAND] == origins(FIRST, kept)


def test_a_description_whose_origin_was_dropped_is_not_believed() -> None:
    """SSM keeps a hundred versions, so it may have been kept from one that is gone."""
    assert [None] == origins(Version("on", WRITTEN, 2, FIRST.description))


@pytest.mark.parametrize(
    "description", ["", "Written by Ana", COMMAND.describe(WRITTEN).replace("2026", "some")]
)
def test_any_other_description_names_no_command(description: str) -> None:
    """Such as one of a person's own."""
    assert [None] == origins(Version("on", WRITTEN, 1, description))


def a_write(number: int, seconds: int, *, is_command: bool = True) -> Write:
    """Return a write that belongs to an instant."""
    at = WRITTEN + timedelta(seconds=seconds)
    switch = parse_switch("on", written=at, zone=LJUBLJANA)
    return Write(Version("on", at, number), switch, CommandOrigin(at) if is_command else None)


@pytest.mark.parametrize(
    ("writes", "number"),
    [
        ([a_write(3, 30), a_write(2, 20)], 3),
        ([a_write(3, 20), a_write(2, 30)], 2),
        ([a_write(3, 30), a_write(2, 30)], 3),
        ([a_write(4, 10), a_write(3, 20, is_command=False), a_write(2, 30)], 3),
        ([a_write(3, 10, is_command=False), a_write(2, 30)], 3),
    ],
    ids=["in order", "overtaken", "the same instant", "behind a person", "a person's clock"],
)
def test_the_latest_write_counts(writes: list[Write], number: int) -> None:
    """Whatever a person writes counts against all before it, whose instants may be ahead."""
    latest = latest_write(writes)
    assert latest is not None
    assert number == latest.version.number


def test_without_a_write_none_counts() -> None:
    """Of a switch that does not exist."""
    assert None is latest_write([])
