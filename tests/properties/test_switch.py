"""Properties of the parsers: any text, and what AllowedPattern accepts."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import ALLOWED_PATTERN, Switch, parse_switch, resolve
from maintenance.schedule.times import (
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
)
from maintenance.schedule.window import parse_window

from tests.hypothesis_profiles import examples

ZONE = ZoneInfo("Europe/Ljubljana")
WRITTEN = datetime(2026, 11, 30, 12, tzinfo=UTC)
MANY = examples(250)

BLANKS = st.text(" \t\n\r\f\v", min_size=1, max_size=3)
DURATIONS = st.from_regex(r"[0-9]{1,2}[wdhms]([0-9]{1,2}[hms])?|p([0-9]d)?t[0-9]h", fullmatch=True)
TEXTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01"))
OFFSETS = st.sampled_from(["", "Z", "+01:00", "-0930"])


@st.composite
def values(draw: st.DrawFn) -> str:
    """Return what an operator may type: mostly valid, in any case and with any white space."""
    wall = draw(TEXTS).isoformat(timespec=draw(st.sampled_from(["minutes", "seconds", "auto"])))
    end = draw(
        st.just("")
        | st.tuples(st.just("for"), DURATIONS).map(" ".join)
        | OFFSETS.map(lambda offset: f"until {wall}{offset}")
    )
    message = draw(st.just("") | st.text(max_size=20).map(lambda text: f": {text}"))
    words = f"{draw(st.sampled_from(['on', 'off']))} {end}".strip()
    cased = "".join(draw(st.sampled_from([one.lower(), one.upper()])) for one in words)
    return cased.replace(" ", draw(BLANKS)) + draw(st.just("") | BLANKS) + message


def read(text: str) -> Switch | None:
    """Return what `text` says, or None if it is refused with the usual error."""
    try:
        return parse_switch(text, written=WRITTEN, zone=ZONE)
    except UnreadableValue as error:
        assert "Syntax: on | off" in str(error)  # noqa: PT017 # either result is right
        return None


@MANY
@given(values() | st.text(max_size=30) | st.text("onf utilr0123456789-:TZPhms \n", max_size=24))
@example("on:")
@example("on\u00a0for 2h")
def test_the_allowed_pattern_accepts_every_valid_value(text: str) -> None:
    """Also with ASCII white space only, as in Java's engine."""
    if read(text):
        assert re.fullmatch(ALLOWED_PATTERN, text, re.ASCII)


@MANY
@given(values())
def test_a_value_that_the_allowed_pattern_accepts_is_refused_only_for_its_time(text: str) -> None:
    """The date does not exist or is past, or the duration is zero or beyond ten years."""
    if re.search(ALLOWED_PATTERN, text) and not read(text):
        try:
            parse_switch(text, written=WRITTEN, zone=ZONE)
        except UnreadableValue as error:
            reasons = "date does not exist|not later than|longer than zero"
            assert re.search(reasons, str(error))  # noqa: PT017 # pytest.raises cannot show the text


@MANY
@given(values())
def test_a_resolved_command_means_the_same(text: str) -> None:
    """If it is written at once; and resolving it again changes nothing."""
    meant = read(text)
    if meant:
        value = resolve(text, at=WRITTEN, zone=ZONE)
        assert (meant, value) == (read(value), resolve(value, at=WRITTEN, zone=ZONE))


@MANY
@given(values(), st.integers(0, 10**7))
def test_a_resolved_command_keeps_its_end_however_late_it_is_written(text: str, late: int) -> None:
    """Once it is over, it is refused."""
    meant = read(text)
    if meant and meant.until:
        value, now = resolve(text, at=WRITTEN, zone=ZONE), WRITTEN + timedelta(seconds=late)
        try:
            assert meant.until == parse_switch(value, written=now, zone=ZONE).until
        except UnreadableValue:
            assert meant.is_over(now)


@MANY
@given(st.text(max_size=40) | st.text("cron(at) 0123456789?*/-,#LWfor2hiU:T", max_size=40))
@example("cron(")
@example("at() for 1h")
@example("cron(" + "9" * 5000 + " 2 * * ? *) for 1h")
def test_any_text_is_a_window_or_refused(text: str) -> None:
    """With the usual error, never with another exception."""
    try:
        parse_window("w", text, zone=ZONE)
    except UnreadableValue as error:
        assert "Syntax: cron(" in str(error)  # noqa: PT017 # either result is right


@given(st.integers(1, 3660 * 24 * 3600))
def test_a_formatted_duration_can_be_parsed(seconds: int) -> None:
    """What we print can be typed."""
    duration = timedelta(seconds=seconds)
    assert duration == parse_duration(format_duration(duration))


@given(st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("9998-01-01")))
def test_a_formatted_instant_can_be_parsed(naive: datetime) -> None:
    """What we print can be typed."""
    instant = naive.replace(tzinfo=UTC)
    assert instant == parse_instant(format_instant(instant), zone=ZONE)
