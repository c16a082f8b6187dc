"""Laws of the timeline: each character stands for its instants, and all maintenance is drawn."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from maintenance.cli.windows.timeline import WEEK, Layer, draw, weeks
from maintenance.schedule.forecast import Stretch
from maintenance.schedule.times import clock_changes, wall_time

from tests.hypothesis_profiles import examples

MANY = examples(200)
ZONES = st.sampled_from(
    ["Europe/Ljubljana", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
).map(ZoneInfo)
INSTANTS = st.integers(0, 366 * 24 * 60).map(
    lambda count: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=count)
)
MINUTES = st.integers(1, 14 * 24 * 60).map(lambda count: timedelta(minutes=count))

MONTHS = st.integers(1, 300).map(lambda count: timedelta(days=count))


@MANY
@given(since=INSTANTS, span=MINUTES, zone=ZONES)
def test_the_weeks_hold_every_instant(since: datetime, span: timedelta, zone: ZoneInfo) -> None:
    """They run from a Monday to a Sunday, day after day without a gap."""
    rows = weeks(since, since + span, zone)
    days = [day for week in rows for day in week]
    assert all(one.ends == other.begins for one, other in pairwise(days))
    assert days[0].begins <= since
    assert since + span <= days[-1].ends
    assert {(WEEK, 0)} == {(len(week), week[0].date.weekday()) for week in rows}


@MANY
@given(
    since=INSTANTS,
    zone=ZONES,
    minute=st.integers(0, 7 * 24 * 60 - 61),
    span=MINUTES,
    cells=st.sampled_from([4, 6, 8]),
)
def test_exactly_the_characters_that_a_stretch_touches_are_marked(
    since: datetime, zone: ZoneInfo, minute: int, span: timedelta, cells: int
) -> None:
    """A stretch of a minute shows, and so does one of days."""
    (week,) = weeks(since, since + timedelta(minutes=1), zone)
    begins = week[0].begins + timedelta(minutes=minute)
    stretch = Stretch(begins, begins + span)
    layers = (Layer("#", (stretch,)),)
    drawn = "".join(draw(day, layers, blank=".", cells=cells) for day in week)
    bounds = [pair for day in week for pair in pairwise(day.bounds(cells))]
    expected = "".join(
        "#" if max(begins, first) < min(begins + span, last) else "." for first, last in bounds
    )
    assert WEEK * cells == len(drawn)
    assert expected == drawn
    assert "#" in drawn


def test_a_stretch_without_an_end_is_drawn_to_the_end() -> None:
    """The first layer that touches a character wins."""
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    ((day, *_),) = weeks(monday, monday + timedelta(days=1), ZoneInfo("UTC"))
    noon = day.begins + timedelta(hours=12)
    layers = (
        Layer("2", (Stretch(noon, noon + timedelta(hours=1)),)),
        Layer("1", (Stretch(noon, None),)),
    )
    assert "....2111" == draw(day, layers, blank=".", cells=8)


@MANY
@given(since=INSTANTS, span=MONTHS, zone=ZONES)
def test_clocks_change_exactly_where_their_offset_does(
    since: datetime, span: timedelta, zone: ZoneInfo
) -> None:
    """Between two changes, before the first and after the last, the offset stays the same."""
    until = since + span
    found = [*clock_changes(zone, since=since, until=until)]
    second = timedelta(seconds=1)
    assert all(wall_time(at - second, zone) + second != wall_time(at, zone) for at in found)
    stops = sorted({since, *found, until})
    offsets = [at.astimezone(zone).utcoffset() for at in stops[:-1]]
    just_before = [(at - second).astimezone(zone).utcoffset() for at in stops[1:]]
    assert offsets == just_before


def test_weeks_begin_on_the_clocks_of_the_zone() -> None:
    """When it is Monday morning in UTC, it is still Sunday evening in New York."""
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    new_york = ZoneInfo("America/New_York")

    ((first, *_, last),) = weeks(monday, monday + timedelta(hours=5), new_york)

    assert "2026-11-16" == str(first.date)
    assert datetime(2026, 11, 16, 5, tzinfo=UTC) == first.begins
    assert monday + timedelta(hours=5) == last.ends


def test_a_stretch_is_not_drawn_from_its_end_on() -> None:
    """It is half open, like a window."""
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    ((day, *_),) = weeks(monday, monday + timedelta(days=1), ZoneInfo("UTC"))
    morning = Stretch(monday + timedelta(hours=9), monday + timedelta(hours=12))

    assert "...#...." == draw(day, (Layer("#", (morning,)),), blank=".", cells=8)
