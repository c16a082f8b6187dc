"""How durations, instants and time zones are written, and what happens when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.times import (
    LONGEST_DURATION,
    clock_changes,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
    parse_zone,
    to_instant,
    wall_time,
)

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
A_DURATION = "expected a duration such as 90m, 2h, 1h30m, 2d or PT2H"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90m", 90),
        ("2h", 120),
        ("1h30m", 90),
        ("2d", 2880),
        ("1W", 10080),
        ("1w1d1h1m60s", 11582),
        ("PT2H", 120),
        ("pt90m", 90),
        ("P1DT2H", 1560),
        ("P1W", 10080),
        ("PT120S", 2),
        ("007m", 7),
        ("3660d", 3660 * 1440),
    ],
)
def test_a_duration_may_be_compact_or_iso_8601(text: str, minutes: int) -> None:
    """Both forms, in either case, mean elapsed time."""
    assert timedelta(minutes=minutes) == parse_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m",
        "0",
        "1h 30m",
        "30m1h",
        "1y",
        "P1M",
        "P",
        "PT",
        "P1DT",
        "-1h",
        "1.5h",
        "٣m",
        "1234567s",
    ],
)
def test_an_invalid_duration_is_refused(text: str) -> None:
    """Months and years have no fixed length; signs, fractions and foreign digits are typos."""
    with pytest.raises(UnreadableValue, match=rf"^{A_DURATION}$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["90", "5"])
def test_a_duration_without_a_unit_is_refused_with_the_remedy(text: str) -> None:
    """Most who forget the unit mean minutes."""
    with pytest.raises(UnreadableValue, match=rf"^unit missing: write {text}m for minutes$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0m", "PT0S", "3661d"])
def test_a_duration_of_zero_or_of_more_than_ten_years_is_refused(text: str) -> None:
    """Zero is a slip; a very long one could pass the last year of the calendar."""
    sentence = f"^a duration must be longer than zero and at most {LONGEST_DURATION.days} days$"
    with pytest.raises(UnreadableValue, match=sentence):
        parse_duration(text)


@pytest.mark.parametrize("text", ["90s", "1h30m", "1d12h", "10d", "45m", "1d1h1m1s"])
def test_a_formatted_duration_can_be_parsed(text: str) -> None:
    """What we print can be typed."""
    assert parse_duration(text) == parse_duration(format_duration(parse_duration(text)))


def test_a_duration_below_a_second_is_formatted_as_zero() -> None:
    """The form has no unit smaller than a second."""
    assert "0s" == format_duration(timedelta(milliseconds=300))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T04:00+01:00", "2026-12-01T03:00"),
        ("2026-12-01T04:00+0100", "2026-12-01T03:00"),
        ("2026-12-01T03:00Z", "2026-12-01T03:00"),
        ("2026-12-01t03:00:00.000z", "2026-12-01T03:00"),
        ("2026-12-01T04:00", "2026-12-01T03:00"),
        ("2026-12-01T04:00:30", "2026-12-01T03:00:30"),
        ("2026-07-01T04:00", "2026-07-01T02:00"),
        ("2026-12-01", "2026-11-30T23:00"),
    ],
)
def test_an_instant_without_offset_is_local_time(text: str, instant: str) -> None:
    """With an offset it is independent of the zone."""
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert expected == parse_instant(text, zone=LJUBLJANA)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "04:00",
        "2026-12-01T",
        "2026-12-01T4:00",
        "2026-12-01T24:00",
        "2026-13-01",
        "2026-12-32",
        "01.12.2026",
        "2026-12-01Z",
        "2026-12-01T04:00+15:00",
        "1969-12-31",
        "2026-12-01T04:00:60",
    ],
)
def test_an_invalid_instant_is_refused_with_the_valid_forms(text: str) -> None:
    """The error shows every form."""
    with pytest.raises(UnreadableValue) as caught:
        parse_instant(text, zone=LJUBLJANA)

    assert (
        "expected a time such as 2026-12-01T04:00+01:00, 2026-12-01T03:00Z, 2026-12-01T04:00 "
        "or 2026-12-01"
    ) == str(caught.value)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-04-31T04:00Z", "9999-12-31T23:00-14:00"])
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    """The form is right, the date is not."""
    with pytest.raises(UnreadableValue, match=r"^this date does not exist$"):
        parse_instant(text, zone=LJUBLJANA)


@pytest.mark.parametrize(
    "text", ["2026-12-01T03:00Z", "2026-12-01T03:00:30Z", "2026-12-01T03:00:30.500000Z"]
)
def test_a_formatted_instant_can_be_parsed_and_is_as_short_as_possible(text: str) -> None:
    """What we print can be typed."""
    assert text == format_instant(parse_instant(text, zone=LJUBLJANA))


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        # clocks go forward: the first instant after the gap
        ("Europe/Ljubljana", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Ljubljana", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Ljubljana", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Ljubljana", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
        # clocks go back: the first of the two
        ("Europe/Ljubljana", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Europe/Ljubljana", "2026-10-25T03:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        # clocks that never change
        ("Asia/Kolkata", "2026-03-29T02:30", "2026-03-28T21:00"),
        ("UTC", "2026-03-29T02:30", "2026-03-29T02:30"),
    ],
)
def test_a_local_time_has_one_instant_when_clocks_change(
    zone: str, wall: str, instant: str
) -> None:
    """A time in a gap means the end of the gap; a time that exists twice means the first."""
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert expected == to_instant(datetime.fromisoformat(wall), ZoneInfo(zone))


def test_an_instant_is_in_utc_on_every_machine() -> None:
    """A laptop's own time zone must not leak into what is read."""
    found = (
        parse_instant("2026-12-01T04:00+01:00", zone=LJUBLJANA),
        parse_instant("2026-12-01T04:00", zone=LJUBLJANA),
        to_instant(datetime.fromisoformat("2026-12-01T04:00"), LJUBLJANA),
        to_instant(datetime.fromisoformat("2026-03-29T02:30"), LJUBLJANA),
    )

    assert [UTC] * 4 == [each.tzinfo for each in found]


