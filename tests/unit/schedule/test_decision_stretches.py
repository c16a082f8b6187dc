"""Windows that join or cross a change of clocks, the message, and the reason."""

from copy import replace

import pytest
from maintenance.schedule.decision import Decision

from tests.unit.site import LIVE, MAINTENANCE, SUNDAYS, Site, instant, modes, printed


def test_two_windows_in_two_time_zones_join() -> None:
    """Ljubljana's ends at 03:00 UTC, New York's begins at 02:30 UTC."""
    site = Site(
        windows=[
            "cron(0 2 ? * SUN *) for 2h in Europe/Ljubljana",
            "cron(30 21 ? * SAT *) for 3h in America/New_York: From New York",
        ]
    )
    decision = site.at("2026-12-06T02:00")
    assert ("2026-12-06T05:30Z", None) == (printed(decision.until), decision.message)


def test_the_reason_says_that_windows_join() -> None:
    """It explains why the end is later than that of any open window."""
    site = Site(windows=[SUNDAYS, "cron(0 4 ? * SUN *) for 1h"])
    assert (
        "Maintenance until 2026-12-06T05:00Z: window 'w0' is open until 2026-12-06T04:00Z, "
        "the windows that follow leave no gap." == site.at("2026-12-06T03:00").reason
    )


def test_windows_that_touch_leave_no_gap() -> None:
    """One ends when the other begins."""
    site = Site(windows=[SUNDAYS, "cron(0 4 ? * SUN *) for 1h"])
    assert [MAINTENANCE, LIVE] == modes(site, "2026-12-06T04:00", "2026-12-06T05:00")


def test_windows_a_second_apart_do_not_join() -> None:
    """Even a second is a gap."""
    site = Site(windows=["at(2026-12-06T02:00) for 1h", "at(2026-12-06T03:00:01) for 1h"])
    assert "2026-12-06T03:00Z" == printed(site.at("2026-12-06T02:00").until)


def test_the_longest_of_the_joined_windows_decides_the_end() -> None:
    """Not the one that began last."""
    site = Site(windows=["at(2026-12-06T02:00) for 6h", "at(2026-12-06T03:00) for 1h"])
    assert "2026-12-06T08:00Z" == printed(site.at("2026-12-06T02:00").until)


def test_a_window_that_begins_after_an_off_runs_although_it_touches_the_one_that_ended() -> None:
    """`off` ends occurrences, not joined stretches."""
    site = Site(
        switch=[("2026-12-06T03:59", "off")], windows=[SUNDAYS, "cron(0 4 ? * SUN *) for 1h"]
    )
    assert [LIVE, MAINTENANCE] == modes(site, "2026-12-06T03:59", "2026-12-06T04:00")


def test_on_until_joins_the_window_that_begins_at_its_end() -> None:
    """Visitors read when the site really comes back."""
    site = Site(switch=[("2026-12-06T01:00", "on until 2026-12-06T02:00")], windows=[SUNDAYS])
    decision = site.at("2026-12-06T01:30")
    expected = ("2026-12-06T04:00Z", "2026-12-06T02:00Z")
    assert expected == (printed(decision.until), printed(decision.valid_until))


def test_the_message_of_the_switch_comes_before_that_of_a_window() -> None:
    """An operator has just written it; the window's may be weeks old."""
    site = Site(switch=[("2026-12-06T02:10", "on: Longer today")], windows=[f"{SUNDAYS}: Weekly"])
    assert "Longer today" == site.at("2026-12-06T02:30").message


def test_a_switch_without_a_message_keeps_the_message_of_the_window() -> None:
    """Extending a window keeps its message as long as the window is open."""
    site = Site(switch=[("2026-12-06T02:10", "on")], windows=[f"{SUNDAYS}: Weekly"])
    messages = [site.at(time).message for time in ("2026-12-06T02:30", "2026-12-06T04:00")]
    assert ["Weekly", None] == messages


def test_of_two_windows_the_message_of_the_one_that_has_been_open_longest_counts() -> None:
    """If it has no message, the next one's counts."""
    windows = ["at(2026-12-06T03:00) for 1h: B", "at(2026-12-06T02:00) for 2h: A"]
    first, second = Site(windows=windows), Site(windows=[windows[0], "at(2026-12-06T02:00) for 2h"])
    both = first.at("2026-12-06T03:30").message, second.at("2026-12-06T03:30").message
    assert ("A", "B") == both


@pytest.mark.parametrize(
    ("often", "message"),
    [
        ("cron(0/15 2-3 * * ? *) for 1h", "Often"),
        ("cron(0/15 2-3 * * ? *) for 15m", "Often"),
        ("cron(0/15 2-3 * * ? *) for 14m", "Once"),
        ("cron(* * * * ? *) for 1d", "Often"),
        ("cron(* * * * ? *) for 1m", "Often"),
    ],
)
def test_a_window_that_overlaps_itself_has_been_open_since_the_first_joined_occurrence(
    often: str, message: str
) -> None:
    """Not since the last one; occurrences that touch join as well."""
    windows = ["at(2026-12-06T03:05) for 1h: Once", f"{often}: Often"]
    assert message == Site(windows=windows).at("2026-12-06T03:20").message


def test_occurrences_that_an_off_has_ended_do_not_count_as_open() -> None:
    """The window has been open since the first one after the off."""
    site = Site(
        switch=[("2026-12-06T03:06", "off")],
        windows=["at(2026-12-06T03:10) for 1h: Once", "cron(0/15 2-3 * * ? *) for 1h: Often"],
    )
    assert "Once" == site.at("2026-12-06T03:20").message


