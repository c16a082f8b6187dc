"""Instants as people type them, on the clocks of the site's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from maintenance.cli.switch.typed_instant import format_local, parse_typed_instant
from maintenance.errors import UnreadableValue

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
MONDAY = "2026-11-30T22:20+01:00"


def instant(text: str, *, now: str = MONDAY, zone: ZoneInfo = LJUBLJANA) -> str:
    """Return the instant that a text means, on the clocks of the zone."""
    present = datetime.fromisoformat(now).astimezone(UTC)
    return format_local(parse_typed_instant(text, now=present, zone=zone), zone)


def refusal(text: str, *, now: str = MONDAY) -> str:
    """Return why a text is refused."""
    with pytest.raises(UnreadableValue) as refused:
        instant(text, now=now)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The rows of the module's table.
        ("04:00", "2026-12-01T04:00+01:00"),
        ("4am", "2026-12-01T04:00+01:00"),
        ("today 23:00", "2026-11-30T23:00+01:00"),
        ("tomorrow 6:00", "2026-12-01T06:00+01:00"),
        ("Sunday 04:00", "2026-12-06T04:00+01:00"),
        ("04:00 on Sunday", "2026-12-06T04:00+01:00"),
        ("6 Dec 04:00", "2026-12-06T04:00+01:00"),
        ("Sun Dec 6 4am", "2026-12-06T04:00+01:00"),
        ("6 Dec 2026 04:00", "2026-12-06T04:00+01:00"),
        ("2026-12-06 04:00", "2026-12-06T04:00+01:00"),
        ("2026-12-06", "2026-12-06T00:00+01:00"),
        ("2026-12-06T04:00Z", "2026-12-06T05:00+01:00"),
        ("04:00 UTC", "2026-12-01T05:00+01:00"),
        ("04:00+01:00", "2026-12-01T04:00+01:00"),
        ("04:00 CET", "2026-12-01T04:00+01:00"),
        # Other ways to write them.
        ("23:00", "2026-11-30T23:00+01:00"),
        ("11:30 pm", "2026-11-30T23:30+01:00"),
        ("12am", "2026-12-01T00:00+01:00"),
        ("tomorrow 12pm", "2026-12-01T12:00+01:00"),
        ("04:00:30", "2026-12-01T04:00:30+01:00"),
        ("tomorrow at 6:00", "2026-12-01T06:00+01:00"),
        ("tuesday tomorrow 6:00", "2026-12-01T06:00+01:00"),
        ("mon 23:00", "2026-11-30T23:00+01:00"),
        ("mon 04:00", "2026-12-07T04:00+01:00"),
        ("thurs 04:00", "2026-12-03T04:00+01:00"),
        ("30 Nov 15:00", "2027-11-30T15:00+01:00"),
        ("Dec 6th, 2026 at 4am", "2026-12-06T04:00+01:00"),
        ("2026-12-06t04:00+0530", "2026-12-05T23:30+01:00"),
        ("04:00-05:00", "2026-12-01T10:00+01:00"),
        ("sun 6 dec 02:00 cet", "2026-12-06T02:00+01:00"),
        ("1 Jul 04:00 CEST", "2027-07-01T04:00+02:00"),
    ],
)
def test_a_typed_time_is_an_instant(text: str, expected: str) -> None:
    """On the clocks of the site's zone, unless it names others."""
    assert expected == instant(text)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-30T03:59+01:00", "2026-11-30T04:00+01:00"),
        ("2026-11-30T03:59:59.999999+01:00", "2026-11-30T04:00+01:00"),
        ("2026-11-30T00:00+01:00", "2026-11-30T04:00+01:00"),
        ("2026-11-30T16:00+01:00", "2026-12-01T04:00+01:00"),
        ("2026-11-30T23:00+01:00", "2026-12-01T04:00+01:00"),
        ("2026-12-31T23:00+01:00", "2027-01-01T04:00+01:00"),
    ],
)
def test_a_time_of_day_is_the_next_one(now: str, expected: str) -> None:
    """Of today, however far ahead, or of tomorrow, if that is at most 12 hours ahead."""
    assert expected == instant("04:00", now=now)


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("17:00", "2026-11-30T17:06+01:00", "2026-12-01 17:00 CET write 'until tomorrow 17:00'"),
        ("4am", "2026-11-30T15:59+01:00", "2026-12-01 04:00 CET write 'until tomorrow 4am'"),
        (
            "at  17:00 utc",
            "2026-11-30T18:00+01:00",
            "2026-12-01 17:00 UTC write 'until tomorrow at 17:00 utc'",
        ),
    ],
)
def test_a_time_that_is_over_today_does_not_become_a_day_more(
    text: str, now: str, expected: str
) -> None:
    """An operator who is late by minutes would close the site for a day."""
    assert refusal(text, now=now).endswith(f"; for {expected}")


def test_the_refusal_of_a_time_that_is_over_shows_the_present() -> None:
    """On the clocks that decided."""
    shown = refusal("17:00 UTC", now="2026-11-30T18:06+01:00")
    assert shown.startswith("17:00 is over today, 2026-11-30 17:06 UTC; ")


