"""What earlier values still do: skipped, edited, unreadable and deleted parameters."""

from copy import replace
from datetime import datetime

import pytest
from maintenance.schedule.decision import Decision, NextChange, Schedule, decide, history_matters
from maintenance.schedule.history import Version, last_off, last_readable, last_readable_value
from maintenance.schedule.switch import Off, parse_switch
from maintenance.schedule.window import Window, parse_window

from tests.unit.site import (
    LIVE,
    MAINTENANCE,
    SUNDAYS,
    UNCHANGED,
    ZONE,
    Site,
    a_version,
    instant,
    modes,
    printed,
)


def window(text: str, written: datetime) -> Window:
    """Return the window `w` of this value."""
    return parse_window("w", text, zone=ZONE, written=written)


def test_off_until_skips_the_windows_that_begin_up_to_then() -> None:
    """An operator skips next Sunday with it."""
    site = Site(switch=[("2026-12-03", "off until 2026-12-06T02:00")], windows=[SUNDAYS])
    times = ("2026-12-06T02:00", "2026-12-06T03:00", "2026-12-13T02:00")
    assert [LIVE, LIVE, MAINTENANCE] == modes(site, *times)


def test_a_skipped_window_is_not_the_next_occurrence() -> None:
    """Nor does the decision change when it would have begun."""
    site = Site(switch=[("2026-12-03", "off for 7d")], windows=[SUNDAYS])
    decision = site.at("2026-12-04")
    expected = site.occurrence("2026-12-13T02:00", "2026-12-13T04:00")
    assert (expected, expected.begins) == (decision.next_occurrence, decision.valid_until)


def test_the_reason_of_an_off_until_says_what_it_skips() -> None:
    """The sentence is the same before and after that time."""
    site = Site(switch=[("2026-12-03", "off until 2026-12-06T03:00")])
    assert (
        "Live: the switch has been off since 2026-12-03T00:00Z and skips windows that begin up to "
        "2026-12-06T03:00Z." == site.at("2026-12-04").reason == site.at("2026-12-31").reason
    )


def test_a_plain_off_cancels_an_earlier_off_until() -> None:
    """The newest off decides, not the one that reaches furthest."""
    site = Site(
        switch=[("2026-12-03", "off until 2026-12-06T03:00"), ("2026-12-04", "off")],
        windows=[SUNDAYS],
    )
    assert MAINTENANCE == site.at("2026-12-06T02:30").mode


def test_a_later_on_does_not_bring_skipped_windows_back() -> None:
    """Although the skipped window begins after the on was written."""
    site = Site(
        switch=[("2026-12-03", "off until 2026-12-06T03:00"), ("2026-12-04", "on for 10m")],
        windows=[SUNDAYS],
    )
    decisions = [site.at(time) for time in ("2026-12-05", "2026-12-06T02:30")]
    expected = [(LIVE, site.occurrence("2026-12-13T02:00", "2026-12-13T04:00"))] * 2
    assert expected == [(one.mode, one.next_occurrence) for one in decisions]


def test_no_window_runs_after_the_stack_was_deleted() -> None:
    """It leaves `off until 9999-12-31` behind, and dates cannot grow any more."""
    site = Site(
        switch=[("2026-12-03", "off until 9999-12-31T23:59:59Z")],
        windows=[SUNDAYS, "cron(0 2 ? * SUN *) for 2h in Pacific/Auckland"],
    )
    decision = site.at("2026-12-06T03:00")
    assert (LIVE, None) == (decision.mode, decision.valid_until)


def test_an_open_window_that_is_edited_follows_its_new_value() -> None:
    """If it is longer now, it stays open; if it was moved away, it is over at once."""
    longer = Site(windows=["cron(0 2 ? * SUN *) for 3h"]).at("2026-12-06T04:30")
    moved = Site(windows=["cron(0 5 ? * SUN *) for 2h"]).at("2026-12-06T03:00")
    assert (MAINTENANCE, LIVE) == (longer.mode, moved.mode)


def test_an_open_window_that_is_deleted_is_over() -> None:
    """At once, not at its former end."""
    assert LIVE == Site(windows=[]).at("2026-12-06T03:00").mode


def test_a_window_that_becomes_unreadable_keeps_its_last_readable_value() -> None:
    """The newest of the readable versions."""
    history = [
        Version("cron(0 1 ? * SUN *) for 1h", instant("2026-11-01"), 1),
        Version(SUNDAYS, instant("2026-11-02"), 2),
        Version("cron(0 2 ? * SUN *) fro 2h", instant("2026-12-06T02:30"), 3),
    ]
    expected = parse_window("w", SUNDAYS, zone=ZONE, written=instant("2026-11-02"))
    assert expected == last_readable_value(history, window)


def test_a_window_that_was_never_readable_is_ignored() -> None:
    """There is no earlier value to keep."""
    history = [Version("weekly", instant("2026-11-01"), 1)]
    assert None is last_readable_value(history, window)


