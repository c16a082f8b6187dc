"""The phases that a run announces, row by row of the table, and its next wakeup."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.cloudfront.plan import Action, Step
from maintenance.cloudfront.targets import fingerprint
from maintenance.model import Mode
from maintenance.reporting.plans import ComingOccurrence
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import (
    EndChange,
    FailureChange,
    LastError,
    ModeChange,
    PersistedState,
    Phase,
    Planned,
    Status,
    TargetStatus,
)
from maintenance.reporting.transitions import (
    RECHECK_AFTER,
    STUCK_AFTER,
    next_wakeup,
    target_statuses,
    update_status,
    with_stuck_warnings,
)
from maintenance.schedule.arming import Arming
from maintenance.schedule.decision import NextChange
from maintenance.schedule.switch import Off

from tests.builders import NOW, a_decision, a_distribution

LIVE, CLOSED, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED
LATER = NOW + timedelta(minutes=3)
OPEN = PersistedState(ModeChange(LIVE, None, None, NOW, NOW))
CLOSING = PersistedState(ModeChange(CLOSED, LIVE, NOW, NOW))
DEPLOYED = Outcome("E1", "Deployed", ())
SETTLING = Outcome("E1", "InProgress", ())
CHANGED = Outcome("E1", "InProgress", (), changed=True)
FAILED = Outcome("E1", "Deployed", (), errors=("no",))
PARTLY_CLOSED = replace(FAILED, steps=(Step("/x", Action.KEEP, "", is_closed=True),))
PARTLY_ARMED = replace(FAILED, steps=(Step("/x", Action.KEEP, "", is_closed=True, is_armed=True),))


def a_report(mode: Mode, *outcomes: Outcome, valid_until: datetime | None = None) -> Report:
    """Return the report of a run; each outcome is that of another target."""
    named = tuple(replace(each, distribution_id=f"E{n}") for n, each in enumerate(outcomes))
    return Report(
        replace(a_decision(mode), valid_until=valid_until),
        named,
        targets=tuple(a_distribution(each.distribution_id) for each in named),
        due=NOW,
    )


def announced(
    report: Report, persisted: PersistedState | None
) -> list[tuple[Mode, Phase, float | None]]:
    """Return what a run announces three minutes after NOW."""
    transitions = update_status(report, persisted, now=LATER).transitions
    return [(each.change.mode, each.phase, each.seconds) for each in transitions]


@pytest.mark.parametrize(
    ("persisted", "report", "expected"),
    [
        (OPEN, a_report(CLOSED, CHANGED), [(CLOSED, Phase.ACCEPTED, 180.0)]),
        (OPEN, a_report(CLOSED, CHANGED, FAILED), [(CLOSED, Phase.ACCEPTED, 180.0)]),
        (OPEN, a_report(CLOSED, FAILED), []),
        (OPEN, a_report(CLOSED, PARTLY_CLOSED), [(CLOSED, Phase.ACCEPTED, 180.0)]),
        (OPEN, a_report(CLOSED, PARTLY_ARMED), []),
        (CLOSING, a_report(LIVE, PARTLY_CLOSED), []),
        (CLOSING, a_report(CLOSED, PARTLY_CLOSED), []),
        (OPEN, a_report(CLOSED), []),
        (OPEN, a_report(LIVE, CHANGED), []),
        (OPEN, a_report(UNCHANGED, DEPLOYED), []),
        (
            OPEN,
            a_report(CLOSED, DEPLOYED),
            [(CLOSED, Phase.ACCEPTED, 180.0), (CLOSED, Phase.DEPLOYED, 0.0)],
        ),
        (None, a_report(CLOSED, CHANGED), [(CLOSED, Phase.ACCEPTED, 180.0)]),
        (None, a_report(CLOSED, DEPLOYED), []),
        (None, a_report(CLOSED, SETTLING), []),
        (None, a_report(LIVE, DEPLOYED), []),
        (PersistedState(), a_report(CLOSED, SETTLING), [(CLOSED, Phase.ACCEPTED, 180.0)]),
        (PersistedState(), a_report(LIVE, DEPLOYED), []),
        (CLOSING, a_report(CLOSED, SETTLING), []),
        (CLOSING, a_report(CLOSED, DEPLOYED, SETTLING), []),
        (CLOSING, a_report(CLOSED, DEPLOYED, FAILED), []),
        (CLOSING, a_report(CLOSED, DEPLOYED), [(CLOSED, Phase.DEPLOYED, 180.0)]),
        (CLOSING, a_report(UNCHANGED, DEPLOYED), []),
        (CLOSING, a_report(LIVE, CHANGED), [(LIVE, Phase.ACCEPTED, 180.0)]),
    ],
)
def test_what_is_announced(
    persisted: PersistedState | None,
    report: Report,
    expected: list[tuple[Mode, Phase, float | None]],
) -> None:
    """The table of the module."""
    assert expected == announced(report, persisted)


REPLACED = Step(None, Action.REPLACE, "", is_closed=True)
ATTACHED = Step("/x", Action.ATTACH, "", is_closed=True)


@pytest.mark.parametrize(
    ("expected", "persisted", "outcome", "status"),
    [
        (
            [(CLOSED, Phase.DEPLOYED, 60.0)],
            CLOSING,
            replace(CHANGED, steps=(REPLACED,)),
            "Deployed",
        ),
        ([], CLOSING, replace(CHANGED, steps=(REPLACED,)), "InProgress"),
        ([], CLOSING, replace(CHANGED, steps=(REPLACED, ATTACHED)), "Deployed"),
        # The distribution was open until now: what was attached let visitors through.
        ([], CLOSING, replace(CHANGED, steps=(replace(REPLACED, was_armed=True),)), "Deployed"),
        ([], CLOSING, replace(FAILED, steps=(REPLACED,)), "Deployed"),
        # Another run has attached it since the listing.
        ([], CLOSING, replace(CHANGED, steps=(REPLACED,), is_listing_outdated=True), "Deployed"),
        ([], CLOSING, replace(SETTLING, is_listing_outdated=True), "Deployed"),
        (
            [(CLOSED, Phase.ACCEPTED, 180.0)],
            OPEN,
            replace(CHANGED, steps=(REPLACED,)),
            "Deployed",
        ),
    ],
)
def test_a_run_that_replaces_the_page_announces_what_it_found_deployed(
    expected: list[tuple[Mode, Phase, float | None]],
    persisted: PersistedState,
    outcome: Outcome,
    status: str,
) -> None:
    """An extension within a minute of it; the status took the new page for the closing."""
    report = replace(a_report(CLOSED, outcome), read_at=NOW + timedelta(minutes=1))
    [target] = report.targets

    assert expected == announced(
        replace(report, targets=(replace(target, status=status),)), persisted
    )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (replace(ATTACHED, is_armed=True), [(LIVE, Phase.DEPLOYED, 60.0)]),
        (replace(REPLACED, is_armed=True, was_armed=True), [(LIVE, Phase.DEPLOYED, 60.0)]),
        (Step(None, Action.DETACH, ""), []),
    ],
)
def test_a_run_that_arms_an_open_site_announces_what_it_found_deployed(
    step: Step, expected: list[tuple[Mode, Phase, float | None]]
) -> None:
    """A window that is near; the status took its version for the opening."""
    opening = PersistedState(ModeChange(LIVE, CLOSED, NOW, NOW))
    report = a_report(LIVE, replace(CHANGED, steps=(step,)))

    assert expected == announced(replace(report, read_at=NOW + timedelta(minutes=1)), opening)


@pytest.mark.parametrize(
    ("persisted", "report"),
    [(OPEN, a_report(CLOSED, CHANGED)), (CLOSING, a_report(CLOSED, DEPLOYED))],
)
def test_nothing_is_announced_twice(persisted: PersistedState, report: Report) -> None:
    """The state that the first run leaves prevents it."""
    left = update_status(report, persisted, now=LATER).status.persisted

    assert [] == announced(report, left)


def test_a_change_has_the_previous_mode_and_when_it_was_due() -> None:
    """There is no previous mode if none was announced."""
    changes = [
        update_status(a_report(CLOSED, CHANGED), persisted, now=LATER).status.persisted.last_change
        for persisted in (OPEN, None)
    ]

    assert [ModeChange(CLOSED, before, NOW, LATER) for before in (LIVE, None)] == changes


def test_the_time_to_accepted_is_unknown_if_the_due_instant_is() -> None:
    """An invented metric would be worse than none."""
    report = replace(a_report(CLOSED, CHANGED), due=None)

    assert [(CLOSED, Phase.ACCEPTED, None)] == announced(report, OPEN)


def test_a_switch_dated_by_a_clock_ahead_of_ours_took_no_time() -> None:
    """Never a negative one."""
    report = replace(a_report(CLOSED, CHANGED), due=LATER + RECHECK_AFTER)

    assert [(CLOSED, Phase.ACCEPTED, 0.0)] == announced(report, OPEN)


def test_a_mode_that_was_reached_before_counts_from_when_it_was_due() -> None:
    """A lost status does not restart a long maintenance."""
    change = update_status(a_report(CLOSED, DEPLOYED), None, now=LATER).status.persisted.last_change

    assert ModeChange(CLOSED, None, NOW, NOW, NOW) == change


def test_a_distribution_that_is_no_target_does_not_count() -> None:
    """Ours may be attached to others: a former target, or the preview distribution."""
    report = a_report(CLOSED, DEPLOYED)
    others = (Outcome("OTHER", "InProgress", (), changed=True),)
    with_others = replace(report, outcomes=(*report.outcomes, *others))

    assert announced(report, CLOSING) == announced(with_others, CLOSING)
    assert announced(report, None) == announced(with_others, None)
    assert None is next_wakeup(with_others, NOW)


ARMED = Step(None, Action.KEEP, "it is armed", is_closed=True, is_armed=True)
ARMING = Arming(NOW, LATER)


def an_armed_report(mode: Mode, *outcomes: Outcome) -> Report:
    """Return a report of a site whose window is near."""
    return replace(a_report(mode, *outcomes), arming=ARMING)


@pytest.mark.parametrize(
    ("expected", "report"),
    [
        (LATER, an_armed_report(LIVE, replace(DEPLOYED, steps=(ARMED,)))),
        (LATER, an_armed_report(LIVE, replace(DEPLOYED, steps=(ARMED,)), DEPLOYED)),
        (None, an_armed_report(LIVE, DEPLOYED)),
        (None, a_report(LIVE, replace(DEPLOYED, steps=(ARMED,)))),
        (
            None,
            an_armed_report(
                LIVE,
                replace(DEPLOYED, steps=(ARMED,)),
                replace(DEPLOYED, steps=(replace(ARMED, is_armed=False),)),
            ),
        ),
    ],
)
def test_the_status_says_until_when_what_is_attached_lets_visitors_through(
    expected: datetime | None, report: Report
) -> None:
    """If anything attached closes the site, it says nothing."""
    assert expected == update_status(report, OPEN, now=NOW).status.persisted.armed


ATTACHES = Step(None, Action.ATTACH, "", is_closed=True)
DETACHES = Step(None, Action.DETACH, "")


@pytest.mark.parametrize(
    ("step", "persisted", "toggled"),
    [
        (ATTACHES, OPEN, NOW),
        (replace(ATTACHES, is_armed=True), OPEN, None),
        (DETACHES, OPEN, NOW),
        (replace(DETACHES, is_armed=True), OPEN, None),
        (DETACHES, replace(OPEN, armed=LATER), LATER),
        (DETACHES, replace(OPEN, armed=NOW), NOW),
    ],
)
def test_arming_a_site_is_no_toggle(
    step: Step, persisted: PersistedState, toggled: datetime | None
) -> None:
    """Nor is taking off what is armed, before its start: visitors get the site all the time."""
    report = a_report(LIVE, replace(CHANGED, steps=(step,)))

    assert toggled == update_status(report, persisted, now=NOW).status.persisted.toggled


def test_a_window_that_began_by_itself_is_announced_as_of_its_start() -> None:
    """The alarm clock may ring a minute later."""
    grpc = Step("/grpc/*", Action.SKIP, "", stays_open=True)
    kept = replace(DEPLOYED, steps=(replace(ARMED, is_armed=False), grpc))
    report, armed = a_report(CLOSED, kept, kept), replace(OPEN, armed=NOW)
    preview = replace(DEPLOYED, distribution_id="preview", steps=(REPLACED,), is_preview=True)
    report = replace(report, outcomes=(*report.outcomes, preview))

    expected = [(CLOSED, Phase.ACCEPTED, 0.0), (CLOSED, Phase.DEPLOYED, 0.0)]
    assert expected == announced(report, armed)
    change = update_status(report, armed, now=LATER).status.persisted.last_change
    assert change
    assert (NOW, NOW) == (change.accepted, change.deployed)


@pytest.mark.parametrize(
    "outcomes",
    [
        (replace(DEPLOYED, steps=(REPLACED,)),),
        (replace(SETTLING, steps=(ARMED,)),),
        (replace(DEPLOYED, steps=(ARMED,)), replace(CHANGED, steps=(ATTACHED,))),
    ],
)
def test_a_window_that_a_run_had_to_begin_is_announced_as_of_the_run(
    outcomes: tuple[Outcome, ...],
) -> None:
    """If one distribution was not armed, or not everywhere yet."""
    found = announced(a_report(CLOSED, *outcomes), replace(OPEN, armed=NOW))

    assert (CLOSED, Phase.ACCEPTED, 180.0) == found[0]


@pytest.mark.parametrize(
    ("mode", "arms", "expected"),
    [
        (LIVE, NOW + timedelta(minutes=5), NOW + timedelta(minutes=5)),
        (LIVE, NOW, NOW + timedelta(minutes=20)),
        (CLOSED, NOW + timedelta(minutes=5), NOW + timedelta(minutes=20)),
    ],
)
def test_the_next_wakeup_arms_an_open_site(mode: Mode, arms: datetime, expected: datetime) -> None:
    """And then comes the start of the window."""
    begins = NOW + timedelta(minutes=20)
    report = a_report(mode, DEPLOYED, valid_until=begins)

    assert expected == next_wakeup(replace(report, arming=Arming(arms, begins)), NOW)


def test_a_time_to_publish_that_comes_while_the_run_ends_still_wakes_the_next() -> None:
    """Else the published code would be outdated until the next sweep."""
    due = NOW - timedelta(seconds=1)
    report = a_report(LIVE, DEPLOYED, valid_until=NOW + timedelta(hours=1))

    assert due == next_wakeup(replace(report, wake_at=due), NOW)


@pytest.mark.parametrize(
    ("read_at", "expected"),
    [
        (NOW - timedelta(seconds=2), NOW - timedelta(seconds=1)),
        (NOW - timedelta(seconds=1), NOW + timedelta(minutes=20)),
    ],
)
def test_a_run_that_began_before_the_time_to_arm_leaves_it_to_the_next(
    read_at: datetime, expected: datetime
) -> None:
    """It may end after that, and the alarm clock that it moves may not have rung yet."""
    arms, begins = NOW - timedelta(seconds=1), NOW + timedelta(minutes=20)
    report = a_report(LIVE, DEPLOYED, valid_until=begins)
    report = replace(report, arming=Arming(arms, begins), read_at=read_at)

    assert expected == next_wakeup(report, NOW)


def test_the_status_holds_the_decision() -> None:
    """And all errors, in one line."""
    change = NextChange(LATER, closes=False)
    failed = a_report(CLOSED, FAILED, replace(FAILED, errors=("never",)))
    decision = replace(
        a_decision(CLOSED, ends_in=RECHECK_AFTER), message="back at three", next_change=change
    )
    report = replace(failed, decision=decision, due=None)

    assert Status(
        CLOSED,
        "the switch says so",
        NOW + RECHECK_AFTER,
        "back at three",
        change,
        target_statuses(report, NOW),
        PersistedState(last_error=LastError("no | never", NOW, announced=True)),
    ) == (update_status(report, None, now=NOW).status)


def test_the_error_of_a_run_is_kept_until_a_run_has_none() -> None:
    """With its first instant, and its last."""
    first = update_status(a_report(CLOSED, FAILED), None, now=NOW).status.persisted
    second = update_status(a_report(CLOSED, FAILED), first, now=LATER).status.persisted
    third = update_status(a_report(CLOSED, DEPLOYED), second, now=LATER).status.persisted
    fourth = update_status(
        a_report(CLOSED, DEPLOYED), third, now=LATER + RECHECK_AFTER
    ).status.persisted

    lasting = LastError("no", NOW, announced=True)
    over = replace(lasting, until=LATER)
    assert [lasting, lasting, over, over] == [
        each.last_error for each in (first, second, third, fourth)
    ]


HOUR = timedelta(hours=1)
CLOSED_FOR_AN_HOUR = PersistedState(ModeChange(CLOSED, LIVE, NOW, NOW, until=NOW + HOUR))


def ending(until: datetime | None, mode: Mode = CLOSED, outcome: Outcome = DEPLOYED) -> Report:
    """Return the report of a run with this end."""
    report = a_report(mode, outcome)
    return replace(report, decision=replace(report.decision, until=until))


@pytest.mark.parametrize(
    ("persisted", "report", "expected"),
    [
        (CLOSED_FOR_AN_HOUR, ending(NOW + 2 * HOUR), EndChange(NOW + HOUR, NOW + 2 * HOUR)),
        (CLOSED_FOR_AN_HOUR, ending(LATER), EndChange(NOW + HOUR, LATER)),
        (CLOSED_FOR_AN_HOUR, ending(None), EndChange(NOW + HOUR, None)),
        (CLOSING, ending(LATER), EndChange(None, LATER)),
        # The end is what counts; the pages follow.
        (CLOSING, ending(LATER, outcome=FAILED), EndChange(None, LATER)),
        (CLOSED_FOR_AN_HOUR, ending(NOW + HOUR + timedelta(microseconds=1)), None),
        (CLOSED_FOR_AN_HOUR, ending(None, LIVE, CHANGED), None),
        (CLOSED_FOR_AN_HOUR, ending(None, UNCHANGED), None),
        (OPEN, ending(LATER, outcome=CHANGED), None),
        (OPEN, ending(LATER, outcome=FAILED), None),
        (None, ending(LATER), None),
    ],
)
def test_another_end_of_the_same_maintenance_is_announced(
    persisted: PersistedState | None, report: Report, expected: EndChange | None
) -> None:
    """With the end that was announced before; a change of mode announces its own."""
    update = update_status(report, persisted, now=LATER)

    assert expected == update.end_change
    assert None is update_status(report, update.status.persisted, now=LATER).end_change


@pytest.mark.parametrize(
    ("change", "is_extension"),
    [
        (EndChange(NOW, LATER), True),
        (EndChange(LATER, NOW), False),
        (EndChange(NOW, None), True),
        (EndChange(None, NOW), False),
    ],
)
def test_a_maintenance_without_an_end_is_longer_than_any(
    change: EndChange, *, is_extension: bool
) -> None:
    """Until someone ends it."""
    assert is_extension == change.is_extension


FAILING = PersistedState(last_error=LastError("no", NOW, announced=True))
UNHEARD = PersistedState(last_error=LastError("no", NOW))
RECOVERED = PersistedState(last_error=LastError("no", NOW, NOW, announced=True))


@pytest.mark.parametrize(
    ("before", "outcome", "expected"),
    [
        (PersistedState(), DEPLOYED, None),
        (PersistedState(), FAILED, LastError("no", LATER, announced=True)),
        (RECOVERED, DEPLOYED, None),
        (RECOVERED, FAILED, LastError("no", LATER, announced=True)),
        (FAILING, FAILED, None),
        # Another error is no news while runs fail anyway.
        (FAILING, replace(FAILED, errors=("never",)), None),
        (FAILING, DEPLOYED, LastError("no", NOW, LATER, announced=True)),
        (UNHEARD, FAILED, LastError("no", NOW, announced=True)),
        (UNHEARD, DEPLOYED, None),
    ],
)
def test_a_failure_is_announced_once_and_so_is_its_end(
    before: PersistedState, outcome: Outcome, expected: LastError | None
) -> None:
    """Runs are repeated each minute, and an alarm says how long it takes."""
    update = update_status(a_report(CLOSED, outcome), before, now=LATER)

    assert (FailureChange(expected) if expected else None) == update.failure
    again = update_status(a_report(CLOSED, outcome), update.status.persisted, now=LATER)
    assert None is again.failure


@pytest.mark.parametrize(
    ("before", "announced"), [(FAILING, True), (UNHEARD, False), (PersistedState(), False)]
)
def test_what_could_not_be_announced_is_left_to_a_later_run(
    before: PersistedState, *, announced: bool
) -> None:
    """The mode, the end, the plans and the failure count as they were announced before."""
    plans = (Planned("sunday", LATER, LATER + HOUR),)
    before = replace(before, last_change=CLOSING.last_change, planned=plans)
    left = update_status(ending(LATER, outcome=FAILED), before, now=NOW).status.persisted

    unannounced = left.unannounced(before)

    assert (before.last_change, plans) == (unannounced.last_change, unannounced.planned)
    assert unannounced.last_error
    assert announced == unannounced.last_error.announced
    assert "no" == unannounced.last_error.message


@pytest.mark.parametrize(
    ("announce_at", "expected"),
    [
        (NOW - HOUR, NOW + 2 * HOUR),
        (NOW, NOW + 2 * HOUR),
        (LATER, LATER),
        (NOW + 3 * HOUR, NOW + 2 * HOUR),
    ],
)
def test_the_next_wakeup_is_in_time_to_announce_a_window(
    announce_at: datetime, expected: datetime
) -> None:
    """Also if nothing else happens then."""
    planned = ComingOccurrence(Planned("sunday", NOW + HOUR, NOW + 2 * HOUR), announce_at)
    report = a_report(CLOSED, DEPLOYED, valid_until=NOW + 2 * HOUR)

    assert expected == next_wakeup(replace(report, planned=(planned,)), NOW)


EARLIER_OFF, LATER_OFF = Off(NOW, LATER), Off(LATER, LATER)


@pytest.mark.parametrize(
    ("read", "before", "remembered"),
    [
        (None, None, None),
        (EARLIER_OFF, None, EARLIER_OFF),
        (None, EARLIER_OFF, EARLIER_OFF),
        (LATER_OFF, EARLIER_OFF, LATER_OFF),
        (EARLIER_OFF, LATER_OFF, EARLIER_OFF),
    ],
)
def test_the_last_off_is_remembered(
    read: Off | None, before: Off | None, remembered: Off | None
) -> None:
    """What the switch's history says counts more, so a forged one does not last."""
    report = replace(a_report(LIVE, DEPLOYED), last_off=read)

    status = update_status(report, PersistedState(last_off=before), now=NOW).status

    assert remembered == status.persisted.last_off