@pytest.mark.parametrize("text", ["17:00", "5pm", "17:00 UTC", "17:00-05:00"])
def test_what_the_refusal_of_a_time_suggests_can_be_typed(text: str) -> None:
    """It means the instant that the refusal shows."""
    now = "2026-11-30T23:30+01:00"
    shown, suggested = refusal(text, now=now).split("; for ")[1].split(" write ")
    assert shown.startswith("2026-12-01 17:00 ")
    meant = datetime.fromisoformat(instant(suggested.strip("'").removeprefix("until "), now=now))
    assert meant > datetime.fromisoformat("2026-12-01T12:00+01:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-06T03:59+01:00", "2026-12-06T04:00+01:00"),
        ("2026-12-06T04:00+01:00", "2026-12-13T04:00+01:00"),
    ],
)
def test_a_weekday_is_today_as_long_as_its_time_is_to_come(now: str, expected: str) -> None:
    """On Sunday morning, Sunday 04:00 means today."""
    assert expected == instant("Sunday 04:00", now=now)


def test_a_day_that_only_the_next_year_has_is_of_that_year() -> None:
    """In September 2027, 29 February is that of 2028."""
    found = instant("29 Feb 04:00", now="2027-09-21T23:00+02:00")
    assert "2028-02-29T04:00+01:00" == found


def test_what_another_zone_shows_decides_the_day() -> None:
    """It is Monday in Ljubljana and still Sunday in Honolulu."""
    now = "2026-11-30T08:00+01:00"
    assert "2026-11-29T23:00-10:00" == instant(
        "today 23:00", now=now, zone=ZoneInfo("Pacific/Honolulu")
    )
    assert "2026-11-30T23:00+01:00" == instant("today 23:00", now=now)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "today 04:00",
            "this is not later than now, 2026-11-30 22:20 CET; did you mean 'tomorrow'?",
        ),
        ("2025-12-06 04:00", "this is not later than now, 2026-11-30 22:20 CET"),
        ("6 Dec 2025 04:00", "this is not later than now, 2026-11-30 22:20 CET"),
        ("yesterday 04:00", "yesterday is past: write a time that is later than now"),
        ("Mon 6 Dec 04:00", "2026-12-06 is a Sunday"),
        ("tomorrow", "at what time? Add one, such as 04:00"),
        ("Sunday", "at what time? Add one, such as 04:00"),
        ("6 Dec", "at what time? Add one, such as 04:00"),
        ("4", "write 04:00 or 4pm"),
        ("0400", "write 04:00"),
        ("25:00", "25:00 does not exist"),
        ("Sunday 24:00", "24:00 does not exist: write 00:00 of the next day"),
        ("13pm", "13pm does not exist"),
        ("0am", "0am does not exist"),
        ("31 Nov 04:00", "the date 2026-11-31 does not exist"),
        ("2026-11-31 04:00", "the date 2026-11-31 does not exist"),
        ("04:00+25:00", "+25:00 is no offset from UTC"),
        ("04:00 05:00", "'04:00' and '05:00' exclude each other"),
        ("tomorrow 2026-12-01 04:00", "this names two days"),
        ("Sunady 04:00", "did you mean 'sunday'?"),
        ("04:00 CEST", "clocks do not show CEST then; write 2026-12-01T04:00+01:00 (CET)"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_type(text: str, expected: str) -> None:
    """Never a guess: the operator says what is meant."""
    assert expected == refusal(text)


@pytest.mark.parametrize(
    "text", ["next sunday 04:00", "1/12/2026 04:00", "Dec 04:00", "6 04:00", "2026 04:00", "at"]
)
def test_other_forms_are_refused_with_examples(text: str) -> None:
    """An order of day and month that differs by country is not among them."""
    assert "expected a time such as 04:00, 4am, tomorrow 6:00, Sunday 04:00 or " in refusal(text)


def test_a_time_that_comes_twice_is_refused_with_both_instants() -> None:
    """An hour of maintenance lies between them."""
    expected = (
        "02:30 on 2026-10-25 comes twice, because clocks go back in Europe/Ljubljana; "
        "write 2026-10-25T02:30+02:00 (CEST) or 2026-10-25T02:30+01:00 (CET)"
    )
    assert expected == refusal("02:30", now="2026-10-24T23:00+02:00")


@pytest.mark.parametrize("now", ["2026-10-25T02:35+02:00", "2026-10-25T02:10+01:00"])
def test_a_time_that_comes_twice_is_clear_once_the_first_is_over(now: str) -> None:
    """What is past cannot be meant."""
    assert "2026-10-25T02:30+01:00" == instant("02:30", now=now)


@pytest.mark.parametrize("text", ["Sunday 02:30 CET", "02:30 CET", "2026-10-25T02:30+01:00"])
def test_the_name_or_the_offset_chooses_one_of_the_two(text: str) -> None:
    """What the refusal suggests can be typed."""
    assert "2026-10-25T02:30+01:00" == instant(text, now="2026-10-24T23:00+02:00")


def test_a_time_that_clocks_skip_is_refused_with_both_readings() -> None:
    """One is before the change of clocks, the other after it."""
    expected = (
        "02:30 on 2027-03-28 is skipped: clocks go forward in Europe/Ljubljana; "
        "write 2027-03-28T01:30+01:00 (CET) or 2027-03-28T03:30+02:00 (CEST)"
    )
    assert expected == refusal("02:30", now="2027-03-27T23:00+01:00")


def test_a_skipped_time_is_refused_without_a_reading_that_is_past() -> None:
    """At 01:50 only the later one is left."""
    assert refusal("02:30", now="2027-03-28T01:50+01:00").endswith(
        "write 2027-03-28T03:30+02:00 (CEST)"
    )