def test_a_window_that_is_written_inside_an_occurrence_is_open_at_once() -> None:
    """It began before it was written, but after the last off."""
    assert MAINTENANCE == Site(windows=[SUNDAYS]).at("2026-12-06T02:01").mode


def test_without_a_switch_and_an_open_window_the_mode_is_unchanged() -> None:
    """Deleting the switch does not end maintenance."""
    site = Site(switch=[], windows=[SUNDAYS])
    assert site.at("2026-12-05") == Decision(
        mode=UNCHANGED,
        reason="Unchanged: the switch has no valid value and no window is open, "
        "so the site stays as it is.",
        valid_until=instant("2026-12-06T02:00"),
        next_change=NextChange(instant("2026-12-06T02:00"), closes=True, window="w0"),
        next_occurrence=site.occurrence("2026-12-06T02:00", "2026-12-06T04:00"),
    )


def test_windows_run_without_a_switch() -> None:
    """At their end the mode is unchanged, not live."""
    site = Site(switch=[], windows=[SUNDAYS])
    assert [MAINTENANCE, UNCHANGED] == modes(site, "2026-12-06T02:00", "2026-12-06T04:00")


def test_a_clock_behind_ssm_does_not_ignore_the_write_that_woke_the_controller() -> None:
    """The present is never earlier than the switch."""
    switch = parse_switch("on for 1h", written=instant("2026-12-01T01:00"), zone=ZONE)
    decision = decide(Schedule(switch), now=instant("2026-12-01T00:59:58"))
    assert MAINTENANCE == decision.mode


def test_a_clock_behind_ssm_does_not_start_a_window_that_an_off_has_ended() -> None:
    """The window begins between our time and SSM's."""
    window = parse_window("w", "at(2026-12-01T00:59:59) for 1h", zone=ZONE)
    switch = parse_switch("off", written=instant("2026-12-01T01:00"), zone=ZONE)
    decision = decide(Schedule(switch, windows=[window]), now=instant("2026-12-01T00:59:58"))
    assert (LIVE, None) == (decision.mode, decision.valid_until)


def test_a_clock_behind_ssm_does_not_name_an_open_window_as_the_next() -> None:
    """The window begins between our time and the write."""
    window = parse_window("w", "at(2026-12-01T00:59:59) for 1h", zone=ZONE)
    switch = parse_switch("on", written=instant("2026-12-01T01:00"), zone=ZONE)
    decision = decide(Schedule(switch, windows=[window]), now=instant("2026-12-01T00:59:58"))
    expected = (None, "2026-12-01T01:59:59Z")
    assert expected == (decision.next_occurrence, printed(decision.valid_until))


def test_an_unreadable_switch_counts_as_never_written() -> None:
    """The last readable version counts, with its own time and its own end."""
    site = Site(switch=[("2026-12-01T01:00", "on for 1h"), ("2026-12-01T01:30", "offf")])
    assert [MAINTENANCE, LIVE] == modes(site, "2026-12-01T01:45", "2026-12-01T02:00")


def test_an_unreadable_off_ends_nothing() -> None:
    """Nor does one whose end is before it was written."""
    site = Site(
        switch=[
            ("2026-11-01", "off"),
            ("2026-12-06T02:10", "offf"),
            ("2026-12-06T02:20", "off until 2025-12-06"),
            ("2026-12-06T02:30", "on for 10m"),
        ],
        windows=[SUNDAYS],
    )
    assert MAINTENANCE == site.at("2026-12-06T03:00").mode


def test_without_any_readable_version_there_is_no_switch() -> None:
    """The same as after it was deleted."""
    history = [Version("maintenance", instant("2026-12-01"), 1)]
    assert (None, None) == (last_readable(history, ZONE), last_off(history, ZONE))


@pytest.mark.parametrize("last", ["2026-12-01T03:00", "2026-12-01T02:59:59"])
def test_the_newest_version_is_that_with_the_highest_number(last: str) -> None:
    """SSM lists versions in no fixed order, and the clocks of its hosts differ."""
    site = Site(switch=[("2026-12-01T01:00", "on"), ("2026-12-01T03:00", "off"), (last, "on")])
    forwards = last_readable(site.history, ZONE)
    rotated = last_readable(site.history[1:] + site.history[:1], ZONE)
    assert forwards == rotated == parse_switch("on", written=instant(last), zone=ZONE)


def test_the_newest_off_is_that_with_the_highest_number() -> None:
    """Although another host of SSM has dated the one before it later."""
    values = ("off until 2026-12-06T03:00", "off", "on for 10m")
    written = ("2026-12-05T02:00:00.5", "2026-12-05T02:00:00.4", "2026-12-05T02:30")
    site = Site(switch=list(zip(written, values, strict=True)), windows=[SUNDAYS])
    assert MAINTENANCE == site.at("2026-12-06T02:30").mode