@pytest.mark.parametrize(
    ("window", "times"),
    [
        (
            "at(2026-12-06T23:00) for 2h",
            ("2026-12-06T22:59", "2026-12-07T00:59", "2026-12-07T01:00"),
        ),
        (
            "cron(0 23 31 12 ? *) for 2h",
            ("2026-12-31T22:59", "2027-01-01T00:59", "2027-01-01T01:00"),
        ),
        ("cron(0 2 29 2 ? *) for 2h", ("2028-02-29T01:59", "2028-02-29T03:59", "2028-02-29T04:00")),
        (
            "cron(30 2 29 3 ? *) for 2h in Europe/Ljubljana",
            ("2026-03-29T00:59", "2026-03-29T02:59", "2026-03-29T03:00"),
        ),
        (
            "cron(30 2 25 10 ? *) for 2h in Europe/Ljubljana",
            ("2026-10-25T00:29", "2026-10-25T02:29", "2026-10-25T02:30"),
        ),
        (
            "cron(30 2 8 3 ? *) for 2h in America/New_York",
            ("2026-03-08T06:59", "2026-03-08T08:59", "2026-03-08T09:00"),
        ),
        (
            "cron(30 1 1 11 ? *) for 2h in America/New_York",
            ("2026-11-01T05:29", "2026-11-01T07:29", "2026-11-01T07:30"),
        ),
        (
            "cron(15 2 4 10 ? *) for 2h in Australia/Lord_Howe",
            ("2026-10-03T15:29", "2026-10-03T17:29", "2026-10-03T17:30"),
        ),
        (
            "cron(45 1 5 4 ? *) for 2h in Australia/Lord_Howe",
            ("2026-04-04T14:44", "2026-04-04T16:44", "2026-04-04T16:45"),
        ),
        (
            "cron(30 2 29 3 ? *) for 2h in Asia/Kolkata",
            ("2026-03-28T20:59", "2026-03-28T22:59", "2026-03-28T23:00"),
        ),
    ],
)
def test_a_window_crosses_midnight_new_year_and_changes_of_clocks(
    window: str, times: tuple[str, ...]
) -> None:
    """On 29 February, too, and when clocks change in four zones."""
    site = Site(switch=[("2026-01-01", "off")], windows=[window])
    assert [LIVE, MAINTENANCE, LIVE] == modes(site, *times)


def test_windows_without_a_gap_have_no_known_end() -> None:
    """The search for it stops, and the decision is still valid only until the next change."""
    site = Site(windows=["cron(0 * * * ? *) for 1h"])
    assert site.at("2026-12-06T02:31") == Decision(
        mode=MAINTENANCE,
        reason="Maintenance with no end in sight, because windows follow one another without a "
        "gap: window 'w0' is open until 2026-12-06T03:00Z.",
        valid_until=instant("2026-12-06T03:00"),
        next_occurrence=site.occurrence("2026-12-06T03:00", "2026-12-06T04:00"),
    )


def test_the_reason_names_only_a_few_of_many_open_windows() -> None:
    """The sentence stays short enough to read."""
    site = Site(windows=["at(2026-12-06T02:00) for 2h"] * 5)
    assert "window 'w2' is open until 2026-12-06T04:00Z, 2 more windows are open." in (
        site.at("2026-12-06T03:00").reason
    )
    assert (
        site.at("2026-12-06T03:00").reason.replace(", 2 more windows are open", "")
        == replace(site, windows=site.windows[:3]).at("2026-12-06T03:00").reason
    )


def test_the_reason_names_the_switch_and_the_windows_that_keep_the_site_closed() -> None:
    """To open the site, an operator has to end each of them."""
    site = Site(switch=[("2026-12-06T02:30", "on for 10m")], windows=[SUNDAYS])
    assert (
        "Maintenance until 2026-12-06T04:00Z: the switch of 2026-12-06T02:30Z is on until "
        "2026-12-06T02:40Z, window 'w0' is open until 2026-12-06T04:00Z."
        == site.at("2026-12-06T02:35").reason
    )


@pytest.mark.parametrize(
    ("switch", "windows", "begins"),
    [
        ("2026-12-06 off", [SUNDAYS], "2026-12-06T02:00Z"),
        ("2026-12-06 off", [SUNDAYS, "at(2026-12-06T01:00) for 1h"], "2026-12-06T01:00Z"),
        ("2026-12-06 off", ["cron(0 0-3 * * ? *) for 1h"], "2026-12-06T01:00Z"),
        ("2026-12-06T01:30 off", [SUNDAYS, "at(2026-12-06T01:00) for 1h"], "2026-12-06T02:00Z"),
        ("2026-12-06T01:30 on", [SUNDAYS], None),
        ("2026-12-06T02:30 on", [SUNDAYS], "2026-12-06T02:00Z"),
        ("2026-12-06T01:30 on for 30m", [SUNDAYS], None),
        ("2026-12-06T01:30 on for 29m", [SUNDAYS], "2026-12-06T02:00Z"),
        ("2026-12-06T01:30 on", [], None),
    ],
)
def test_a_maintenance_begins_with_the_first_of_the_windows_that_leave_no_gap(
    switch: str, windows: list[str], begins: str | None
) -> None:
    """If the switch began it, the edge has to close the site at once."""
    written, _, value = switch.partition(" ")
    site = Site(switch=[(written, value)], windows=windows)

    assert begins == printed(site.at("2026-12-06T03:00").begins)


def test_a_decision_stays_the_same_while_nothing_changes() -> None:
    """Nothing in it depends on the clock between two changes."""
    site = Site(windows=[SUNDAYS])
    assert site.at("2026-12-06T02:30") == site.at("2026-12-06T03:30")
