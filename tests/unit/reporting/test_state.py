"""The tables in the docstring of `state`, row by row."""

from collections.abc import Collection
from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Mode
from maintenance.reporting import state
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.state import Served, SiteState, is_overdue, site_state
from maintenance.reporting.status import ModeChange, PersistedState
from maintenance.reporting.transitions import STUCK_AFTER

from tests.builders import NOW, a_decision, a_distribution

LIVE, CLOSE, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED
OPEN, CLOSING, CLOSED, OPENING, STUCK = SiteState
LATER = NOW + timedelta(minutes=3)

FREE = Step(None, Action.ATTACH, "")
OURS = Step(None, Action.KEEP, "", is_closed=True)
ARMED = replace(OURS, is_armed=True)
THEIRS = Step(None, Action.KEEP, "", sibling="shop")
REFUSED = replace(THEIRS, action=Action.REFUSE)
GRPC = Step("/grpc/*", Action.SKIP, "", stays_open=True)


def an_outcome(*steps: Step, status: str = "Deployed", error: str = "") -> Outcome:
    """Return an outcome with these steps."""
    return Outcome("E1", status, steps, errors=(error,) if error else ())


def a_report(mode: Mode, *outcomes: Outcome, due: datetime | None = NOW) -> Report:
    """Return a report; each outcome is that of another target, last modified at NOW."""
    named = tuple(replace(each, distribution_id=f"E{n}") for n, each in enumerate(outcomes))
    targets = tuple(a_distribution(each.distribution_id) for each in named)
    return Report(a_decision(mode), named, targets=targets, due=due)


def in_progress(*steps: Step) -> Outcome:
    """Return an outcome with these steps while CloudFront deploys."""
    return an_outcome(*steps, status="InProgress")


def refused(*steps: Step) -> Outcome:
    """Return an outcome with these steps and an error."""
    return an_outcome(*steps, error="access denied")


HOUR = timedelta(hours=1)
BEFORE = NOW - HOUR


def left(mode: Mode, deployed: datetime | None, toggled: datetime | None = None) -> PersistedState:
    """Return what a run left: the last change, and when ours was attached or detached last."""
    return PersistedState(ModeChange(mode, None, None, BEFORE, deployed), toggled=toggled)


# What is attached and deployed at a distribution; what its state is if the site should be closed,
# should be open, and if neither the switch nor a window says anything; and what visitors get.
DISTRIBUTIONS: list[tuple[Outcome, SiteState, SiteState, SiteState, Served]] = [
    (an_outcome(FREE), OPEN, OPEN, OPEN, Served.SITE),
    (in_progress(FREE), OPENING, OPENING, OPENING, Served.BOTH),
    (an_outcome(FREE, OURS), CLOSING, OPENING, STUCK, Served.BOTH),
    (in_progress(FREE, OURS), CLOSING, OPENING, STUCK, Served.BOTH),
    (in_progress(OURS), CLOSING, CLOSING, CLOSING, Served.BOTH),
    (an_outcome(OURS), CLOSED, CLOSED, CLOSED, Served.PAGE),
    (an_outcome(OURS, GRPC), CLOSED, CLOSED, CLOSED, Served.PAGE),
    (an_outcome(GRPC), OPEN, OPEN, OPEN, Served.SITE),
    (refused(FREE), STUCK, OPEN, OPEN, Served.SITE),
    (refused(OURS), CLOSED, STUCK, CLOSED, Served.PAGE),
    (refused(GRPC), OPEN, OPEN, OPEN, Served.SITE),
    (an_outcome(replace(FREE, action=Action.REFUSE)), STUCK, OPEN, OPEN, Served.SITE),
    (an_outcome(THEIRS), CLOSED, CLOSED, CLOSED, Served.PAGE),
    (an_outcome(REFUSED, GRPC), CLOSED, CLOSED, CLOSED, Served.PAGE),
    (refused(THEIRS), CLOSED, CLOSED, CLOSED, Served.PAGE),
    (in_progress(REFUSED), CLOSING, CLOSING, CLOSING, Served.BOTH),
    (an_outcome(FREE, THEIRS), STUCK, STUCK, STUCK, Served.BOTH),
    (an_outcome(ARMED), OPEN, OPEN, OPEN, Served.SITE),
    (in_progress(ARMED), OPENING, OPENING, OPENING, Served.BOTH),
    (an_outcome(ARMED, OURS), CLOSING, OPENING, STUCK, Served.BOTH),
]


@pytest.mark.parametrize(("outcome", "closing", "opening", "unchanged", "served"), DISTRIBUTIONS)
def test_the_state_of_a_distribution(
    outcome: Outcome, closing: SiteState, opening: SiteState, unchanged: SiteState, served: Served
) -> None:
    """By what is attached and deployed; the mode matters only for what is half done or refused."""
    seen = [site_state(a_report(each, outcome), now=LATER) for each in (CLOSE, LIVE, UNCHANGED)]

    assert [closing, opening, unchanged] == [each.state for each in seen]
    assert {served} == {each.served for each in seen}
    assert [each.state for each in seen] == [each.targets[0].state for each in seen]


