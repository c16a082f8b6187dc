"""What earlier writes still do: skipped, edited, unreadable and deleted parameters."""

import pytest
from maintenance.schedule.decision import Decision, NextChange, Schedule, decide, history_matters
from maintenance.schedule.history import Version, last_off, last_readable, last_readable_window
from maintenance.schedule.switch import parse_switch
from maintenance.schedule.window import parse_window

from tests.unit.site import (
    LIVE,
    MAINTENANCE,
    SUNDAYS,
    UNCHANGED,
    ZONE,
    Site,
    instant,
    modes,
    printed,
)


def test_off_until_skips_the_windows_that_begin_up_to_it() -> None:
    """So one skips next Sunday."""
    site = Site(switch=[("2026-12-03", "off until 2026-12-06T02:00")], windows=[SUNDAYS])
    times = ("2026-12-06T02:00", "2026-12-06T03:00", "2026-12-13T02:00")
    assert [LIVE, LIVE, MAINTENANCE] == modes(site, *times)


def test_a_skipped_window_is_not_announced() -> None:
    """Neither as the next start nor as the next change."""
    site = Site(switch=[("2026-12-03", "off for 7d")], windows=[SUNDAYS])
    decision = site.at("2026-12-04")
    expected = site.occurrence("2026-12-13T02:00", "2026-12-13T04:00")
    assert (expected, expected.begins) == (decision.next_occurrence, decision.valid_until)


def test_an_off_until_says_what_it_skips() -> None:
    """The sentence holds before and after that instant."""
    site = Site(switch=[("2026-12-03", "off until 2026-12-06T03:00")])
    assert (
        "Live: the switch has said off since 2026-12-03T00:00Z and skips windows that begin up to "
        "2026-12-06T03:00Z." == site.at("2026-12-04").reason == site.at("2026-12-31").reason
    )


def test_a_plain_off_takes_an_earlier_off_until_back() -> None:
    """The newest version that says off decides, not the one that reaches furthest."""
    site = Site(
        switch=[("2026-12-03", "off until 2026-12-06T03:00"), ("2026-12-04", "off")],
        windows=[SUNDAYS],
    )
    assert MAINTENANCE == site.at("2026-12-06T02:30").mode


def test_an_on_between_does_not_bring_skipped_windows_back() -> None:
    """The skipped window begins after the switch was written, and stays skipped all the same."""
    site = Site(
        switch=[("2026-12-03", "off until 2026-12-06T03:00"), ("2026-12-04", "on for 10m")],
        windows=[SUNDAYS],
    )
    decisions = [site.at(time) for time in ("2026-12-05", "2026-12-06T02:30")]
    expected = [(LIVE, site.occurrence("2026-12-13T02:00", "2026-12-13T04:00"))] * 2
    assert expected == [(one.mode, one.next_occurrence) for one in decisions]


def test_a_stack_that_was_deleted_never_opens_a_window() -> None:
    """`off until 9999-12-31` is what it leaves behind; LeadTime does not run off the calendar."""
    site = Site(
        switch=[("2026-12-03", "off until 9999-12-31T23:59:59Z")],
        windows=[SUNDAYS, "cron(0 2 ? * SUN *) for 2h in Pacific/Auckland"],
        lead_time="10m",
    )
    decision = site.at("2026-12-06T03:00")
    assert (LIVE, None) == (decision.mode, decision.valid_until)


def test_a_window_edited_while_it_is_on_counts_as_it_is_now() -> None:
    """Longer, it stays on; moved away, it is over at once."""
    longer = Site(windows=["cron(0 2 ? * SUN *) for 3h"]).at("2026-12-06T04:30")
    moved = Site(windows=["cron(0 5 ? * SUN *) for 2h"]).at("2026-12-06T03:00")
    assert (MAINTENANCE, LIVE) == (longer.mode, moved.mode)


def test_a_window_deleted_while_it_is_on_is_over() -> None:
    """What is not there keeps nothing closed."""
    assert LIVE == Site(windows=[]).at("2026-12-06T03:00").mode


def test_a_window_made_unreadable_goes_on_as_it_was() -> None:
    """The last readable version stands in for it."""
    history = [
        Version("cron(0 1 ? * SUN *) for 1h", instant("2026-11-01")),
        Version(SUNDAYS, instant("2026-11-02")),
        Version("cron(0 2 ? * SUN *) fro 2h", instant("2026-12-06T02:30")),
    ]
    assert parse_window("w", SUNDAYS, zone=ZONE) == last_readable_window("w", history, ZONE)


def test_a_window_that_was_never_readable_is_no_window() -> None:
    """There is nothing to stand in for it."""
    assert None is last_readable_window("w", [Version("weekly", instant("2026-11-01"))], ZONE)


def test_a_window_written_while_it_would_be_running_is_on_at_once() -> None:
    """It begins after the last off, although before it was written."""
    assert MAINTENANCE == Site(windows=[SUNDAYS]).at("2026-12-06T02:01").mode


