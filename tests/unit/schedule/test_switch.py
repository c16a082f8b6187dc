"""What the switch's value means, how nonsense is refused, and what a command writes."""

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

ONLY_A_MESSAGE = "only a message may follow here, behind a colon and a space"
AN_INSTANT = (
    "an instant reads 2026-12-01T04:00+01:00, 2026-12-01T03:00Z, 2026-12-01T04:00 or 2026-12-01"
)
UNREADABLE = {
    "": "at its end: it begins with on or off",
    "no": "at 'no': it begins with on or off",
    "onn": "at 'onn': it begins with on or off",
    "on:soon": "at 'on:soon': it begins with on or off",
    "on\u00a0for 2h": "at 'on\\xa0for': it begins with on or off",
    ": on": "at its end: it begins with on or off",
    "true": "at 'true': it begins with on or off",
    "on fro 90m": "at 'fro': for, until, or a message behind a colon and a space may follow here",
    "on 90m": "at '90m': for, until, or a message behind a colon and a space may follow here",
    "on for": "at its end: a duration is missing",
    "on for: soon": "at its end: a duration is missing",
    "on until": "at its end: an instant is missing",
    "on for 90": "at '90': a duration reads 90m, 2h, 1h30m, 2d or PT2H",
    "on for 1h 30m": f"at '30m': {ONLY_A_MESSAGE}",
    "on for 90m until 2026-12-01": f"at 'until': {ONLY_A_MESSAGE}",
    "on until tomorrow": f"at 'tomorrow': {AN_INSTANT}",
    "on until 2026-12-01 04:00": f"at '04:00': {ONLY_A_MESSAGE}",
    "on until 2026-11-31": "at '2026-11-31': the calendar has no such instant",
    "on until 2025-12-01T04:00Z": "that is not later than 2026-11-30T12:00Z, when it was written",
    "off until 2026-11-30T12:00Z": "that is not later than 2026-11-30T12:00Z, when it was written",
    "on for 0m": "at '0m': a duration is longer than zero and at most 3660 days",
}

# Readable in form; only the calendar or the clock can tell that they are wrong.
REFUSED_LATER = {
    "on until 2026-11-31",
    "on until 2025-12-01T04:00Z",
    "off until 2026-11-30T12:00Z",
    "on for 0m",
}


@pytest.mark.parametrize("text", READABLE)
def test_a_readable_value_means_what_the_table_says(text: str) -> None:
    """Case and outer white space do not matter; a message follows a colon and white space."""
    assert READABLE[text] == parse_switch(text, written=T, zone=LJUBLJANA)


@pytest.mark.parametrize("text", UNREADABLE)
def test_an_unreadable_value_is_refused_at_its_fault(text: str) -> None:
    """The sentence points at what is wrong."""
    with pytest.raises(UnreadableValue, match=re.escape(f"{UNREADABLE[text]}. It reads: on | off")):
        parse_switch(text, written=T, zone=LJUBLJANA)


def test_a_refusal_quotes_the_value_and_shows_the_grammar() -> None:
    """Whoever reads the alarm needs no manual."""
    with pytest.raises(UnreadableValue) as refusal:
        parse_switch(" on fro 90m ", written=T, zone=LJUBLJANA)

    assert (
        "The value 'on fro 90m' is not understood at 'fro': for, until, or a message behind a "
        "colon and a space may follow here. It reads: on | off [for 90m | for PT2H | until "
        "2026-12-01T04:00+01:00] [: message], where an instant without offset is in the stack's "
        "time zone." == str(refusal.value)
    )


def test_a_refusal_quotes_no_more_of_a_long_value_than_helps() -> None:
    """A page pasted by mistake fits into an alarm all the same."""
    with pytest.raises(UnreadableValue) as refusal:
        parse_switch("<html>" * 700, written=T, zone=LJUBLJANA)

    assert len(str(refusal.value)) < 700


def test_the_instant_of_writing_is_kept_in_utc() -> None:
    """SSM's client answers in the local time of the machine."""
    written = datetime(2026, 11, 30, 13, tzinfo=LJUBLJANA)
    assert UTC == parse_switch("on", written=written, zone=LJUBLJANA).written.tzinfo


@pytest.mark.parametrize(("text", "minutes"), [("on for 1h", 59), ("off for 1h", 59), ("on", 999)])
def test_a_switch_is_not_over_before_its_end(text: str, minutes: int) -> None:
    """What names no end is never over."""
    switch = parse_switch(text, written=T, zone=LJUBLJANA)
    assert not switch.is_over(T + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [60, 61])
def test_a_switch_is_over_when_its_end_has_come(minutes: int) -> None:
    """The end is not part of the stretch."""
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
    """So that a command that arrives late ends when it was meant to; all else stays as it is."""
    assert written == resolve(text, at=T, zone=LJUBLJANA)


def test_a_command_within_a_second_counts_from_the_next() -> None:
    """The value stays readable for people, and no end comes early."""
    at = T + timedelta(microseconds=1)
    assert "on until 2026-11-30T12:01:01Z" == resolve("on for 1m", at=at, zone=LJUBLJANA)


@pytest.mark.parametrize(
    "text", ["onn", "on for", "on until 2026-11-30T12:00Z", "on until 2026-11-30T12:30"]
)
def test_a_command_of_nonsense_is_refused(text: str) -> None:
    """Nothing unreadable is ever written on somebody's behalf."""
    with pytest.raises(UnreadableValue):
        resolve(text, at=T, zone=LJUBLJANA)


def test_the_allowed_pattern_fits_into_ssm() -> None:
    """AllowedPattern has at most 1024 characters (SSM API Reference, PutParameter)."""
    assert len(ALLOWED_PATTERN) <= 1024


@pytest.mark.parametrize("text", READABLE)
def test_the_allowed_pattern_lets_every_readable_value_in(text: str) -> None:
    """It never stands between an operator and the switch."""
    assert re.fullmatch(ALLOWED_PATTERN, text)


@pytest.mark.parametrize("text", sorted(UNREADABLE.keys() - REFUSED_LATER - {"on\u00a0for 2h"}))
def test_the_allowed_pattern_refuses_typos(text: str) -> None:
    """Whether it looks for a match of the whole value or anywhere in it."""
    assert re.search(ALLOWED_PATTERN, text) is None


def test_the_allowed_pattern_refuses_a_no_break_space_where_white_space_is_ascii() -> None:
    """Java's engine knows ASCII white space only, as this module does; Python's needs telling."""
    assert re.search(ALLOWED_PATTERN, "on\u00a0for 2h", re.ASCII) is None


def test_the_allowed_pattern_uses_nothing_that_engines_write_differently() -> None:
    """Look-ahead and groups that do not capture are alike everywhere; flags and names are not."""
    assert {":", "="} == set(re.findall(r"\(\?(.)", ALLOWED_PATTERN))