@pytest.mark.parametrize(
    ("mode", "outcome", "is_settled"),
    [
        (LIVE, DEPLOYED, True),
        (LIVE, SETTLING, True),
        (LIVE, CHANGED, False),
        (LIVE, FAILED, False),
        (LIVE, replace(DEPLOYED, is_settled=False), False),
        (CLOSED, DEPLOYED, False),
    ],
)
def test_targets_that_were_found_live_and_owe_nothing_are_remembered(
    mode: Mode, outcome: Outcome, *, is_settled: bool
) -> None:
    """By the versions that the listing names; a run that has changed one has an older listing."""
    report = a_report(mode, outcome)
    report = replace(report, targets=tuple(replace(each, etag="E2") for each in report.targets))

    status = update_status(report, PersistedState(settled="before"), now=NOW).status

    expected = fingerprint(report.targets) if is_settled else "before"
    assert expected == status.persisted.settled


@pytest.mark.parametrize(
    ("outcome", "age", "is_stuck"),
    [
        (SETTLING, STUCK_AFTER - timedelta(seconds=1), False),
        (SETTLING, STUCK_AFTER, True),
        (CHANGED, STUCK_AFTER, False),
        # Another run has just changed it, and the listing dates the update before that.
        (replace(SETTLING, is_listing_outdated=True), STUCK_AFTER, False),
        (DEPLOYED, STUCK_AFTER, False),
    ],
)
def test_a_target_that_stays_in_progress_is_stuck(
    outcome: Outcome, age: timedelta, *, is_stuck: bool
) -> None:
    """Counted from when CloudFront accepted the last update."""
    report = a_report(CLOSED, outcome)

    expected = TargetStatus("E0", outcome.status, is_stuck)
    assert (expected,) == target_statuses(report, NOW + age)
    warnings = with_stuck_warnings(report, NOW + age).outcomes[0].warnings
    sentence = (
        "E0 is stuck: it has been InProgress for 30 minutes, so some edge locations may still "
        "serve what was there before. Look at the AWS Health Dashboard and ask AWS Support; the "
        "controller checks it again with each sweep"
    )
    assert ((sentence,) if is_stuck else ()) == warnings