def test_a_deleted_switch_lifts_nothing() -> None:
    """And no window is open."""
    site = Site(switch=[], windows=[SUNDAYS])
    assert site.at("2026-12-05") == Decision(
        mode=UNCHANGED,
        reason="Unchanged: no switch can be read and no window is open, "
        "so nothing is closed and nothing is lifted.",
        valid_until=instant("2026-12-06T02:00"),
        next_change=NextChange(instant("2026-12-06T02:00"), closes=True, window="w0"),
        next_occurrence=site.occurrence("2026-12-06T02:00", "2026-12-06T04:00"),
    )


def test_windows_open_although_the_switch_was_deleted() -> None:
    """And at their end nothing is lifted."""
    site = Site(switch=[], windows=[SUNDAYS])
    assert [MAINTENANCE, UNCHANGED] == modes(site, "2026-12-06T02:00", "2026-12-06T04:00")


def test_a_clock_behind_that_of_ssm_does_not_undo_the_write_that_woke_us() -> None:
    """The present is no earlier than the switch."""
    switch = parse_switch("on for 1h", written=instant("2026-12-01T01:00"), zone=ZONE)
    decision = decide(Schedule(switch), now=instant("2026-12-01T00:59:58"))
    assert MAINTENANCE == decision.mode


def test_a_clock_behind_that_of_ssm_does_not_reopen_what_an_off_has_ended() -> None:
    """The window would begin between our clock and SSM's."""
    window = parse_window("w", "at(2026-12-01T00:59:59) for 1h", zone=ZONE)
    switch = parse_switch("off", written=instant("2026-12-01T01:00"), zone=ZONE)
    decision = decide(Schedule(switch, windows=[window]), now=instant("2026-12-01T00:59:58"))
    assert (LIVE, None) == (decision.mode, decision.valid_until)


def test_a_clock_behind_that_of_ssm_announces_nothing_that_has_begun() -> None:
    """The window begins between our clock and the write, so it is open, not to come."""
    window = parse_window("w", "at(2026-12-01T00:59:59) for 1h", zone=ZONE)
    switch = parse_switch("on", written=instant("2026-12-01T01:00"), zone=ZONE)
    decision = decide(Schedule(switch, windows=[window]), now=instant("2026-12-01T00:59:58"))
    expected = (None, "2026-12-01T01:59:59Z")
    assert expected == (decision.next_occurrence, printed(decision.valid_until))


def test_an_unreadable_switch_is_as_if_never_written() -> None:
    """The last readable version stands in, with its own instant and its own end."""
    site = Site(switch=[("2026-12-01T01:00", "on for 1h"), ("2026-12-01T01:30", "offf")])
    assert [MAINTENANCE, LIVE] == modes(site, "2026-12-01T01:45", "2026-12-01T02:00")


def test_an_unreadable_off_ends_nothing() -> None:
    """Nor does one whose end lies before it."""
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
    """As if it had been deleted."""
    history = [Version("maintenance", instant("2026-12-01"))]
    assert (None, None) == (last_readable(history, ZONE), last_off(history, ZONE))


def test_a_history_may_come_in_any_order() -> None:
    """Of two versions with the same instant the one listed later is newer."""
    site = Site(
        switch=[("2026-12-01T01:00", "on"), ("2026-12-01T03:00", "off"), ("2026-12-01T03:00", "on")]
    )
    forwards = last_readable(site.history, ZONE)
    rotated = last_readable(site.history[1:] + site.history[:1], ZONE)
    assert forwards == rotated == parse_switch("on", written=instant("2026-12-01T03:00"), zone=ZONE)


def test_nobody_ever_said_off() -> None:
    """Then a window that has long begun is open when the on is over."""
    site = Site(switch=[("2026-12-06T02:30", "on for 10m")], windows=[SUNDAYS])
    assert [None, MAINTENANCE] == [last_off(site.history, ZONE), site.at("2026-12-06T03:00").mode]


@pytest.mark.parametrize(
    ("switch", "windows", "matters"),
    [
        ("off", [SUNDAYS], False),
        ("on", [], False),
        ("on", ["at(2026-12-01T02:00) for 1h"], False),
        ("on", [SUNDAYS], True),
        ("on for 1h", ["at(2026-12-06T02:00) for 2h"], True),
    ],
)
def test_the_history_matters_while_the_switch_says_on_and_windows_are_open_or_to_come(
    switch: str, windows: list[str], *, matters: bool
) -> None:
    """Otherwise nothing depends on it, and the call is spared."""
    site = Site(switch=[("2026-12-06T02:30", switch)], windows=windows)
    schedule = site.schedule("2026-12-06T02:31")
    assert matters == history_matters(schedule, now=instant("2026-12-06T02:31"))


def test_the_history_of_a_deleted_switch_does_not_matter() -> None:
    """It was deleted with it."""
    schedule = Site(switch=[], windows=[SUNDAYS]).schedule("2026-12-06T02:31")
    assert not history_matters(schedule, now=instant("2026-12-06T02:31"))