def test_every_state_of_the_tables_is_one_that_they_name() -> None:
    """The rows of the first table, in the words of the second column."""
    rows = (state.__doc__ or "").split("\n\n")[2].splitlines()[2:]

    assert [STUCK, OPEN, OPEN, OPENING, CLOSING, OPENING, CLOSED, CLOSING, CLOSED] == [
        SiteState(row.split()[-1].lower()) for row in rows
    ]


@pytest.mark.parametrize(
    ("mode", "outcome", "now", "expected"),
    [
        (LIVE, an_outcome(OURS), LATER, OPEN),
        (LIVE, in_progress(OURS), LATER, OPEN),
        (LIVE, in_progress(FREE), LATER, OPEN),
        (UNCHANGED, an_outcome(OURS), LATER, OPEN),
        (CLOSE, an_outcome(replace(OURS, action=Action.REPLACE)), LATER, OPEN),
        (CLOSE, in_progress(replace(OURS, action=Action.REPLACE)), LATER, OPEN),
        # A run has replaced it, and the status is not written yet.
        (CLOSE, in_progress(OURS), LATER, CLOSING),
        (CLOSE, an_outcome(OURS), LATER, CLOSED),
        (CLOSE, replace(in_progress(OURS), changed=True), LATER, CLOSING),
        (LIVE, an_outcome(OURS), NOW + timedelta(hours=1), CLOSED),
        (CLOSE, an_outcome(OURS), NOW + timedelta(hours=1), CLOSED),
        (CLOSE, in_progress(OURS), NOW + timedelta(minutes=20), CLOSING),
    ],
)
def test_what_the_last_run_has_armed_is_open_until_its_window_begins(
    mode: Mode, outcome: Outcome, now: datetime, expected: SiteState
) -> None:
    """Also while a window that was deleted comes off, and before a run has acted on an on."""
    persisted = replace(left(LIVE, BEFORE), armed=NOW + timedelta(minutes=10))

    assert expected is site_state(a_report(mode, outcome), now=now, persisted=persisted).state


@pytest.mark.parametrize("mode", [CLOSE, LIVE, UNCHANGED])
@pytest.mark.parametrize("steps", [(FREE,), (OURS,), (FREE, OURS)])
def test_in_progress_for_half_an_hour_is_stuck(mode: Mode, steps: tuple[Step, ...]) -> None:
    """Whatever is attached: some edge locations may still serve what was there before."""
    report = a_report(mode, in_progress(*steps))

    assert STUCK is site_state(report, now=NOW + STUCK_AFTER).state
    assert STUCK is not site_state(a_report(mode, an_outcome(OURS)), now=NOW + STUCK_AFTER).state


@pytest.mark.parametrize(
    ("mode", "step", "before", "expected"),
    [
        (LIVE, FREE, left(LIVE, BEFORE), OPEN),
        (LIVE, FREE, left(LIVE, BEFORE, BEFORE), OPEN),
        (LIVE, FREE, left(LIVE, BEFORE, NOW), OPENING),
        # A window that was called off begins later: until then every edge lets visitors through.
        (LIVE, FREE, left(LIVE, BEFORE, LATER), OPENING),
        (LIVE, FREE, left(LIVE, BEFORE, LATER + HOUR), OPEN),
        (LIVE, FREE, left(LIVE, NOW), OPEN),
        (LIVE, FREE, left(LIVE, LATER), OPENING),
        (LIVE, FREE, left(LIVE, None), OPENING),
        (LIVE, FREE, left(CLOSE, BEFORE), OPENING),
        (LIVE, FREE, PersistedState(), OPENING),
        (CLOSE, OURS, left(CLOSE, BEFORE), CLOSED),
        (CLOSE, OURS, left(CLOSE, BEFORE, BEFORE), CLOSED),
        (CLOSE, OURS, left(CLOSE, BEFORE, NOW), CLOSING),
        (CLOSE, OURS, left(CLOSE, NOW), CLOSED),
        (CLOSE, OURS, left(CLOSE, LATER), CLOSING),
        (CLOSE, OURS, left(CLOSE, None), CLOSING),
        (CLOSE, OURS, left(LIVE, BEFORE), CLOSING),
        (CLOSE, OURS, PersistedState(), CLOSING),
    ],
)
def test_an_update_of_a_settled_site_leaves_it_as_it_is(
    mode: Mode, step: Step, before: PersistedState, expected: SiteState
) -> None:
    """Another tool's of an open site, a new page of a closed one; not if ours came or went."""
    seen = site_state(a_report(mode, in_progress(step)), now=LATER, persisted=before)

    served = {OPEN: Served.SITE, CLOSED: Served.PAGE}.get(expected, Served.BOTH)
    assert (expected, served) == (seen.state, seen.served)