def test_a_window_that_began_before_an_on_outlasts_it_if_there_was_never_an_off() -> None:
    """No off means that nothing was ended."""
    site = Site(switch=[("2026-12-06T02:30", "on for 10m")], windows=[SUNDAYS])
    assert [None, MAINTENANCE] == [last_off(site.history, ZONE), site.at("2026-12-06T03:00").mode]


@pytest.mark.parametrize(
    ("switch", "windows", "matters"),
    [
        ("off", ["cron(0 3 ? * SUN *) for 2h"], False),
        ("off", ["at(2026-12-06T02:30:01) for 2h"], False),
        ("off", ["at(2026-12-06T02:00) for 31m"], False),
        ("off", ["at(2026-12-06T02:30) for 2h"], True),
        ("off for 1m", [SUNDAYS], False),
        ("on", [], False),
        ("on", ["at(2026-12-01T02:00) for 1h"], False),
        ("on", [SUNDAYS], True),
        ("on for 1h", ["at(2026-12-06T02:00) for 2h"], True),
    ],
)
def test_the_history_matters_if_an_earlier_off_or_a_late_command_may_decide(
    switch: str, windows: list[str], *, matters: bool
) -> None:
    """That is, behind an on with a window, or while an off ends one; else no call is needed."""
    site = Site(switch=[("2026-12-06T02:30", switch)], windows=windows)
    schedule = site.schedule("2026-12-06T02:31")
    assert matters == history_matters(schedule, now=instant("2026-12-06T02:31"))


def test_what_is_remembered_of_a_deleted_switch_matters_if_there_is_a_window() -> None:
    """SSM deletes its history together with the parameter, and the status remembers its off."""
    site = Site(switch=[], windows=[SUNDAYS])
    now = instant("2026-12-06T02:31")
    assert history_matters(site.schedule("2026-12-06T02:31"), now=now)
    assert not history_matters(Schedule(None), now=now)


def test_a_remembered_off_has_ended_what_began_before_it() -> None:
    """Also if the switch is missing; nothing is lifted, and nothing closes."""
    off = Off(instant("2026-12-06T02:30"), instant("2026-12-06T02:30"))
    schedule = replace(
        Site(switch=[], windows=[SUNDAYS]).schedule("2026-12-06T03:00"), last_off=off
    )
    assert UNCHANGED == decide(schedule, now=instant("2026-12-06T03:00")).mode
    assert MAINTENANCE == decide(schedule, now=instant("2026-12-13T02:00")).mode


@pytest.mark.parametrize("written", ["2026-12-06T02:00Z", "2026-12-06T02:30Z"])
def test_a_late_off_does_not_end_what_began_after_its_instant(written: str) -> None:
    """It was meant for what was open then, and the reason says so."""
    site = Site(
        switch=[("2026-11-01", "off"), (written, "off", "2026-12-06T01:59:40")],
        windows=[SUNDAYS],
    )
    decision = site.at("2026-12-06T03:00")
    assert MAINTENANCE == decision.mode
    assert (
        "Maintenance until 2026-12-06T04:00Z: window 'w0' is open until 2026-12-06T04:00Z, the off "
        f"of 2026-12-06T01:59:40Z, which was written at {written}, ends only what began "
        "before it." == decision.reason
    )


@pytest.mark.parametrize("command", ["2026-12-06T02:00", "2026-12-06T02:29:59"])
def test_a_late_off_ends_what_began_before_its_instant(command: str) -> None:
    """Or at the very same instant, as an off that is written does."""
    site = Site(
        switch=[("2026-11-01", "off"), ("2026-12-06T02:30", "off", command)], windows=[SUNDAYS]
    )
    assert LIVE == site.at("2026-12-06T03:00").mode


def test_a_late_off_until_skips_what_begins_up_to_then() -> None:
    """Also what began between its instant and its write."""
    late = ("2026-12-06T02:30", "off until 2026-12-06T02:40", "2026-12-06T01:00")
    assert LIVE == Site(switch=[late], windows=[SUNDAYS]).at("2026-12-06T03:00").mode


def test_an_off_that_an_operator_writes_after_a_late_one_counts_from_its_write() -> None:
    """Although SSM may keep the description that the command has left."""
    late = a_version(1, "2026-12-06T02:30", "off", "2026-12-06T01:59:40")
    own = Version("off", instant("2026-12-06T03:00"), 2, late.description)
    off = last_off([own, late], ZONE)
    assert Off(own.written, own.written) == off


def test_a_hypothetical_off_is_newer_than_that_of_the_history() -> None:
    """It ends the window that is open, whatever the history knows."""
    window = parse_window("w", SUNDAYS, zone=ZONE)
    switch = parse_switch("off", written=instant("2026-12-06T03:00"), zone=ZONE)
    earlier = Off(instant("2026-12-01"), instant("2026-12-01"))
    decision = decide(Schedule(switch, earlier, [window]), now=instant("2026-12-06T03:00"))
    assert LIVE == decision.mode
