"""Laws of the times that people type: what is accepted is exact, and never past."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st
from maintenance.cli.switch.typed_end import TypedEnd, parse_end, parse_extension
from maintenance.cli.switch.typed_instant import parse_typed_instant
from maintenance.cli.terminal import Clock
from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import parse_switch

from tests.hypothesis_profiles import examples

MANY = examples(250)
ZONES = st.sampled_from(
    ["Europe/Ljubljana", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
INSTANTS = st.datetimes(
    datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2029-01-01")
).map(lambda naive: naive.replace(tzinfo=UTC))
CLOCKS = st.one_of(
    st.times().map(lambda each: f"{each:%H:%M}"),
    st.times().map(lambda each: f"{each.hour}:{each:%M:%S}"),
    st.builds("{}{}".format, st.integers(0, 13), st.sampled_from(["am", " pm"])),
)
DAYS = st.one_of(
    st.sampled_from(["", "today", "tomorrow", "Sunday", "wed", "on Friday at"]),
    st.dates(min_value=datetime(2026, 1, 1, tzinfo=UTC).date()).map(str),
    st.builds("{} {}".format, st.integers(0, 32), st.sampled_from(["Jan", "february", "Dec"])),
)
OFFSETS = st.sampled_from(["", "", "Z", " UTC", "+05:30", " -03", " CET", " EDT"])
TIMES = st.builds("until {} {}{}".format, DAYS, CLOCKS, OFFSETS)
UNITS = st.sampled_from(["m", "h", " hours", " minutes", " d", "weeks", " fortnights"])
DURATIONS = st.lists(st.builds("{}{}".format, st.integers(0, 99), UNITS), max_size=3).map(
    lambda parts: f"for {' '.join(parts)}"
)
TYPED = TIMES | DURATIONS | st.text(max_size=20) | st.text("until 0123456789:+-apmz", max_size=20)


def read(text: str, now: datetime, zone: ZoneInfo) -> TypedEnd | None:
    """Return the end that a text means, None if it is refused with the usual error."""
    try:
        return parse_end(text, now=now, zone=zone)
    except UnreadableValue as error:
        assert str(error).startswith("Cannot read the time ")  # noqa: PT017 # either result is right
        return None


@MANY
@given(TYPED, INSTANTS, ZONES)
def test_what_is_accepted_means_the_same_to_the_switch(
    text: str, now: datetime, zone: ZoneInfo
) -> None:
    """The parameter's own parser, whose grammar stays exact, finds the instant that was shown."""
    end = read(text, now, zone)
    if end:
        switch = parse_switch(f"on {end.words}: message", written=now, zone=ZoneInfo("UTC"))
        assert (end.at, "message") == (switch.until, switch.message)


@MANY
@given(TYPED, INSTANTS, ZONES)
def test_no_end_is_past(text: str, now: datetime, zone: ZoneInfo) -> None:
    """An end that is over would act as the opposite of what was meant."""
    end = read(text, now, zone)
    assert end is None or end.at > now


@MANY
@given(CLOCKS, INSTANTS, ZONES)
def test_a_time_of_day_is_at_most_a_day_away(text: str, now: datetime, zone: ZoneInfo) -> None:
    """Or 25 hours, on the day on which clocks go back."""
    with suppress(UnreadableValue):
        ahead = parse_typed_instant(text, now=now, zone=zone) - now
        assert timedelta(0) < ahead <= timedelta(hours=25)


@MANY
@given(CLOCKS, INSTANTS, ZONES)
def test_a_time_of_day_is_of_today_or_within_12_hours(
    text: str, now: datetime, zone: ZoneInfo
) -> None:
    """Once it is over, the command never takes tomorrow's in its place without a word."""
    with suppress(UnreadableValue):
        found = parse_typed_instant(text, now=now, zone=zone)
        is_today = found.astimezone(zone).date() == now.astimezone(zone).date()
        assert is_today or found - now <= timedelta(hours=12)


@MANY
@given(st.integers(1, 280 * 24 * 60), INSTANTS, ZONES)
def test_what_the_command_shows_can_be_typed(minutes: int, now: datetime, zone: ZoneInfo) -> None:
    """With the name of its clocks, even while they change."""
    shown = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    assume(shown > now)
    typed = Clock(now, zone).time(shown)
    assert shown == parse_typed_instant(typed, now=now, zone=zone)


@MANY
@given(DURATIONS, INSTANTS, ZONES)
def test_an_extension_by_a_duration_is_later_than_the_end(
    text: str, end: datetime, zone: ZoneInfo
) -> None:
    """It never shortens a maintenance."""
    with suppress(UnreadableValue):
        assert end < parse_extension(text, end=end, now=end, zone=zone)
