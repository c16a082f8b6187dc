"""What the switch's value means, why others are refused, and what a command writes."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.switch import ALLOWED_PATTERN, Says, Switch, parse_switch, resolve

LJUBLJANA = ZoneInfo("Europe/Ljubljana")
T = datetime(2026, 11, 30, 12, tzinfo=UTC)
X = datetime(2026, 12, 1, 3, tzinfo=UTC)

READABLE = {
    "on": Switch(Says.ON, T),
    "off": Switch(Says.OFF, T),
    "  ON\n": Switch(Says.ON, T),
    "on for 90m": Switch(Says.ON, T, until=T + timedelta(minutes=90)),
    "On For PT90M": Switch(Says.ON, T, until=T + timedelta(minutes=90)),
    "off for 7d": Switch(Says.OFF, T, until=T + timedelta(days=7)),
    "on until 2026-12-01T04:00+01:00": Switch(Says.ON, T, until=X),
    "on UNTIL 2026-12-01T04:00": Switch(Says.ON, T, until=X),
    "off until 2026-12-01t03:00z": Switch(Says.OFF, T, until=X),
    "off until 9999-12-31": Switch(Says.OFF, T, until=datetime(9999, 12, 30, 23, tzinfo=UTC)),
    "on: back at four": Switch(Says.ON, T, message="back at four"),
    "on : back at four": Switch(Says.ON, T, message="back at four"),
    "on:\nback at four\nor five": Switch(Says.ON, T, message="back at four\nor five"),
    "on for 90m: see https://status.example.com: soon": Switch(
        Says.ON,
        T,
        until=T + timedelta(minutes=90),
        message="see https://status.example.com: soon",
    ),
    "on until 2026-12-01T04:00: späť o štvrtej": Switch(
        Says.ON, T, until=X, message="späť o štvrtej"
    ),
    "on:": Switch(Says.ON, T),
    "on:  ": Switch(Says.ON, T),
}

ONLY_A_MESSAGE = "only ': message' can follow"
A_TIME = (
    "expected a time such as 2026-12-01T04:00+01:00, 2026-12-01T03:00Z, 2026-12-01T04:00 "
    "or 2026-12-01"
)
LATER = "this is not later than 2026-11-30T12:00Z, when the value was written"
UNREADABLE = {
    "": "at the end: expected 'on' or 'off'",
    "no": "at 'no': expected 'on' or 'off'",
    "onn": "at 'onn': expected 'on' or 'off'",
    "on:soon": "at 'on:soon': expected 'on' or 'off'",
    "on\u00a0for 2h": "at 'on\\xa0for': expected 'on' or 'off'",
    ": on": "at the end: expected 'on' or 'off'",
    "true": "at 'true': expected 'on' or 'off'",
    "on fro 90m": "at 'fro': expected 'for', 'until' or ': message'",
    "on 90m": "at '90m': expected 'for', 'until' or ': message'",
    "on for": "at the end: a duration is missing",
    "on for: soon": "at the end: a duration is missing",
    "on until": "at the end: a time is missing",
    "on for 90": "at '90': unit missing: write 90m for minutes",
    "on for 1h 30m": f"at '30m': {ONLY_A_MESSAGE}",
    "on for 90m until 2026-12-01": f"at 'until': {ONLY_A_MESSAGE}",
    "on until tomorrow": f"at 'tomorrow': {A_TIME}",
    "on until 2026-12-01 04:00": f"at '04:00': {ONLY_A_MESSAGE}",
    "on until 2026-11-31": "at '2026-11-31': this date does not exist",
    "on until 2025-12-01T04:00Z": LATER,
    "off until 2026-11-30T12:00Z": LATER,
    "on for 0m": "at '0m': a duration must be longer than zero and at most 3660 days",
}

# AllowedPattern lets these in: whether they are valid depends on the calendar or the clock.
REFUSED_LATER = {
    "on until 2026-11-31",
    "on until 2025-12-01T04:00Z",
    "off until 2026-11-30T12:00Z",
    "on for 0m",
}


@pytest.mark.parametrize("text", READABLE)
def test_a_valid_value_is_read(text: str) -> None:
    """Case and outer white space do not matter; a message follows a colon and white space."""
    assert READABLE[text] == parse_switch(text, written=T, zone=LJUBLJANA)


@pytest.mark.parametrize("text", UNREADABLE)
def test_an_invalid_value_is_refused_with_the_word_that_is_wrong(text: str) -> None:
    """The error points at the word and says what is expected there."""
    with pytest.raises(UnreadableValue, match=re.escape(f"{UNREADABLE[text]}. Syntax: on | off")):
        parse_switch(text, written=T, zone=LJUBLJANA)


def test_an_error_quotes_the_value_and_shows_the_syntax() -> None:
    """The alarm is enough to fix the value."""
    with pytest.raises(UnreadableValue) as refusal:
        parse_switch(" on fro 90m ", written=T, zone=LJUBLJANA)

    assert (
        "Invalid value 'on fro 90m', at 'fro': expected 'for', 'until' or ': message'. Syntax: "
        "on | off [for 90m | for PT2H | until 2026-12-01T04:00+01:00] [: message], where a time "
        "without an offset is in the stack's time zone." == str(refusal.value)
    )


def test_an_error_shortens_a_long_value() -> None:
    """An HTML page pasted by mistake must not fill the alarm."""
    with pytest.raises(UnreadableValue) as refusal:
        parse_switch("<html>" * 700, written=T, zone=LJUBLJANA)

    assert len(str(refusal.value)) < 700


def test_when_it_was_written_is_kept_in_utc() -> None:
    """boto3 returns LastModifiedDate in the machine's local time."""
    written = datetime(2026, 11, 30, 13, tzinfo=LJUBLJANA)
    assert UTC == parse_switch("on", written=written, zone=LJUBLJANA).written.tzinfo


