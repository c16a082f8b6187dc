"""What will happen: stretches that join or overlap, and windows that are skipped."""

from datetime import timedelta

import pytest
from maintenance.schedule.forecast import MAX_OCCURRENCES, Fate, Forecast, Stretch, forecast

from tests.unit.site import Site, instant

DAY = "2026-12-06"
EIGHT_HOURS, TWO_HOURS = f"at({DAY}T02:00) for 8h", f"at({DAY}T02:00) for 2h"


def forecast_of(site: Site, since: str = DAY, until: str = "2026-12-08") -> Forecast:
    """Return the forecast for a site from `since` until `until`."""
    return forecast(site.schedule(since), since=instant(since), until=instant(until))


def stretch(begins: str, ends: str | None) -> Stretch:
    """Return a stretch of the day."""
    return Stretch(instant(f"{DAY}T{begins}"), instant(f"{DAY}T{ends}") if ends else None)


def windows(*texts: str) -> Site:
    """Return a site with these windows on the day: `02:00 for 2h`."""
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
def test_two_causes_at_the_same_time_are_an_overlap(
    site: Site, overlaps: tuple[Stretch, ...]
) -> None:
    """Also with one that began long before; causes that only touch do not overlap."""
    assert overlaps == forecast_of(site).overlaps


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
def test_occurrences_that_touch_join(site: Site, stretches: tuple[Stretch, ...]) -> None:
    """The site stays closed between them."""
    assert stretches == forecast_of(site).stretches


def test_occurrences_are_ordered_by_their_beginnings() -> None:
    """Not by the order of the windows."""
    found = forecast_of(windows("04:00 for 2h", "02:00 for 2h", "03:00 for 2h"))

    assert ["w1", "w2", "w0"] == [each.occurrence.window.name for each in found.occurrences]


def test_the_switch_has_its_own_stretch() -> None:
    """With its own end, even if a window follows."""
    site = Site(((f"{DAY}T00:00", "on for 3h"),), (TWO_HOURS,))

    found = forecast_of(site)

    assert stretch("00:00", "03:00") == found.switch
    assert (stretch("00:00", "04:00"),) == found.stretches


@pytest.mark.parametrize(
    ("switch", "now", "fates"),
    [
        # An off ends an occurrence that begins at the same instant.
        ((("2026-12-06T02:00", "off"),), "2026-12-06T02:00", [Fate.ENDED]),
        ((("2026-12-06T02:40", "off"),), "2026-12-06T02:45", [Fate.ENDED]),
        ((("2026-12-05", "off until 2026-12-06T02:00"),), "2026-12-06", [Fate.SKIPPED]),
        ((("2026-12-06T01:59", "off"),), "2026-12-06T02:45", [Fate.RUNS]),
        # It stays ended, although the switch says on by now.
        (
            (("2026-12-06T02:40", "off"), ("2026-12-06T02:42", "on")),
            "2026-12-06T02:45",
            [Fate.ENDED],
        ),
        ((("2026-11-01", "off"),), "2026-12-06T04:00", []),
    ],
)
def test_an_occurrence_runs_unless_an_off_ends_or_skips_it(
    switch: tuple[tuple[str, str], ...], now: str, fates: list[Fate]
) -> None:
    """It runs if it begins after T_off; otherwise it is ended if it has begun, or skipped."""
    found = forecast_of(Site(switch, (TWO_HOURS,)), now)

    assert fates == [each.fate for each in found.occurrences]


@pytest.mark.parametrize(("more", "planned"), [(0, MAX_OCCURRENCES), (1, MAX_OCCURRENCES)])
def test_a_forecast_is_limited_to_a_number_of_occurrences(more: int, planned: int) -> None:
    """It ends earlier than requested, and up to there it is complete."""
    site = Site(windows=("cron(* * * * ? *) for 1m",))
    since, end = instant(DAY), instant(DAY) + timedelta(minutes=MAX_OCCURRENCES)

    found = forecast_of(site, DAY, f"{end + timedelta(minutes=more):%Y-%m-%dT%H:%M}")

    assert (planned, since, end) == (len(found.occurrences), found.since, found.until)