@pytest.mark.parametrize(
    ("mode", "outcomes", "expected"),
    [
        (CLOSE, (), STUCK),
        (LIVE, (), OPEN),
        (UNCHANGED, (), OPEN),
        (CLOSE, (an_outcome(OURS), an_outcome(OURS)), CLOSED),
        (CLOSE, (an_outcome(OURS), refused(FREE)), STUCK),
        (LIVE, (an_outcome(FREE), refused(OURS)), STUCK),
        (CLOSE, (an_outcome(OURS), an_outcome(GRPC)), CLOSED),
        (CLOSE, (an_outcome(OURS), an_outcome(FREE)), CLOSING),
        (CLOSE, (an_outcome(OURS), in_progress(FREE)), CLOSING),
        (LIVE, (an_outcome(FREE), an_outcome(OURS)), OPENING),
        (LIVE, (an_outcome(FREE), in_progress(OURS)), OPENING),
        (CLOSE, (an_outcome(OURS), an_outcome(REFUSED)), CLOSED),
        (LIVE, (an_outcome(FREE), an_outcome(THEIRS)), STUCK),
        (LIVE, (an_outcome(THEIRS), an_outcome(THEIRS)), CLOSED),
        (UNCHANGED, (an_outcome(OURS), in_progress(OURS)), CLOSING),
        (UNCHANGED, (an_outcome(FREE), in_progress(FREE)), OPENING),
        (UNCHANGED, (an_outcome(FREE), an_outcome(OURS)), STUCK),
        (UNCHANGED, (an_outcome(FREE), an_outcome(FREE, OURS)), STUCK),
    ],
)
def test_the_state_of_the_site(
    mode: Mode, outcomes: tuple[Outcome, ...], expected: SiteState
) -> None:
    """The second table; half a site is neither open nor closed."""
    assert expected is site_state(a_report(mode, *outcomes), now=LATER).state


def test_targets_in_several_states_are_counted() -> None:
    """The most frequent first; visitors get both where distributions differ."""
    report = a_report(CLOSE, an_outcome(FREE), an_outcome(OURS), an_outcome(OURS))
    seen = site_state(report, now=LATER)

    assert [(CLOSED, 2), (OPEN, 1)] == list(seen.counts.items())
    assert Served.BOTH is seen.served
    assert Served.SITE is site_state(a_report(LIVE), now=LATER).served


@pytest.mark.parametrize(
    ("mode", "expected"), [(CLOSE, OPENING), (LIVE, OPENING), (UNCHANGED, CLOSING)]
)
def test_a_distribution_that_is_no_target_counts_for_itself(
    mode: Mode, expected: SiteState
) -> None:
    """It opens unless all is left unchanged, and the site is what its targets are."""
    report = a_report(mode, an_outcome(OURS))
    steps = (OURS,) if mode is UNCHANGED else (FREE, OURS)
    other = replace(in_progress(*steps), distribution_id="OTHER")
    preview = replace(other, distribution_id="PREVIEW", is_preview=True)
    seen = site_state(replace(report, outcomes=(*report.outcomes, other, preview)), now=LATER)

    assert (CLOSED, ["OTHER"]) == (seen.state, [each.distribution_id for each in seen.others])
    assert expected is seen.of("OTHER").state


@pytest.mark.parametrize(
    ("expected", "minutes", "due", "last_run"),
    [
        (False, 14, NOW, None),
        (True, 15, NOW, None),
        (False, 15, None, None),
        (True, 15, NOW, NOW - timedelta(minutes=1)),
        (False, 15, NOW, NOW + timedelta(minutes=1)),
        (True, 15, NOW, NOW),
        (True, 31, NOW, NOW + timedelta(minutes=16)),
        (False, 31, NOW, NOW + timedelta(minutes=17)),
    ],
)
def test_a_change_is_overdue_if_no_run_has_tried_for_as_long_as_a_run_lasts(
    expected: bool,  # noqa: FBT001 - a column of the table
    minutes: int,
    due: datetime | None,
    last_run: datetime | None,
) -> None:
    """A throttled fleet needs several runs, and each of them shows that the controller is there."""
    report = a_report(CLOSE, an_outcome(FREE), due=due)
    now = NOW + timedelta(minutes=minutes)

    assert expected is is_overdue(report, now=now, last_run=last_run)


@pytest.mark.parametrize(
    ("expected", "mode", "steps"),
    [(STUCK, CLOSE, (FREE,)), (STUCK, LIVE, (OURS,)), (CLOSED, CLOSE, (OURS,)), (OPEN, LIVE, ())],
)
def test_what_no_run_has_done_in_time_is_stuck(
    expected: SiteState, mode: Mode, steps: Collection[Step]
) -> None:
    """What is as requested is not."""
    report = a_report(mode, an_outcome(*steps))

    assert expected is site_state(report, now=LATER, overdue=True).state


@pytest.mark.parametrize(("mode", "expected"), [(CLOSE, STUCK), (LIVE, STUCK), (UNCHANGED, CLOSED)])
def test_a_distribution_that_is_no_target_should_be_open(mode: Mode, expected: SiteState) -> None:
    """Unless neither the switch nor a window says anything; then it is as it was left."""
    other = replace(refused(OURS), distribution_id="OTHER")
    report = a_report(mode, an_outcome(OURS))

    seen = site_state(replace(report, outcomes=(*report.outcomes, other)), now=LATER)
    assert expected is seen.of("OTHER").state
