"""Properties of forecasts: a forecast is the decision for every instant at once."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from maintenance.model import Mode
from maintenance.schedule.decision import Schedule, decide
from maintenance.schedule.forecast import (
    MAX_OCCURRENCES,
    Fate,
    Forecast,
    PlannedOccurrence,
    Stretch,
    forecast,
)
from maintenance.schedule.history import last_off, last_readable
from maintenance.schedule.switch import Says, Switch
from maintenance.schedule.window import occurrences, parse_window

from tests.hypothesis_profiles import examples
from tests.properties.sites import DAY, MINUTES, NIGHT, SITES, UTC_ZONE, Site, minute

MANY = examples(250)
SPANS = st.integers(1, 3 * DAY).map(lambda count: timedelta(minutes=count))


def schedule_of(site: Site, now: datetime) -> Schedule:
    """Return what was written for a site up to `now`."""
    history = [version for version in site.history if version.written <= now]
    return Schedule(
        last_readable(history, UTC_ZONE),
        last_off(history, UTC_ZONE),
        site.windows,
    )


def holds(stretch: Stretch, at: datetime) -> bool:
    """Return whether an instant is in a stretch."""
    return stretch.begins <= at and (stretch.ends is None or at < stretch.ends)


@MANY
@given(site=SITES, count=MINUTES, span=SPANS, fraction=st.floats(0, 1, exclude_max=True))
def test_the_site_is_in_maintenance_exactly_in_the_stretches(
    site: Site, count: int, span: timedelta, fraction: float
) -> None:
    """At any instant of the span, the decision agrees."""
    schedule, since = schedule_of(site, minute(count)), minute(count)
    # A fraction just below 1 rounds to the whole span, which is no longer in it.
    at = since + min(span * fraction, span - timedelta.resolution)
    coming = forecast(schedule, since=since, until=since + span)
    expected = decide(schedule, now=at).mode is Mode.MAINTENANCE
    assert expected == any(holds(each, at) for each in coming.stretches)


@MANY
@given(site=SITES, count=MINUTES, span=SPANS)
def test_stretches_do_not_touch_and_each_occurrence_that_runs_is_in_its_own(
    site: Site, count: int, span: timedelta
) -> None:
    """An occurrence that does not run is not in any."""
    since = minute(count)
    coming = forecast(schedule_of(site, since), since=since, until=since + span)
    assert all(one.ends and one.ends < other.begins for one, other in pairwise(coming.stretches))
    assert all(_is_placed(each, coming) for each in coming.occurrences)


def _is_placed(each: PlannedOccurrence, coming: Forecast) -> bool:
    if each.joined is None:
        return each.fate is not Fate.RUNS
    ends = each.joined.ends
    within = each.joined.begins <= each.occurrence.begins
    return each.joined in coming.stretches and within and (not ends or each.occurrence.ends <= ends)


@MANY
@given(site=SITES, count=MINUTES, span=SPANS, fraction=st.floats(0, 1, exclude_max=True))
def test_an_overlap_is_when_two_causes_hold_at_once(
    site: Site, count: int, span: timedelta, fraction: float
) -> None:
    """The switch is a cause, and so is each occurrence that runs."""
    since = minute(count)
    coming = forecast(schedule_of(site, since), since=since, until=since + span)
    at = since + span * fraction
    causes = [
        *((coming.switch,) if coming.switch else ()),
        *(
            Stretch(each.occurrence.begins, each.occurrence.ends)
            for each in coming.occurrences
            if each.fate is Fate.RUNS
        ),
    ]
    expected = sum(holds(each, at) for each in causes) > 1
    assert expected == any(holds(each, at) for each in coming.overlaps)


@MANY
@given(site=SITES, count=MINUTES, span=SPANS)
def test_a_forecast_has_every_occurrence_of_every_window(
    site: Site, count: int, span: timedelta
) -> None:
    """Also those that an off ends or skips."""
    since = minute(count)
    coming = forecast(schedule_of(site, since), since=since, until=since + span)
    expected = {
        (window.name, each.begins)
        for window in site.windows
        for each in occurrences(window, since=since, until=since + span)
        if each.ends > coming.since
    }
    planned = {(each.occurrence.window.name, each.occurrence.begins) for each in coming.occurrences}
    assert expected == planned


def test_a_forecast_with_too_many_occurrences_ends_earlier() -> None:
    """Its `until` says up to when it is complete."""
    window = parse_window("w", "cron(* * * * ? *) for 1m", zone=UTC_ZONE)
    schedule = Schedule(None, windows=(window,))

    coming = forecast(schedule, since=NIGHT, until=NIGHT + timedelta(days=28))

    expected = (MAX_OCCURRENCES, NIGHT + MAX_OCCURRENCES * timedelta(minutes=1))
    assert expected == (len(coming.occurrences), coming.until)


def test_a_forecast_distinguishes_what_an_off_ends_from_what_it_skips() -> None:
    """`off until` ends the open occurrence and skips the next."""
    window = parse_window("w", "cron(0 */6 * * ? *) for 2h", zone=UTC_ZONE)
    now = NIGHT + timedelta(hours=1)
    until = NIGHT + timedelta(hours=7)
    switch = Switch(Says.OFF, now, until)

    coming = forecast(
        Schedule(switch, windows=(window,)),
        since=now,
        until=NIGHT + timedelta(hours=13),
    )

    assert [Fate.ENDED, Fate.SKIPPED, Fate.RUNS] == [each.fate for each in coming.occurrences]