@pytest.mark.parametrize(
    ("outcome", "valid_until", "expected"),
    [
        (DEPLOYED, None, None),
        (DEPLOYED, LATER, LATER),
        (SETTLING, None, NOW + RECHECK_AFTER),
        (SETTLING, LATER, NOW + RECHECK_AFTER),
        (CHANGED, NOW + timedelta(seconds=9), NOW + timedelta(seconds=9)),
    ],
)
def test_the_next_wakeup_is_in_a_minute_while_a_target_settles(
    outcome: Outcome, valid_until: datetime | None, expected: datetime | None
) -> None:
    """And otherwise when the decision can change."""
    assert expected == next_wakeup(a_report(CLOSED, outcome, valid_until=valid_until), NOW)


@pytest.mark.parametrize(
    ("valid_until", "expected"),
    [
        (None, NOW + RECHECK_AFTER),
        (NOW + timedelta(hours=1), NOW + RECHECK_AFTER),
        (NOW + timedelta(seconds=9), NOW + timedelta(seconds=9)),
    ],
)
def test_the_next_wakeup_is_in_a_minute_if_the_decision_is_uncertain(
    valid_until: datetime | None, expected: datetime
) -> None:
    """What could not be read may begin or end any time."""
    report = replace(a_report(CLOSED, DEPLOYED, valid_until=valid_until), is_uncertain=True)

    assert expected == next_wakeup(report, NOW)