@pytest.mark.parametrize(("text", "minutes"), [("on for 1h", 59), ("off for 1h", 59), ("on", 999)])
def test_a_switch_is_not_over_before_its_end(text: str, minutes: int) -> None:
    """Without an end it is never over."""
    switch = parse_switch(text, written=T, zone=LJUBLJANA)
    assert not switch.is_over(T + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [60, 61])
def test_a_switch_is_over_when_its_end_has_come(minutes: int) -> None:
    """The end itself is no longer part of it."""
    switch = parse_switch("on for 1h", written=T, zone=LJUBLJANA)
    assert switch.is_over(T + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("on", "on"),
        (" OFF ", " OFF "),
        ("on: back soon", "on: back soon"),
        ("on until 2026-12-01T04:00: soon", "on until 2026-12-01T04:00: soon"),
        ("on for 90m", "on until 2026-11-30T13:30Z"),
        ("OFF FOR 1d", "off until 2026-12-01T12:00Z"),
        ("on for 30s:  for you,\nfor 2h ", "on until 2026-11-30T12:00:30Z: for you,\nfor 2h"),
    ],
)
def test_a_command_writes_an_end_instead_of_a_duration(text: str, written: str) -> None:
    """A command that arrives late still ends on time; any other value stays as it is."""
    assert written == resolve(text, at=T, zone=LJUBLJANA)


def test_a_command_counts_from_the_next_whole_second() -> None:
    """The value stays easy to read, and the end does not come early."""
    at = T + timedelta(microseconds=1)
    assert "on until 2026-11-30T12:01:01Z" == resolve("on for 1m", at=at, zone=LJUBLJANA)


@pytest.mark.parametrize(
    "text", ["onn", "on for", "on until 2026-11-30T12:00Z", "on until 2026-11-30T12:30"]
)
def test_a_command_with_an_invalid_value_is_refused(text: str) -> None:
    """The controller never writes a value that it cannot read."""
    with pytest.raises(UnreadableValue):
        resolve(text, at=T, zone=LJUBLJANA)


def test_the_allowed_pattern_is_within_the_limit_of_ssm() -> None:
    """AllowedPattern has at most 1024 characters (SSM API Reference, PutParameter)."""
    assert len(ALLOWED_PATTERN) <= 1024


@pytest.mark.parametrize("text", READABLE)
def test_the_allowed_pattern_accepts_every_valid_value(text: str) -> None:
    """SSM must never refuse what the controller understands."""
    assert re.fullmatch(ALLOWED_PATTERN, text)


@pytest.mark.parametrize("text", sorted(UNREADABLE.keys() - REFUSED_LATER - {"on\u00a0for 2h"}))
def test_the_allowed_pattern_refuses_typos(text: str) -> None:
    """Even if SSM searches for a match anywhere in the value."""
    assert re.search(ALLOWED_PATTERN, text) is None


def test_the_allowed_pattern_refuses_a_no_break_space() -> None:
    """With ASCII white space, as in Java's engine and in this module."""
    assert re.search(ALLOWED_PATTERN, "on\u00a0for 2h", re.ASCII) is None


def test_the_allowed_pattern_uses_only_syntax_that_all_engines_share() -> None:
    """Look-ahead and non-capturing groups are the same everywhere; flags and names are not."""
    assert {":", "="} == set(re.findall(r"\(\?(.)", ALLOWED_PATTERN))
