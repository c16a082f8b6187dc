"""Who asked for what the site does: row by row of the table, and by what name."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.schedule.decision import Schedule
from maintenance.schedule.history import CommandOrigin, Version, readable_writes
from maintenance.schedule.request import (
    Request,
    Requester,
    find_request,
    short_name,
    switch_requester,
    window_requester,
)
from maintenance.schedule.skip import Skip
from maintenance.schedule.switch import parse_switch
from maintenance.schedule.window import parse_window

from tests.builders import ACCOUNT, NOW
from tests.unit.site import SUNDAYS, ZONE, instant

WRITTEN = instant("2026-11-02")
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
OURS = f"arn:aws:sts::{ACCOUNT}:assumed-role/site-ControllerRole-A1B2/site-Controller"


def a_schedule(switch: tuple[str, str] | None, *windows: str) -> Schedule:
    """Return a switch, by when it was written and its value, and windows w0, w1 and so on."""
    parsed = None
    if switch:
        parsed = parse_switch(switch[1], written=instant(switch[0]), zone=ZONE)
    return Schedule(
        parsed,
        windows=[
            parse_window(f"w{number}", text, zone=ZONE, written=WRITTEN)
            for number, text in enumerate(windows)
        ],
    )


MORNING = "at(2026-12-06T01:00) for 3h"


@pytest.mark.parametrize(
    ("switch", "windows", "now", "expected"),
    [
        (("2026-12-01", "on"), (), "2026-12-02", Request(instant("2026-12-01"))),
        (("2026-12-06", "on"), (SUNDAYS,), "2026-12-06T03:00", Request(instant("2026-12-06"))),
        (("2026-12-01", "off"), (SUNDAYS,), "2026-12-06T03:00", Request(WRITTEN, "w0")),
        (("2026-12-01", "off"), (SUNDAYS, MORNING), "2026-12-06T03:00", Request(WRITTEN, "w1")),
        (None, (SUNDAYS,), "2026-12-06T03:00", Request(WRITTEN, "w0")),
        (("2026-12-01", "off"), (), "2026-12-02", Request(instant("2026-12-01"))),
        (("2026-12-01", "on for 1h"), (), "2026-12-02", Request(instant("2026-12-01"))),
        # The window ended after the off had been written.
        (("2026-12-01", "off"), (SUNDAYS,), "2026-12-06T04:00", Request(WRITTEN, "w0")),
        (
            ("2026-12-06T01:00", "on for 9m"),
            (SUNDAYS,),
            "2026-12-06T04:00",
            Request(WRITTEN, "w0"),
        ),
        # This off ended it, and its own end came later.
        (
            ("2026-12-06T03:00", "off"),
            (SUNDAYS,),
            "2026-12-06T05:00",
            Request(instant("2026-12-06T03:00")),
        ),
        # The switch kept the site in maintenance for longer.
        (
            ("2026-12-06T03:00", "on for 2h"),
            (SUNDAYS,),
            "2026-12-06T05:00",
            Request(instant("2026-12-06T03:00")),
        ),
        (None, (SUNDAYS,), "2026-12-06T05:00", None),
    ],
)
def test_the_version_that_decides_is_the_request(
    switch: tuple[str, str] | None, windows: tuple[str, ...], now: str, expected: Request | None
) -> None:
    """The table in the docstring of `request`; an off of last month did not open last Sunday."""
    found = find_request(a_schedule(switch, *windows), now=instant(now))

    assert (expected is None) == (found is None)
    assert found is None or (expected and found.is_same(expected))


@pytest.mark.parametrize(
    ("switch", "windows", "now", "since"),
    [
        (("2026-12-01", "on"), (), "2026-12-02", "2026-12-01"),
        (("2026-12-01", "off"), (), "2026-12-02", "2026-12-01"),
        (("2026-12-01", "on for 1h"), (), "2026-12-02", "2026-12-01T01:00"),
        (("2026-12-01", "off"), (SUNDAYS,), "2026-12-06T03:00", "2026-12-06T02:00"),
        (("2026-12-01", "off"), (SUNDAYS,), "2026-12-06T05:00", "2026-12-06T04:00"),
    ],
)
def test_a_request_asks_from_an_instant_on(
    switch: tuple[str, str], windows: tuple[str, ...], now: str, since: str
) -> None:
    """Not always from when it was written: a window begins, and ends, and so does an on."""
    found = find_request(a_schedule(switch, *windows), now=instant(now))

    assert found
    assert instant(since) == found.since


@pytest.mark.parametrize(
    ("since", "is_later"),
    [
        (None, True),
        (NOW, True),
        (NOW - timedelta(seconds=2), True),
        (NOW - timedelta(seconds=3), False),
    ],
)
def test_a_request_is_later_than_an_instant_as_far_as_clocks_agree(
    since: datetime | None, *, is_later: bool
) -> None:
    """SSM dates a version by its own clock."""
    assert is_later == Request(NOW, since=since).is_later_than(NOW)


SKIPPED = "2026-12-06T03:00"


@pytest.mark.parametrize(
    ("skip", "now", "expected"),
    [
        # Written while the window was open, it opened the site, also after the window's own end.
        (Skip(instant(SKIPPED), instant("2026-12-06T03:00:01")), "2026-12-06T03:30", "w0/skip"),
        (Skip(instant(SKIPPED), instant("2026-12-06T03:00:01")), "2026-12-06T05:00", "w0/skip"),
        # Written before, it kept the site open, which the off had opened.
        (Skip(instant("2026-12-05"), instant("2026-12-07")), "2026-12-06T03:30", ""),
        # This occurrence began after it.
        (Skip(instant("2026-12-05"), instant("2026-12-06")), "2026-12-06T05:00", "w0"),
    ],
)
def test_a_skip_that_ended_a_window_is_the_request(skip: Skip, now: str, expected: str) -> None:
    """It is somebody else's wish than the window."""
    schedule = a_schedule(("2026-12-01", "off"), SUNDAYS)
    window = replace(schedule.windows[0], skip=skip)

    found = find_request(replace(schedule, windows=[window]), now=instant(now))

    assert found
    assert expected == found.window


