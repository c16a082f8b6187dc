"""Properties of decisions, over random switches, windows, clocks and lost wakeups."""

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
from maintenance.schedule.window import Window, occurrences

from tests.hypothesis_profiles import examples
from tests.properties.sites import (
    CROWDED,
    DAY,
    MINUTES,
    NEVER,
    NIGHT,
    SITES,
    UTC_ZONE,
    VALUES,
    Site,
    minute,
    mode_by_definition,
    readable,
    some_windows,
    t_off_by_definition,
)

MANY = examples(250)


@MANY
@given(site=SITES, count=MINUTES)
def test_the_mode_follows_the_rule(site: Site, count: int) -> None:
    """The decision looks at one occurrence of each window, the definition at all of them."""
    assert mode_by_definition(site, minute(count)) == site.at(minute(count)).mode


@MANY
@given(site=SITES, count=MINUTES, fraction=st.floats(0, 1))
def test_a_decision_does_not_change_while_it_is_valid(
    site: Site, count: int, fraction: float
) -> None:
    """Word for word, so that the status is written and a page published only when needed."""
    now = minute(count)
    frozen = site.frozen(now)
    decision = frozen.at(now)
    horizon = decision.valid_until or now + timedelta(days=9)
    assert now < horizon
    between = min(now + (horizon - now) * fraction, horizon - timedelta.resolution)
    assert decision == frozen.at(between)


def next_maintenance(site: Site, now: datetime) -> datetime:
    """Return `now` if the site is in maintenance then, else when the next occurrence begins."""
    decision = site.at(now)
    following = decision.next_occurrence
    return now if decision.mode is Mode.MAINTENANCE or following is None else following.begins


@MANY
@given(site=SITES, count=MINUTES)
def test_until_is_when_the_site_comes_back_by_itself(site: Site, count: int) -> None:
    """The decisions that follow one another lead there, and not earlier."""
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


@MANY
@given(site=SITES, count=MINUTES)
def test_the_beginning_of_a_maintenance_stays_the_same_until_it_ends(
    site: Site, count: int
) -> None:
    """So the version that was attached ahead of it stays attached."""
    frozen = site.frozen(minute(count))
    now = next_maintenance(frozen, minute(count))
    decision = frozen.at(now)
    if decision.until is None or decision.mode is not Mode.MAINTENANCE:
        return
    assert decision.begins is None or decision.begins <= now
    if now > minute(count):
        assert now == decision.begins
    while (following := frozen.at(now)).mode is Mode.MAINTENANCE:
        assert decision.begins == following.begins
        assert following.valid_until is not None
        now = following.valid_until


@examples(60)
@given(site=SITES, count=MINUTES)
def test_maintenance_without_an_until_does_not_end_by_itself(site: Site, count: int) -> None:
    """Either someone has to end it, or windows leave no gap for days."""
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
def test_a_live_site_closes_when_the_next_occurrence_begins(site: Site, count: int) -> None:
    """Not earlier, and no skipped occurrence is named."""
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
    """SSM lists them in no fixed order."""
    history, windows = list(site.history), list(site.windows)
    seed.shuffle(history)
    seed.shuffle(windows)
    shuffled = replace(site, history=history, windows=windows)
    assert site.at(minute(count)) == shuffled.at(minute(count))


@MANY
@given(site=SITES, count=MINUTES)
def test_an_unreadable_version_counts_as_never_written(site: Site, count: int) -> None:
    """Anywhere in the history."""
    clean = replace(site, history=[version for version in site.history if readable(version)])
    assert clean.at(minute(count)) == site.at(minute(count))


@MANY
@given(site=SITES, count=MINUTES, behind=st.integers(1, 300))
def test_a_clock_that_is_behind_decides_as_of_the_last_write(
    site: Site, count: int, behind: int
) -> None:
    """The present is never earlier than the switch."""
    history = [version for version in site.frozen(minute(count)).history if readable(version)]
    if not history:
        return
    switch, off = last_readable(history, UTC_ZONE), last_off(history, UTC_ZONE)
    written = history[-1].written
    schedule = Schedule(switch, off, site.windows)
    on_time, late = (
        decide(schedule, now=now) for now in (written, written - timedelta(seconds=behind))
    )
    assert on_time == late


@MANY
@given(site=SITES, count=MINUTES, since=st.integers(0, DAY))
def test_an_off_makes_the_site_live_until_the_next_occurrence(
    site: Site, count: int, since: int
) -> None:
    """The next one that the decision names."""
    off = Version("off", minute(count), 1 + len(site.history))
    ended = replace(site.frozen(minute(count) - timedelta(minutes=1)))
    site = replace(ended, history=[*ended.history, off])
    decision, later = site.at(off.written), off.written + timedelta(minutes=since)
    assert Mode.LIVE == decision.mode
    if decision.next_occurrence is None or later < decision.next_occurrence.begins:
        assert Mode.LIVE == site.at(later).mode