@pytest.mark.parametrize(
    ("valid_until", "expected"),
    [
        (None, NOW + RECHECK_AFTER),
        (NOW + timedelta(hours=1), NOW + RECHECK_AFTER),
        (NOW + timedelta(seconds=9), NOW + timedelta(seconds=9)),
    ],
)
def test_the_next_wakeup_is_in_a_minute_after_a_parameter_has_changed(
    valid_until: datetime | None, expected: datetime
) -> None:
    """A slower run that did not see the change may set the alarm clock after this one."""
    report = a_report(CLOSED, DEPLOYED, valid_until=valid_until)

    assert expected == next_wakeup(report, NOW, after_change=True)


def test_a_stuck_target_causes_no_wakeup() -> None:
    """The sweeps check it."""
    assert None is next_wakeup(a_report(CLOSED, SETTLING), NOW + STUCK_AFTER)


@pytest.mark.parametrize(
    ("expected", "action", "changed"),
    [
        (LATER, Action.ATTACH, True),
        (LATER, Action.DETACH, True),
        (NOW, Action.REPLACE, True),
        (NOW, Action.KEEP, True),
        (NOW, Action.ATTACH, False),
    ],
)
def test_the_status_remembers_when_ours_came_or_went(
    expected: datetime,
    action: Action,
    changed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A new page is neither, and so leaves a closed site closed."""
    step = Step(None, action, "")
    outcome = Outcome("E1", "InProgress", (step,), changed=changed)
    report = a_report(CLOSED, outcome)
    other = replace(outcome, distribution_id="OTHER", steps=(replace(step, action=Action.DETACH),))
    report = replace(report, outcomes=(*report.outcomes, other))

    status = update_status(report, PersistedState(toggled=NOW), now=LATER).status
    assert expected == status.persisted.toggled


START = LATER + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("outcome", "mode", "begins", "expected"),
    [
        (replace(CHANGED, steps=(Step("/x", Action.DETACH, ""),)), LIVE, None, START),
        (replace(CHANGED, steps=(replace(ARMED, was_armed=True),)), LIVE, START + HOUR, START),
        (replace(CHANGED, steps=(replace(ARMED, was_armed=True),)), LIVE, START, None),
        (replace(CHANGED, steps=(REPLACED,)), CLOSED, None, None),
        (replace(DEPLOYED, steps=(ARMED,)), LIVE, START, None),
    ],
    ids=["disarmed", "moved", "another page", "an on", "kept"],
)
def test_the_start_of_a_window_that_is_called_off_late_is_remembered(
    outcome: Outcome, mode: Mode, begins: datetime | None, expected: datetime | None
) -> None:
    """An edge that has not heard of it by then closes the site."""
    arming = Arming(NOW, begins) if begins else None
    report = replace(a_report(mode, outcome), arming=arming)

    status = update_status(report, PersistedState(armed=START), now=LATER).status
    assert expected == status.persisted.toggled


@pytest.mark.parametrize(
    ("outcome", "read_at", "expected"),
    [
        (DEPLOYED, LATER, None),
        (SETTLING, LATER, NOW),
        (CHANGED, LATER, NOW),
        # The toggle is that of another run, and the listing from before it.
        (DEPLOYED, NOW, NOW),
    ],
)
def test_a_toggle_is_forgotten_once_every_target_is_deployed(
    outcome: Outcome, read_at: datetime, expected: datetime | None
) -> None:
    """What is in progress after that is another update, which leaves the site as it is."""
    report = replace(a_report(LIVE, outcome), read_at=read_at)

    status = update_status(report, PersistedState(toggled=NOW), now=LATER).status
    assert expected == status.persisted.toggled
