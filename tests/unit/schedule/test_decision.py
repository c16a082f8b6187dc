"""The rule of switch and windows, case by case. Times are in UTC."""

from maintenance.schedule.decision import Decision, NextChange

from tests.unit.site import LIVE, MAINTENANCE, SUNDAYS, Site, instant, modes


def test_on_is_maintenance_until_somebody_ends_it() -> None:
    """Nothing but a write changes it: there is no next change and no end."""
    decision = Site(switch=[("2026-12-01T01:00", "on: Back soon")]).at("2026-12-31")
    assert decision == Decision(
        mode=MAINTENANCE,
        reason="Maintenance until somebody ends it: "
        "the switch has said on since 2026-12-01T01:00Z.",
        message="Back soon",
    )


def test_off_is_live() -> None:
    """Without windows nothing is to come."""
    assert Site(switch=[("2026-12-01T01:00", "off")]).at("2026-12-31") == Decision(
        mode=LIVE,
        reason="Live: the switch has said off since 2026-12-01T01:00Z, "
        "and no window that began later is open.",
    )


def test_on_for_an_hour_ends_by_itself() -> None:
    """The end is not part of it."""
    site = Site(switch=[("2026-12-01T01:00", "on for 1h")])
    expected = [MAINTENANCE, MAINTENANCE, LIVE]
    assert expected == modes(site, "2026-12-01T01:00", "2026-12-01T01:59:59", "2026-12-01T02:00")


def test_on_until_announces_its_end_as_the_next_change() -> None:
    """The alarm clock is aimed at it."""
    decision = Site(switch=[("2026-12-01T01:00", "on until 2026-12-01T03:00")]).at(
        "2026-12-01T02:00"
    )
    expected = instant("2026-12-01T03:00")
    assert (expected, expected) == (decision.until, decision.valid_until)


def test_an_on_that_is_over_says_so() -> None:
    """At two in the morning one wants to know why the site is live although the switch says on."""
    site = Site(switch=[("2026-12-01T01:00", "on for 1h")])
    assert (
        "Live: the switch was on until 2026-12-01T02:00Z, which is over, and no window is open."
        == site.at("2026-12-01T02:00").reason
    )


def test_a_window_opens_and_closes_by_itself() -> None:
    """Nobody touches the switch."""
    site = Site(windows=[SUNDAYS])
    times = ("2026-12-06T01:59:59", "2026-12-06T02:00", "2026-12-06T03:59:59", "2026-12-06T04:00")
    assert [LIVE, MAINTENANCE, MAINTENANCE, LIVE] == modes(site, *times)


def test_a_closed_site_announces_the_next_window() -> None:
    """It is both the next start and the next change."""
    site = Site(windows=[SUNDAYS])
    decision = site.at("2026-12-03")
    expected = site.occurrence("2026-12-06T02:00", "2026-12-06T04:00")
    assert (expected, expected.begins) == (decision.next_occurrence, decision.valid_until)


def test_an_open_window_announces_its_end_and_the_next_start() -> None:
    """The end is the next change, a week before the next start."""
    site = Site(windows=[f"{SUNDAYS}: Weekly"])
    assert site.at("2026-12-06T03:00") == Decision(
        mode=MAINTENANCE,
        reason="Maintenance until 2026-12-06T04:00Z: window 'w0' is open until 2026-12-06T04:00Z.",
        until=instant("2026-12-06T04:00"),
        message="Weekly",
        valid_until=instant("2026-12-06T04:00"),
        next_change=NextChange(instant("2026-12-06T04:00"), closes=False, window="w0"),
        next_occurrence=site.occurrence("2026-12-13T02:00", "2026-12-13T04:00"),
    )


def test_a_manual_on_outlasts_the_end_of_a_window() -> None:
    """No window's end lifts an on."""
    site = Site(switch=[("2026-12-06T03:00", "on")], windows=[SUNDAYS])
    assert [MAINTENANCE, MAINTENANCE] == modes(site, "2026-12-06T03:30", "2026-12-06T04:00")


def test_an_off_in_the_middle_of_a_window_ends_it_and_the_next_still_runs() -> None:
    """So one ends a window early."""
    site = Site(switch=[("2026-12-06T02:40", "off")], windows=[SUNDAYS])
    times = ("2026-12-06T02:40", "2026-12-06T03:59", "2026-12-13T02:00")
    assert [LIVE, LIVE, MAINTENANCE] == modes(site, *times)


def test_an_off_at_the_very_beginning_of_a_window_ends_it() -> None:
    """An occurrence runs only if it begins strictly after the off."""
    site = Site(switch=[("2026-12-06T02:00", "off")], windows=[SUNDAYS])
    assert LIVE == site.at("2026-12-06T02:30").mode


def test_an_off_between_lead_and_start_ends_the_window() -> None:
    """The beginning counts, not the start."""
    site = Site(switch=[("2026-12-06T01:55", "off")], windows=[SUNDAYS], lead_time="10m")
    assert [LIVE, LIVE] == modes(site, "2026-12-06T01:56", "2026-12-06T02:30")


def test_lead_time_attaches_earlier_and_lifts_no_later() -> None:
    """Edges need minutes to learn of it."""
    site = Site(windows=[SUNDAYS], lead_time="10m")
    times = ("2026-12-06T01:49", "2026-12-06T01:50", "2026-12-06T03:59", "2026-12-06T04:00")
    assert [LIVE, MAINTENANCE, MAINTENANCE, LIVE] == modes(site, *times)


def test_lead_time_is_part_of_the_announced_start() -> None:
    """Status says when the site begins to close."""
    site = Site(windows=[SUNDAYS], lead_time="10m")
    expected = site.occurrence("2026-12-06T01:50", "2026-12-06T04:00")
    assert expected == site.at("2026-12-03").next_occurrence


def test_an_on_that_runs_out_inside_a_window_ends_nothing() -> None:
    """`on for 1h` typed inside a window; the window goes on to its own end."""
    site = Site(
        switch=[("2026-11-01", "off"), ("2026-12-06T02:10", "on for 1h")], windows=[SUNDAYS]
    )
    times = ("2026-12-06T03:09", "2026-12-06T03:10", "2026-12-06T04:00")
    assert [MAINTENANCE, MAINTENANCE, LIVE] == modes(site, *times)


def test_an_off_and_then_an_on_inside_one_window_leave_it_ended() -> None:
    """What has been ended stays ended when the on runs out."""
    site = Site(
        switch=[("2026-12-06T02:10", "off"), ("2026-12-06T02:20", "on for 10m")], windows=[SUNDAYS]
    )
    times = ("2026-12-06T02:15", "2026-12-06T02:20", "2026-12-06T02:30", "2026-12-13T02:00")
    assert [LIVE, MAINTENANCE, LIVE, MAINTENANCE] == modes(site, *times)