def open_since(site: Site, window: Window, now: datetime) -> datetime | None:
    """Return since when `window` is open at `now`, its overlapping occurrences joined."""
    t_off, since = t_off_by_definition(site, now), None
    t_off = max(t_off, window.skip.until) if window.skip else t_off
    reach = NEVER
    for each in occurrences(window, since=minute(-9 * DAY), until=now + timedelta.resolution):
        if each.begins > t_off:
            since = since if since and each.begins <= reach else each.begins
            reach = each.ends
    if since is None or reach <= now:
        return None
    return NEVER if since < minute(-8 * DAY) else since


@MANY
@given(site=CROWDED, count=MINUTES)
def test_the_message_is_that_of_the_window_that_has_been_open_longest(
    site: Site, count: int
) -> None:
    """A window that overlaps itself has been open since the first of the joined occurrences."""
    now = minute(count)
    decision = site.at(now)
    own = [v for v in site.history if v.written <= now and readable(v)][-1:]
    switch = readable(own[0]) if own else None
    if switch and switch.is_in_force(now) and switch.message:
        assert switch.message == decision.message
        return
    since = {each.name: (open_since(site, each, now), each.message) for each in site.windows}
    opened = [(at, name, message) for name, (at, message) in since.items() if at and message]
    assert (min(opened)[2] if opened else None) == decision.message


def wake(site: Site, now: datetime, applied: Mode) -> tuple[Mode, datetime | None]:
    """Return the mode that a run at `now` leaves behind, and when it sets the next wakeup."""
    decision = site.at(now)
    mode = applied if decision.mode is Mode.UNCHANGED else decision.mode
    return mode, decision.valid_until


@MANY
@given(site=SITES, count=st.integers(2 * DAY, 3 * DAY), seed=st.randoms(use_true_random=True))
def test_lost_repeated_and_reordered_wakeups_end_in_the_same_state(
    site: Site, count: int, seed: random.Random
) -> None:
    """A run does not depend on the event that woke it, so only the last one counts."""
    last = minute(count)
    wakeups = [seed.randrange(-2 * DAY, count) for _ in range(5)]
    applied = Mode.LIVE
    for earlier in wakeups:
        applied, _ = wake(site, minute(earlier), applied)
    if site.at(last).mode is not Mode.UNCHANGED:
        assert wake(site, last, applied)[0] == wake(site, last, Mode.LIVE)[0]


@examples(60)
@given(site=SITES)
def test_change_events_and_wakeups_alone_keep_the_site_as_it_should_be(site: Site) -> None:
    """Without any sweep: every half hour, the mode that was applied is that of the rule."""
    writes = [version.written for version in site.history]
    applied, wakeup = wake(site, minute(-3 * DAY), Mode.LIVE)
    for count in range(-3 * DAY, 3 * DAY, 30):
        now = minute(count)
        while due := [at for at in (*writes, *([wakeup] if wakeup else [])) if at <= now]:
            applied, wakeup = wake(site, min(due), applied)
            writes = [at for at in writes if at > min(due)]
        assert mode_by_definition(site, now) in {applied, Mode.UNCHANGED}


@examples(2)
@given(windows=some_windows(), seed=st.randoms(use_true_random=True))
def test_in_a_year_of_lost_wakeups_no_decision_is_older_than_one_sweep(
    windows: Sequence[Window], seed: random.Random
) -> None:
    """A sweep every six hours; most other wakeups are lost, the rest late or repeated."""
    begin, sweep = NIGHT - timedelta(days=180), timedelta(hours=6)
    written = [begin + timedelta(minutes=at) for at in sorted(seed.sample(range(365 * DAY), 60))]
    values = [("off", begin), *((seed.choice(VALUES), at) for at in written)]
    history = [Version(value, at, number) for number, (value, at) in enumerate(values, 1)]
    site = Site(history=history, windows=windows)
    wakeups = [begin + count * sweep for count in range(1, 365 * 4)]
    wakeups += [at + timedelta(seconds=seed.randrange(300)) for at in seed.choices(written, k=30)]
    heapq.heapify(wakeups)
    (applied, _), decided = wake(site, begin, Mode.LIVE), begin
    while wakeups:
        now = heapq.heappop(wakeups)
        assert now - decided <= sweep
        assert mode_by_definition(site, decided) == applied
        applied, wakeup = wake(site, now, applied)
        decided = now
        if wakeup and wakeups and wakeup < wakeups[0] and not seed.randrange(3):
            heapq.heappush(wakeups, wakeup + timedelta(seconds=seed.randrange(60)))
