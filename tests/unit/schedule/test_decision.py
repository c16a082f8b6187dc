"""The rule for switch and windows, case by case. Times are in UTC."""

from maintenance.schedule.decision import Decision, NextChange

from tests.unit.site import LIVE, MAINTENANCE, SUNDAYS, Site, instant, modes


def test_on_is_maintenance_until_someone_ends_it() -> None:
    """Only a write changes it: there is no next change and no end."""
    decision = Site(switch=[("2026-12-01T01:00", "on: Back soon")]).at("2026-12-31")
    assert decision == Decision(
        mode=MAINTENANCE,
        reason="Maintenance until someone ends it: the switch has been on since 2026-12-01T01:00Z.",
        message="Back soon",
    )


def test_off_is_live() -> None:
    """Without windows, nothing is planned."""
    assert Site(switch=[("2026-12-01T01:00", "off")]).at("2026-12-31") == Decision(
        mode=LIVE,
        reason="Live: the switch has been off since 2026-12-01T01:00Z, "
        "and no window that began later is open.",
    )


def test_on_for_an_hour_ends_by_itself() -> None:
    """It is live again at the end itself."""
    site = Site(switch=[("2026-12-01T01:00", "on for 1h")])
    expected = [MAINTENANCE, MAINTENANCE, LIVE]
    assert expected == modes(site, "2026-12-01T01:00", "2026-12-01T01:59:59", "2026-12-01T02:00")


def test_a_decision_about_on_until_is_valid_until_its_end() -> None:
    """The controller wakes up then."""
    decision = Site(switch=[("2026-12-01T01:00", "on until 2026-12-01T03:00")]).at(
        "2026-12-01T02:00"
    )
    expected = instant("2026-12-01T03:00")
    assert (expected, expected) == (decision.until, decision.valid_until)


def test_the_reason_names_the_end_of_an_on_that_is_over() -> None:
    """It explains why the site is live although the switch says on."""
    site = Site(switch=[("2026-12-01T01:00", "on for 1h")])
    assert (
        "Live: the switch was on until 2026-12-01T02:00Z, and no window is open."
        == site.at("2026-12-01T02:00").reason
    )


def test_a_window_opens_and_closes_by_itself() -> None:
    """The switch stays as it is."""
    site = Site(windows=[SUNDAYS])
    times = ("2026-12-06T01:59:59", "2026-12-06T02:00", "2026-12-06T03:59:59", "2026-12-06T04:00")
    assert [LIVE, MAINTENANCE, MAINTENANCE, LIVE] == modes(site, *times)


def test_a_live_site_names_the_next_occurrence() -> None:
    """The decision is valid until it begins."""
    site = Site(windows=[SUNDAYS])
    decision = site.at("2026-12-03")
    expected = site.occurrence("2026-12-06T02:00", "2026-12-06T04:00")
    assert (expected, expected.begins) == (decision.next_occurrence, decision.valid_until)


def test_an_open_window_names_its_end_and_the_next_occurrence() -> None:
    """The end is the next change, a week before the next occurrence."""
    site = Site(windows=[f"{SUNDAYS}: Weekly"])
    assert site.at("2026-12-06T03:00") == Decision(
        mode=MAINTENANCE,
        reason="Maintenance until 2026-12-06T04:00Z: window 'w0' is open until 2026-12-06T04:00Z.",
        until=instant("2026-12-06T04:00"),
        message="Weekly",
        valid_until=instant("2026-12-06T04:00"),
        next_change=NextChange(instant("2026-12-06T04:00"), closes=False, window="w0"),
        next_occurrence=site.occurrence("2026-12-13T02:00", "2026-12-13T04:00"),
        begins=instant("2026-12-06T02:00"),
    )


def test_an_on_outlasts_the_end_of_a_window() -> None:
    """The end of a window does not end an on."""
    site = Site(switch=[("2026-12-06T03:00", "on")], windows=[SUNDAYS])
    assert [MAINTENANCE, MAINTENANCE] == modes(site, "2026-12-06T03:30", "2026-12-06T04:00")


def test_an_off_inside_a_window_ends_it_and_the_next_one_still_runs() -> None:
    """An operator ends a window early with it."""
    site = Site(switch=[("2026-12-06T02:40", "off")], windows=[SUNDAYS])
    times = ("2026-12-06T02:40", "2026-12-06T03:59", "2026-12-13T02:00")
    assert [LIVE, LIVE, MAINTENANCE] == modes(site, *times)


def test_an_off_at_the_instant_a_window_begins_ends_it() -> None:
    """An occurrence runs only if it begins after the off."""
    site = Site(switch=[("2026-12-06T02:00", "off")], windows=[SUNDAYS])
    assert LIVE == site.at("2026-12-06T02:30").mode


def test_an_off_before_a_window_begins_does_not_end_it() -> None:
    """Nor if its version is attached already: a window that begins after the off runs."""
    site = Site(switch=[("2026-12-06T01:55", "off")], windows=[SUNDAYS])
    assert [LIVE, MAINTENANCE] == modes(site, "2026-12-06T01:56", "2026-12-06T02:00")


def test_an_on_that_runs_out_inside_a_window_does_not_end_the_window() -> None:
    """The window goes on to its own end."""
    site = Site(
        switch=[("2026-11-01", "off"), ("2026-12-06T02:10", "on for 1h")], windows=[SUNDAYS]
    )
    times = ("2026-12-06T03:09", "2026-12-06T03:10", "2026-12-06T04:00")
    assert [MAINTENANCE, MAINTENANCE, LIVE] == modes(site, *times)


def test_a_window_stays_ended_after_an_off_and_then_an_on() -> None:
    """When the on runs out, the site is live."""
    site = Site(
        switch=[("2026-12-06T02:10", "off"), ("2026-12-06T02:20", "on for 10m")], windows=[SUNDAYS]
    )
    times = ("2026-12-06T02:15", "2026-12-06T02:20", "2026-12-06T02:30", "2026-12-13T02:00")
    assert [LIVE, MAINTENANCE, LIVE, MAINTENANCE] == modes(site, *times)
