"""Laws of the decision, over random switches, windows, clocks and lost wakeups."""

import heapq
import random
from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from maintenance.model import Mode
from maintenance.schedule.decision import Schedule, decide
from maintenance.schedule.history import Version, last_off, last_readable
from maintenance.schedule.window import Window

from tests.hypothesis_profiles import examples, untraced
from tests.properties.sites import (
    DAY,
    LEADS,
    MINUTES,
    NIGHT,
    SITES,
    UTC_ZONE,
    VALUES,
    Site,
    minute,
    mode_by_definition,
    readable,
    some_windows,
)

pytestmark = untraced

MANY = examples(250)


@MANY
@given(site=SITES, count=MINUTES)
def test_the_mode_is_that_of_the_rule(site: Site, count: int) -> None:
    """The quick way, which looks at one occurrence of each window, and the long way agree."""
    assert mode_by_definition(site, minute(count)) == site.at(minute(count)).mode


@MANY
@given(site=SITES, count=MINUTES, fraction=st.floats(0, 1))
def test_the_answer_never_changes_between_two_announced_instants(
    site: Site, count: int, fraction: float
) -> None:
    """Word for word, so status is written and pages are baked only when there is news."""
    now = minute(count)
    frozen = site.frozen(now)
    decision = frozen.at(now)
    horizon = decision.valid_until or now + timedelta(days=9)
    assert now < horizon
    between = min(now + (horizon - now) * fraction, horizon - timedelta.resolution)
    assert decision == frozen.at(between)


def next_maintenance(site: Site, now: datetime) -> datetime:
    """Return `now` if the site is in maintenance then, or else when the next occurrence begins."""
    decision = site.at(now)
    following = decision.next_occurrence
    return now if decision.mode is Mode.MAINTENANCE or following is None else following.begins


@MANY
@given(site=SITES, count=MINUTES)
def test_until_is_when_the_site_comes_back_if_nobody_writes(site: Site, count: int) -> None:
    """Following the announced changes, one after the other, leads there and not earlier."""
    frozen = site.frozen(minute(count))
    now = next_maintenance(frozen, minute(count))
    decision = frozen.at(now)
    if decision.until is None:
        return
    while (following := frozen.at(now)).mode is Mode.MAINTENANCE:
        assert decision.until == following.until
        assert following.valid_until is not None
        now = following.valid_until
    assert decision.until == now


@examples(60)
@given(site=SITES, count=MINUTES)
def test_maintenance_without_an_until_lasts(site: Site, count: int) -> None:
    """Either somebody has to end it, or windows leave no gap for days."""
    frozen = site.frozen(minute(count))
    now = next_maintenance(frozen, minute(count))
    decision = frozen.at(now)
    if decision.mode is not Mode.MAINTENANCE or decision.until:
        return
    assert {Mode.MAINTENANCE} == {
        mode_by_definition(frozen, now + timedelta(hours=hours)) for hours in range(24 * 7)
    }


@MANY
@given(site=SITES, count=MINUTES)
def test_the_next_start_is_the_next_time_a_live_site_closes(site: Site, count: int) -> None:
    """Nothing skipped is announced, and nothing begins unannounced."""
    now = minute(count)
    frozen = site.frozen(now)
    decision = frozen.at(now)
    if decision.mode is Mode.MAINTENANCE:
        return
    following = decision.next_occurrence
    assert (following.begins if following else None) == decision.valid_until
    if following:
        assert Mode.MAINTENANCE == frozen.at(following.begins).mode


@MANY
@given(site=SITES, count=MINUTES, seed=st.randoms(use_true_random=True))
def test_the_order_of_windows_and_versions_does_not_matter(
    site: Site, count: int, seed: random.Random
) -> None:
    """SSM lists them as it likes."""
    history, windows = list(site.history), list(site.windows)
    seed.shuffle(history)
    seed.shuffle(windows)
    shuffled = replace(site, history=history, windows=windows)
    assert site.at(minute(count)) == shuffled.at(minute(count))


@MANY
@given(site=SITES, count=MINUTES)
def test_an_unreadable_version_is_as_if_never_written(site: Site, count: int) -> None:
    """Wherever in the history it stands."""
    clean = replace(site, history=[version for version in site.history if readable(version)])
    assert clean.at(minute(count)) == site.at(minute(count))