def test_a_window_of_unknown_age_asks_for_nothing() -> None:
    """Its version could not be found in its history."""
    window = parse_window("w0", SUNDAYS, zone=ZONE)

    assert None is find_request(Schedule(None, windows=[window]), now=instant("2026-12-06T03:00"))


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (USER, "ana"),
        (f"arn:aws:iam::{ACCOUNT}:user/ops/eu/ana", "ana"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/ana@example.com", "ana@example.com"),
        (f"arn:aws:iam::{ACCOUNT}:root", "root"),
        ("", ""),
    ],
)
def test_people_know_a_writer_by_user_or_session(arn: str, name: str) -> None:
    """The rest of the ARN is for programs."""
    assert name == short_name(arn)


def a_requester(user: str, description: str = "", *, written: datetime = NOW) -> Requester:
    """Return who asked, if this user wrote the only version of the switch, at NOW."""
    history = [Version("on", NOW, 1, description, user=user)]
    writes = tuple(readable_writes(history, ZONE))
    return switch_requester(Request(written), writes, controller="site-Controller")


def test_a_person_is_who_wrote_the_switch() -> None:
    """By the name of the user, and with the ARN."""
    assert Requester(Request(NOW), "ana", USER) == a_requester(USER)


def test_a_version_that_the_history_lacks_has_no_writer() -> None:
    """It is newer than what SSM answered, or older than what it keeps."""
    later = instant("2026-12-02")

    assert Requester(Request(later)) == a_requester(USER, written=later)


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("", "a command"),
        (
            'by "bob" from "our.pipeline" in account 123456789012',
            'a command that says it was sent by "bob" from "our.pipeline" in account 123456789012',
        ),
    ],
)
def test_a_command_is_named_with_what_it_says(sender: str, name: str) -> None:
    """The controller wrote it; who sent it, only the command says."""
    described = CommandOrigin(NOW, sender=sender).describe(NOW)

    assert Requester(Request(NOW), name, OURS) == a_requester(OURS, described)


def test_a_person_who_forges_a_description_is_named() -> None:
    """Anyone who may write the switch may describe it as a command of another person."""
    forged = CommandOrigin(NOW, sender='by "bob"').describe(NOW)

    assert Requester(Request(NOW), "ana", USER) == a_requester(USER, forged)


def test_the_controller_without_a_command_is_named() -> None:
    """It wrote the first off when the stack was created."""
    assert Requester(Request(NOW), "site-Controller", OURS) == a_requester(OURS)


@pytest.mark.parametrize(
    ("arn", "name"), [("", "window 'sunday'"), (USER, "window 'sunday', written by ana")]
)
def test_a_window_is_named_even_if_its_writer_is_unknown(arn: str, name: str) -> None:
    """The window is what people planned."""
    request = Request(NOW, "sunday")

    assert Requester(request, name, arn) == window_requester(request, arn)


def test_a_skip_is_named_with_its_window() -> None:
    """Its parameter is below the window's."""
    request = Request(NOW, "sunday/skip")
    name = "the skip of window 'sunday', written by ana"

    assert Requester(request, name, USER) == window_requester(request, USER)
