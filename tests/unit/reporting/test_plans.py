"""The windows that are announced before they begin: row by row of the table."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.reporting.plans import (
    MAX_PLANNED,
    ComingOccurrence,
    PlanChange,
    coming_occurrence,
    follow_plans,
)
from maintenance.reporting.status import Planned
from maintenance.schedule.request import Request
from maintenance.schedule.window import Occurrence, parse_window

from tests.builders import NOW
from tests.unit.site import SUNDAYS, ZONE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def coming(begins: datetime, window: str = "sunday") -> ComingOccurrence:
    """Return an occurrence of two hours that is announced a day before."""
    return ComingOccurrence(Planned(window, begins, begins + 2 * HOUR), begins - DAY)


TONIGHT, LATER_TONIGHT, NEXT_WEEK = (coming(NOW + each) for each in (HOUR, 3 * HOUR, 7 * DAY))
TOMORROW = coming(NOW + DAY)
PLANNED = (TONIGHT.planned,)


@pytest.mark.parametrize(
    ("announced", "now_coming", "left", "changes"),
    [
        ((), (TONIGHT,), PLANNED, (PlanChange("sunday", TONIGHT),)),
        ((), (TOMORROW,), (TOMORROW.planned,), (PlanChange("sunday", TOMORROW),)),
        ((), (NEXT_WEEK,), (), ()),
        (PLANNED, (TONIGHT,), PLANNED, ()),
        ((coming(NOW).planned,), (NEXT_WEEK,), (), ()),
        (
            PLANNED,
            (LATER_TONIGHT,),
            (LATER_TONIGHT.planned,),
            (PlanChange("sunday", LATER_TONIGHT, TONIGHT.planned),),
        ),
        (PLANNED, (NEXT_WEEK,), (), (PlanChange("sunday", None, TONIGHT.planned),)),
        (PLANNED, (), (), (PlanChange("sunday", None, TONIGHT.planned),)),
        # Announced with a longer notice than now.
        ((NEXT_WEEK.planned,), (NEXT_WEEK,), (NEXT_WEEK.planned,), ()),
        # Unknown, or not to be announced.
        (PLANNED, None, PLANNED, ()),
        ((coming(NOW).planned,), None, (), ()),
    ],
)
def test_a_window_is_announced_once_and_again_if_it_changes(
    announced: tuple[Planned, ...],
    now_coming: tuple[ComingOccurrence, ...] | None,
    left: tuple[Planned, ...],
    changes: tuple[PlanChange, ...],
) -> None:
    """The table in the docstring of `plans`."""
    assert (left, changes) == follow_plans(now_coming, announced, now=NOW)
    assert (left, ()) == follow_plans(now_coming, left, now=NOW)


def test_an_occurrence_that_begins_this_moment_is_not_cancelled() -> None:
    """By SSM's clock, which dates the switch, it may have begun, and the next one is to come."""
    about_to_begin = coming(NOW + timedelta(seconds=5)).planned

    assert ((about_to_begin,), ()) == follow_plans((NEXT_WEEK,), (about_to_begin,), now=NOW)


def test_an_occurrence_that_is_about_to_begin_is_not_announced_twice() -> None:
    """A run may come in the last seconds before."""
    soon = coming(NOW + timedelta(seconds=3))

    assert ((soon.planned,), ()) == follow_plans((soon,), (soon.planned,), now=NOW)


def test_windows_are_followed_one_by_one() -> None:
    """What happens to one of them says nothing about the others."""
    other = coming(NOW + 2 * HOUR, "upgrade")

    left, changes = follow_plans((other, LATER_TONIGHT), PLANNED, now=NOW)

    assert (other.planned, LATER_TONIGHT.planned) == left
    assert {
        PlanChange("sunday", LATER_TONIGHT, TONIGHT.planned),
        PlanChange("upgrade", other),
    } == set(changes)


def test_further_windows_wait_until_the_first_ones_begin() -> None:
    """The status has room for a few; the nearest are announced first, and none of them twice."""
    many = tuple(coming(NOW + (9 - each) * HOUR, f"w{each}") for each in range(MAX_PLANNED + 1))

    left, changes = follow_plans(many, (), now=NOW)
    later, more = follow_plans(many[:-1], left, now=NOW + 5 * HOUR)

    assert ["w4", "w3", "w2", "w1"] == [each.window for each in left]
    assert ["w4", "w3", "w2", "w1"] == [each.window for each in changes]
    assert (["w3", "w2", "w1", "w0"], ["w0"]) == (
        [each.window for each in later],
        [each.window for each in more],
    )


def test_an_occurrence_has_its_message_and_who_asked_for_it() -> None:
    """And when it is to be announced, in whole seconds."""
    window = parse_window("sunday", f"{SUNDAYS}: Upgrade", zone=ZONE, written=NOW)
    begins = NOW + timedelta(microseconds=1)
    occurrence = Occurrence(window, begins, begins + 2 * HOUR)

    expected = ComingOccurrence(
        Planned("sunday", NOW, NOW + 2 * HOUR), NOW - DAY, "Upgrade", Request(NOW, "sunday")
    )
    assert expected == coming_occurrence(occurrence, notice=DAY)


def test_a_long_name_is_cut_and_who_asked_is_unknown_without_a_version() -> None:
    """A parameter's name may have a thousand characters, and the status has room for few."""
    window = parse_window("w" * 65, SUNDAYS, zone=ZONE)

    found = coming_occurrence(Occurrence(window, NOW, NOW + HOUR), notice=DAY)

    assert (f"{'w' * 63}…", None) == (found.planned.window, found.request)
    exact = replace(window, name="w" * 64)
    shown = coming_occurrence(Occurrence(exact, NOW, NOW + HOUR), notice=DAY)
    assert "w" * 64 == shown.planned.window
