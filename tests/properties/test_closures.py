"""Properties of closures: they are the decision for every instant that the edge may judge."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from maintenance.model import Mode
from maintenance.schedule.decision import Schedule, decide
from maintenance.standby.closures import Closure, closures
from maintenance.standby.state import MAX_PERIODS

from tests.hypothesis_profiles import examples
from tests.properties.sites import DAY, MINUTES, SITES, Site, minute
from tests.properties.test_forecast import schedule_of

MANY = examples(250)


def _holds(closure: Closure, at: datetime) -> bool:
    begun = closure.begins is None or closure.begins <= at
    return begun and (closure.ends is None or at < closure.ends)


def _horizon(schedule: Schedule, now: datetime) -> datetime | None:
    """Return the first change that is left to a later run, None if there are fewer changes."""
    at: datetime | None = now
    for _ in range(4 * MAX_PERIODS):
        at = decide(schedule, now=at).valid_until if at else None
    return at


@MANY
@given(site=SITES, count=MINUTES, later=st.integers(0, 3 * DAY))
def test_the_edge_closes_exactly_when_the_controller_would(
    site: Site, count: int, later: int
) -> None:
    """As far as a state has room; where nothing decides, nothing is lifted."""
    schedule = schedule_of(site, minute(count))
    now = schedule.present(minute(count))
    found = closures(schedule, now=now)
    at = now + timedelta(minutes=later)
    if len(found) == MAX_PERIODS and found[-1].ends:
        at = min(at, found[-1].ends - timedelta.resolution)
    looked_at = _horizon(schedule, now)
    if looked_at:
        at = min(at, looked_at - timedelta.resolution)

    mode = decide(schedule, now=at).mode

    is_closed = any(_holds(each, at) for each in found)
    assert mode is Mode.UNCHANGED or is_closed is (mode is Mode.MAINTENANCE)