@MANY
@given(site=SITES, count=MINUTES, behind=st.integers(1, 300))
def test_a_clock_that_is_behind_decides_as_at_the_last_write(
    site: Site, count: int, behind: int
) -> None:
    """The present is no earlier than the switch."""
    history = [version for version in site.frozen(minute(count)).history if readable(version)]
    if not history:
        return
    switch, off = last_readable(history, UTC_ZONE), last_off(history, UTC_ZONE)
    written = history[-1].written
    schedule = Schedule(switch, off, site.windows, site.lead_time)
    on_time, late = (
        decide(schedule, now=now) for now in (written, written - timedelta(seconds=behind))
    )
    assert on_time == late


@MANY
@given(site=SITES, count=MINUTES, since=st.integers(0, DAY))
def test_an_off_makes_the_site_live_and_says_when_it_closes_again(
    site: Site, count: int, since: int
) -> None:
    """Whatever was going on; what it announces as the next start is when it ends."""
    off = Version("off", minute(count))
    ended = replace(site.frozen(minute(count) - timedelta(minutes=1)))
    site = replace(ended, history=[*ended.history, off])
    decision, later = site.at(off.written), off.written + timedelta(minutes=since)
    assert Mode.LIVE == decision.mode
    if decision.next_occurrence is None or later < decision.next_occurrence.begins:
        assert Mode.LIVE == site.at(later).mode


def wake(site: Site, now: datetime, applied: Mode) -> tuple[Mode, datetime | None]:
    """Return the mode that a run at `now` leaves behind, and where it aims the alarm clock."""
    decision = site.at(now)
    mode = applied if decision.mode is Mode.UNCHANGED else decision.mode
    return mode, decision.valid_until


@MANY
@given(site=SITES, count=st.integers(2 * DAY, 3 * DAY), seed=st.randoms(use_true_random=True))
def test_lost_repeated_and_reordered_wakeups_end_in_the_same_state(
    site: Site, count: int, seed: random.Random
) -> None:
    """A run knows nothing of the event that woke it, so only the last one counts."""
    last = minute(count)
    wakeups = [seed.randrange(-2 * DAY, count) for _ in range(5)]
    applied = Mode.LIVE
    for earlier in wakeups:
        applied, _ = wake(site, minute(earlier), applied)
    if site.at(last).mode is not Mode.UNCHANGED:
        assert wake(site, last, applied)[0] == wake(site, last, Mode.LIVE)[0]


@examples(60)
@given(site=SITES)
def test_change_events_and_the_alarm_clock_alone_keep_the_site_as_it_should_be(site: Site) -> None:
    """Without any sweep: at each half hour, what was applied is what the rule wants."""
    writes = [version.written for version in site.history]
    applied, alarm = wake(site, minute(-3 * DAY), Mode.LIVE)
    for count in range(-3 * DAY, 3 * DAY, 30):
        now = minute(count)
        while due := [at for at in (*writes, *([alarm] if alarm else [])) if at <= now]:
            applied, alarm = wake(site, min(due), applied)
            writes = [at for at in writes if at > min(due)]
        assert mode_by_definition(site, now) in {applied, Mode.UNCHANGED}


@examples(2)
@given(windows=some_windows(), lead_time=LEADS, seed=st.randoms(use_true_random=True))
def test_in_a_year_of_lost_wakeups_no_decision_is_older_than_one_sweep(
    windows: Sequence[Window], lead_time: timedelta, seed: random.Random
) -> None:
    """A sweep every six hours; most events and alarms are lost, the others late or repeated."""
    begin, sweep = NIGHT - timedelta(days=180), timedelta(hours=6)
    written = [begin + timedelta(minutes=at) for at in sorted(seed.sample(range(365 * DAY), 60))]
    history = [Version("off", begin), *(Version(seed.choice(VALUES), at) for at in written)]
    site = Site(history=history, windows=windows, lead_time=lead_time)
    wakeups = [begin + count * sweep for count in range(1, 365 * 4)]
    wakeups += [at + timedelta(seconds=seed.randrange(300)) for at in seed.choices(written, k=30)]
    heapq.heapify(wakeups)
    (applied, _), decided = wake(site, begin, Mode.LIVE), begin
    while wakeups:
        now = heapq.heappop(wakeups)
        assert now - decided <= sweep
        assert mode_by_definition(site, decided) == applied
        applied, alarm = wake(site, now, applied)
        decided = now
        if alarm and wakeups and alarm < wakeups[0] and not seed.randrange(3):
            heapq.heappush(wakeups, alarm + timedelta(seconds=seed.randrange(60)))
