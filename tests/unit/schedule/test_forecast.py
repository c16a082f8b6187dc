"""What is to come, and where it joins, overlaps or is skipped."""

from datetime import timedelta

import pytest
from maintenance.schedule.forecast import MOST, Fate, Forecast, Stretch, forecast

from tests.unit.site import Site, instant

DAY = "2026-12-06"
EIGHT_HOURS, TWO_HOURS = f"at({DAY}T02:00) for 8h", f"at({DAY}T02:00) for 2h"


def foreseen(site: Site, since: str = DAY, until: str = "2026-12-08") -> Forecast:
    """Return what is to come for a site from `since` until `until`."""
    return forecast(site.schedule(since), since=instant(since), until=instant(until))


def stretch(begins: str, ends: str | None) -> Stretch:
    """Return a stretch of the day, by its hours."""
    return Stretch(instant(f"{DAY}T{begins}"), instant(f"{DAY}T{ends}") if ends else None)


def windows(*texts: str) -> Site:
    """Return a site with these windows of the day: `02:00 for 2h`."""
    return Site(windows=tuple(f"at({DAY}T{text[:5]}) {text[6:]}" for text in texts))


@pytest.mark.parametrize(
    ("site", "overlaps"),
    [
        (windows("02:00 for 2h", "04:00 for 2h"), ()),
        (windows("02:00 for 2h", "03:00 for 2h"), (stretch("03:00", "04:00"),)),
        (windows("02:00 for 8h", "03:00 for 1h"), (stretch("03:00", "04:00"),)),
        (
            windows("02:00 for 8h", "03:00 for 1h", "05:00 for 1h"),
            (stretch("03:00", "04:00"), stretch("05:00", "06:00")),
        ),
        (
            windows("02:00 for 2h", "03:00 for 7h", "05:00 for 1h"),
            (stretch("03:00", "04:00"), stretch("05:00", "06:00")),
        ),
        (windows("02:00 for 2h", "03:00 for 2h", "07:00 for 1h"), (stretch("03:00", "04:00"),)),
        (Site((("2026-12-05", "on"),), (TWO_HOURS,)), (stretch("02:00", "04:00"),)),
        (
            Site((("2026-12-05", "on"),), (TWO_HOURS, f"at({DAY}T06:00) for 1h")),
            (stretch("02:00", "04:00"), stretch("06:00", "07:00")),
        ),
        (
            Site(((f"{DAY}T00:00", "on for 3h"),), (EIGHT_HOURS,)),
            (stretch("02:00", "03:00"),),
        ),
    ],
)
def test_where_two_reasons_hold_is_an_overlap(site: Site, overlaps: tuple[Stretch, ...]) -> None:
    """With whatever began before, also long before; what only touches does not overlap."""
    assert overlaps == foreseen(site).overlaps


@pytest.mark.parametrize(
    ("site", "stretches"),
    [
        (windows("02:00 for 2h", "04:00 for 2h"), (stretch("02:00", "06:00"),)),
        (windows("04:00 for 2h", "02:00 for 2h"), (stretch("02:00", "06:00"),)),
        (
            windows("02:00 for 2h", "05:00 for 1h"),
            (stretch("02:00", "04:00"), stretch("05:00", "06:00")),
        ),
    ],
)
def test_what_touches_is_joined(site: Site, stretches: tuple[Stretch, ...]) -> None:
    """Visitors notice nothing of the seam."""
    assert stretches == foreseen(site).stretches


def test_occurrences_are_told_in_the_order_of_their_beginnings() -> None:
    """Whatever order the windows are listed in."""
    found = foreseen(windows("04:00 for 2h", "02:00 for 2h", "03:00 for 2h"))

    assert ["w1", "w2", "w0"] == [each.occurrence.window.name for each in found.occurrences]


def test_the_switch_has_a_stretch_of_its_own() -> None:
    """With its own end, whatever follows."""
    site = Site(((f"{DAY}T00:00", "on for 3h"),), (TWO_HOURS,))

    found = foreseen(site)

    assert stretch("00:00", "03:00") == found.switch
    assert (stretch("00:00", "04:00"),) == found.stretches


@pytest.mark.parametrize(
    ("switch", "now", "fates"),
    [
        # An occurrence that begins at the very instant of the off is ended by it.
        ((("2026-12-06T02:00", "off"),), "2026-12-06T02:00", [Fate.ENDED]),
        ((("2026-12-06T02:40", "off"),), "2026-12-06T02:45", [Fate.ENDED]),
        ((("2026-12-05", "off until 2026-12-06T02:00"),), "2026-12-06", [Fate.SKIPPED]),
        ((("2026-12-06T01:59", "off"),), "2026-12-06T02:45", [Fate.RUNS]),
        # What was ended stays so, though the switch says on by now.
        (
            (("2026-12-06T02:40", "off"), ("2026-12-06T02:42", "on")),
            "2026-12-06T02:45",
            [Fate.ENDED],
        ),
        ((("2026-11-01", "off"),), "2026-12-06T04:00", []),
    ],
)
def test_what_becomes_of_an_occurrence(
    switch: tuple[tuple[str, str], ...], now: str, fates: list[Fate]
) -> None:
    """It runs if it begins after the last off; an off ends it, or skips it before it begins."""
    found = foreseen(Site(switch, (TWO_HOURS,)), now)

    assert fates == [each.fate for each in found.occurrences]


@pytest.mark.parametrize(("more", "told"), [(0, MOST), (1, MOST)])
def test_no_more_is_told_than_anybody_reads(more: int, told: int) -> None:
    """Then the forecast ends earlier than asked for, and what it tells is whole."""
    site = Site(windows=("cron(* * * * ? *) for 1m",))
    since, end = instant(DAY), instant(DAY) + timedelta(minutes=MOST)

    found = foreseen(site, DAY, f"{end + timedelta(minutes=more):%Y-%m-%dT%H:%M}")

    assert (told, since, end) == (len(found.occurrences), found.since, found.until)
