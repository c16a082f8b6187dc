"""Properties of windows: changes of clocks, last and next, and the occurrences in a span."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st
from maintenance.schedule.times import to_instant, wall_time
from maintenance.schedule.window import Occurrence, Window, occurrences, parse_window

from tests.hypothesis_profiles import examples

MANY = examples(300)
SECOND = timedelta(seconds=1)
ZONES = st.sampled_from(
    ["Europe/Ljubljana", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
).map(ZoneInfo)
# One night of changing clocks in each of those zones that have them.
NIGHTS = st.sampled_from(
    ["2026-03-08", "2026-03-29", "2026-04-04", "2026-10-03", "2026-10-25", "2026-11-01"]
).map(lambda day: datetime.fromisoformat(day).replace(tzinfo=UTC))
WALLS = st.integers(0, 100 * 366 * 24 * 3600).map(
    lambda seconds: datetime.fromisoformat("1970-01-01") + timedelta(seconds=seconds)
)
# Where clocks go forward and back, and the wall-clock time at which they do.
CHANGES = st.sampled_from(
    [
        ("Europe/Ljubljana", "2026-03-29T02:00"),
        ("Europe/Ljubljana", "2026-10-25T02:00"),
        ("America/New_York", "2026-03-08T02:00"),
        ("America/New_York", "2026-11-01T01:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:30"),
        ("Pacific/Apia", "2011-12-30T00:00"),
    ]
)
CRONS = st.sampled_from(
    [
        "cron(30 2 * * ? *)",
        "cron(0/15 1-3 * * ? *)",
        "cron(45 1 * * ? *)",
        "cron(* 2 * * ? *)",
        "cron(0 */6 ? * SUN *)",
        "cron(0 2 LW * ? *)",
        "cron(30 2 ? * SAT *) + 1d",
        "at(2026-10-25T02:30)",
    ]
)
MINUTES = st.integers(1, 3000).map(lambda count: timedelta(minutes=count))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Return a window in a zone."""
    text = f"{draw(CRONS)} for {draw(st.integers(1, 3000))}m in {draw(ZONES).key}"
    return parse_window("w", text, zone=ZoneInfo("UTC"))


@examples(1000)
@given(wall=WALLS, zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo))
def test_the_instant_of_a_wall_time_is_when_clocks_first_show_it_or_more(
    wall: datetime, zone: ZoneInfo
) -> None:
    """In every zone of the database; a second earlier they show less."""
    instant = to_instant(wall, zone)
    assert wall_time(instant, zone) >= wall > wall_time(instant - SECOND, zone)


@MANY
@given(change=CHANGES, seconds=st.integers(-3600, 7200))
def test_the_same_holds_when_clocks_change(change: tuple[str, str], seconds: int) -> None:
    """In the hours around the change; in a gap they show more."""
    zone, wall = ZoneInfo(change[0]), datetime.fromisoformat(change[1]) + seconds * SECOND
    instant = to_instant(wall, zone)
    assert wall_time(instant, zone) >= wall > wall_time(instant - SECOND, zone)


@MANY
@given(change=CHANGES, seconds=st.integers(-3600, 7200), later=st.integers(0, 7200))
def test_a_later_wall_time_never_has_an_earlier_instant(
    change: tuple[str, str], seconds: int, later: int
) -> None:
    """Windows keep their order when clocks change."""
    zone, wall = ZoneInfo(change[0]), datetime.fromisoformat(change[1]) + seconds * SECOND
    assert to_instant(wall, zone) <= to_instant(wall + timedelta(seconds=later), zone)


@MANY
@given(window=windows(), night=NIGHTS, minute=st.integers(0, 2880))
def test_last_and_next_are_the_occurrences_around_an_instant(
    window: Window, night: datetime, minute: int
) -> None:
    """The next after the last is the next, so there is none between them."""
    at = night - timedelta(hours=12) + timedelta(minutes=minute)
    last, following = window.last(at), window.next(at)
    assert last is None or last.begins <= at
    assert following is None or following.begins > at
    if last:
        assert following == window.next(last.begins)
    if following:
        assert last == window.last(following.begins - SECOND)


@MANY
@given(window=windows(), night=NIGHTS, minute=st.integers(0, 2880), span=MINUTES)
def test_occurrences_are_exactly_those_that_overlap_the_span(
    window: Window, night: datetime, minute: int, span: timedelta
) -> None:
    """Compared with all occurrences of a fortnight, one by one."""
    since = night + timedelta(minutes=minute - 1440)
    until = since + span
    expected = [one for one in _fortnight(window, night) if one.ends > since and one.begins < until]
    assert expected == list(occurrences(window, since=since, until=until))


def _fortnight(window: Window, night: datetime) -> list[Occurrence]:
    found, after = [], night - timedelta(days=7)
    while (one := window.next(after)) and one.begins < night + timedelta(days=7):
        found.append(one)
        after = one.begins
    return found


@MANY
@given(window=windows(), night=NIGHTS)
def test_every_occurrence_is_as_long_as_the_window_says(window: Window, night: datetime) -> None:
    """A duration is elapsed time, also when clocks change."""
    assert {window.duration} >= {one.ends - one.begins for one in _fortnight(window, night)}