def test_a_fraction_of_a_second_is_kept() -> None:
    """Parameter Store's times have one."""
    wall = datetime.fromisoformat("2026-12-01T04:00:00.500")

    assert wall.replace(hour=3, tzinfo=UTC) == to_instant(wall, LJUBLJANA)


def test_a_wall_time_carries_no_fold() -> None:
    """In a repeated hour, both passes show the same wall time, and it means the first."""
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    shown = wall_time(second, LJUBLJANA)

    assert (wall_time(first, LJUBLJANA), 0) == (shown, shown.fold)
    assert first == to_instant(shown.replace(fold=1), LJUBLJANA)


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Ljubljana", ["2026-03-29T01:00Z", "2026-10-25T01:00Z"]),
        ("Australia/Lord_Howe", ["2026-04-04T15:00Z", "2026-10-03T15:30Z"]),
        ("UTC", []),
    ],
)
def test_clocks_change_twice_a_year_or_never(zone: str, changes: list[str]) -> None:
    """Each change is the first instant with the new offset."""
    since, until = (datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2027))
    found = clock_changes(ZoneInfo(zone), since=since, until=until)
    assert changes == [format_instant(each) for each in found]


@pytest.mark.parametrize("name", ["Europe/Ljubljana", "europe/ljubljana", "EUROPE/LJUBLJANA"])
def test_the_case_of_a_time_zone_does_not_matter(name: str) -> None:
    """Nor does it anywhere else in a value."""
    assert "Europe/Ljubljana" == parse_zone(name).key


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    """A folder of the database is not a zone, nor is a path outside it."""
    names = "expected one such as Europe/Ljubljana, America/New_York or UTC"
    with pytest.raises(UnreadableValue, match=f"^unknown time zone: {names}$"):
        parse_zone(name)
