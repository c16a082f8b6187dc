"""Laws of arming, over random switches, windows, times of runs, edits and crashes."""

from copy import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from maintenance.model import Association, Mode

from tests.hypothesis_profiles import examples
from tests.properties.armed_fleet import BEHAVIORS, PLAIN, WITH_FUNCTION, WITH_GRPC, Fleet
from tests.properties.sites import MINUTES, SITES, Site, minute

MANY = examples(100)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# So many minutes before a start; a site is armed fifteen before it.
AHEAD = st.integers(0, 20)
_MOST_RUNS = 12


def near_start(site: Site, count: int, ahead: int) -> datetime:
    """Return an instant so many minutes before the next start, if there is one."""
    following = site.at(minute(count)).next_occurrence
    return following.begins - ahead * MINUTE if following else minute(count)


def settle(fleet: Fleet) -> None:
    """Run twice: a run that opens a distribution leaves arming to the next one."""
    for _ in range(2):
        fleet.runs()


def existing(distribution_id: str) -> list[set[Association]]:
    """Return the functions that each behavior had at first."""
    return [{*each.associations} for each in BEHAVIORS[distribution_id]]


def check(fleet: Fleet) -> None:
    """Check that what is attached says what the schedule says, until and at its next change."""
    desired = fleet.desired()
    decision = desired.decision
    is_closed = decision.mode is Mode.MAINTENANCE
    last = (decision.valid_until or fleet.now + timedelta(days=9)) - SECOND
    for distribution_id in BEHAVIORS:
        now, then = (fleet.gets_page(distribution_id, at) for at in (fleet.now, last))
        assert now == then
        assert decision.mode is Mode.UNCHANGED or {is_closed} == now
        if decision.mode is Mode.LIVE:
            assert existing(distribution_id) == fleet.existing(distribution_id)
    if desired.ahead and desired.arming:
        check_start(fleet, desired.arming.begins)


def check_start(fleet: Fleet, begins: datetime) -> None:
    """Check that at the start of a window that is near, what is armed closes without a run."""
    assert {True} == fleet.gets_page(PLAIN, begins)
    assert {True} == fleet.gets_page(WITH_GRPC, begins)
    assert {False} == fleet.gets_page(WITH_FUNCTION, begins)


@MANY
@given(site=SITES, counts=st.lists(st.tuples(MINUTES, AHEAD), min_size=1, max_size=4).map(sorted))
def test_what_a_run_leaves_is_right_until_the_next_change_and_at_a_start(
    site: Site, counts: list[tuple[int, int]]
) -> None:
    """Whenever it runs: no page too early, nothing displaced early, and a start on the second."""
    instants = sorted(near_start(site, *each) for each in counts)
    fleet = Fleet(site, instants[0])
    for fleet.now in instants:
        settle(fleet)
        check(fleet)


@MANY
@given(site=SITES, count=MINUTES)
def test_the_wakeups_alone_arm_each_window_in_time(site: Site, count: int) -> None:
    """A site that was open for more than a minute closes at the start, before any run."""
    fleet = Fleet(site.frozen(minute(count)), minute(count))
    opened: datetime | None = None
    for _ in range(_MOST_RUNS):
        decision = fleet.desired().decision
        is_start = decision.begins == fleet.now
        if opened and is_start and fleet.now - opened > MINUTE:
            check_start(fleet, fleet.now)
        opened = (opened or fleet.now) if decision.mode is Mode.LIVE else None
        following = fleet.wakeup(fleet.runs())
        if following is None:
            return
        fleet.now = following


@MANY
@given(
    before=SITES,
    after=SITES,
    at=st.tuples(MINUTES, AHEAD),
    later=st.integers(0, 30),
    is_deleted=st.booleans(),
)
def test_a_schedule_that_changes_leaves_nothing_armed_for_the_old_one(
    before: Site, after: Site, at: tuple[int, int], later: int, *, is_deleted: bool
) -> None:
    """The runs after it take off or replace what would close the site at another time."""
    fleet = Fleet(before, near_start(before, *at))
    settle(fleet)
    fleet.site = replace(after, history=[]) if is_deleted else after
    fleet.now += later * MINUTE

    settle(fleet)

    check(fleet)


@MANY
@given(
    site=SITES, at=st.tuples(MINUTES, AHEAD), crashes_at=st.integers(1, 6), later=st.integers(0, 20)
)
def test_a_crash_at_any_update_loses_nothing(
    site: Site, at: tuple[int, int], crashes_at: int, later: int
) -> None:
    """Of arming, closing or opening: the next run finds out what is attached."""
    now = near_start(site, *at)
    fleet = Fleet(site.frozen(now), now, crashes_at=crashes_at)
    fleet.runs()
    fleet.now += later * MINUTE

    settle(fleet)

    check(fleet)
