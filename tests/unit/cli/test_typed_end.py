"""Durations and ends as people type them, and what the switch then says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.cli.switch.typed_end import parse_end, parse_extension
from maintenance.errors import UnreadableValue

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
NOW = datetime(2026, 11, 30, 21, 20, tzinfo=UTC)  # 22:20 in Ljubljana
END = NOW + timedelta(hours=1)


def words(text: str) -> str:
    """Return what the switch says after `on`, '' for nothing."""
    end = parse_end(text, now=NOW, zone=LJUBLJANA)
    return end.words if end else ""


def refusal(text: str) -> str:
    """Return why a text after `on` is refused, without the text."""
    with pytest.raises(UnreadableValue) as refused:
        parse_end(text, now=NOW, zone=LJUBLJANA)
    return str(refused.value).removeprefix(f"Cannot read the time {text!r}: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("for 45m", "for 45m"),
        ("for 45 minutes", "for 45m"),
        ("For  45 MINUTES", "for 45m"),
        ("for 1 h", "for 1h"),
        ("for 1h30m", "for 1h30m"),
        ("for 1h 30m", "for 1h30m"),
        ("for 1 hour 30 mins", "for 1h30m"),
        ("for 90 min", "for 90m"),
        ("for 2 weeks", "for 2w"),
        ("for 1 day 1 hr 1 minute 1 sec", "for 1d1h1m1s"),
        ("for pt2h", "for PT2H"),
        ("until 04:00", "until 2026-12-01T04:00+01:00"),
        ("UNTIL  Sunday  04:00", "until 2026-12-06T04:00+01:00"),
    ],
)
def test_an_end_becomes_the_exact_words_of_the_switch(text: str, expected: str) -> None:
    """The units are those that people write out."""
    assert expected == words(text)


def test_a_duration_counts_from_now() -> None:
    """The end that is shown is the one of a switch that is written at once."""
    end = parse_end("for 1 h", now=NOW, zone=LJUBLJANA)
    assert end
    assert NOW + timedelta(hours=1) == end.at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45m", "did you mean 'for 45m'?"),
        ("1 hour", "did you mean 'for 1 hour'?"),
        ("04:00", "did you mean 'until 04:00'?"),
        ("22:00", "did you mean 'until tomorrow 22:00'?"),
        ("tomorrow 6:00", "did you mean 'until tomorrow 6:00'?"),
        ("fro 45m", "did you mean 'for'?"),
        ("utnil 04:00", "did you mean 'until'?"),
        (
            "please",
            "write for 45m, until 04:00, until tomorrow 6:00 or until Sunday 04:00.",
        ),
        ("for", "a duration is missing: write 45m or 1h30m."),
        ("for 90", "unit missing: write 90m for minutes."),
        ("for 3 minuets", "did you mean 'minutes'?"),
        ("for 2 months", "'months' is no unit: write 45m, 1h30m or 2 days."),
        ("for 1.5h", "a duration has whole numbers: write 90m or 1h30m."),
        ("for 30m 1h", "expected a duration such as 90m, 2h, 1h30m, 2d or PT2H."),
        ("for 0m", "a duration must be longer than zero and at most 3660 days."),
        ("until", "a time is missing: write 04:00 or tomorrow 6:00."),
        ("until tommorow 6:00", "did you mean 'tomorrow'?"),
        ("until 9999-12-31 23:30Z", "this is beyond the last year of the calendar."),
    ],
)
def test_what_is_not_understood_is_refused_with_what_to_type(text: str, expected: str) -> None:
    """A typo suggests the word, and a word that is missing is named."""
    assert expected == refusal(text)


def test_a_time_that_is_over_today_is_refused_with_what_to_type() -> None:
    """For an extension as for a new end."""
    expected = (
        "22:00 is over today, 2026-11-30 22:20 CET; for 2026-12-01 22:00 CET write 'until "
        "tomorrow 22:00'."
    )
    assert expected == refusal("until 22:00")
    with pytest.raises(UnreadableValue) as refused:
        parse_extension("until 22:00", end=END, now=NOW, zone=LJUBLJANA)
    assert str(refused.value).endswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", END + timedelta(minutes=30)),
        ("30 minutes", END + timedelta(minutes=30)),
        ("by 1 h", END + timedelta(hours=1)),
        ("for 1h30m", END + timedelta(minutes=90)),
        ("until 23:00", datetime(2026, 11, 30, 22, tzinfo=UTC)),
        ("until tomorrow 6:00", datetime(2026, 12, 1, 5, tzinfo=UTC)),
    ],
)
def test_an_extension_counts_from_the_old_end(text: str, expected: datetime) -> None:
    """A time after until is the new end, also if it is earlier."""
    assert expected == parse_extension(text, end=END, now=NOW, zone=LJUBLJANA)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("", END, "by how long? Write 30m, or until 04:00."),
        ("30 minuets", END, "did you mean 'minutes'?"),
        ("06:00", END, "did you mean 'until 06:00'?"),
        ("untl 06:00", END, "did you mean 'until'?"),
        ("by", END, "a duration is missing: write 45m or 1h30m."),
        ("30m", None, "there is no end to count from: write until and a time."),
        (
            "3660d",
            datetime.max.replace(tzinfo=UTC),
            "this is beyond the last year of the calendar.",
        ),
    ],
)
def test_an_extension_that_is_not_understood_is_refused(
    text: str, end: datetime | None, expected: str
) -> None:
    """In the same form as an end."""
    with pytest.raises(UnreadableValue) as refused:
        parse_extension(text, end=end, now=NOW, zone=LJUBLJANA)

    assert f"Cannot read the time {text!r}: {expected}" == str(refused.value)
