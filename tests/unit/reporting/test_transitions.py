"""The phases that a run announces, row by row of the table, and its next wakeup."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.cloudfront.targets import fingerprint
from maintenance.model import Mode
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import (
    LastError,
    ModeChange,
    PersistedState,
    Phase,
    Status,
    TargetStatus,
    Transition,
)
from maintenance.reporting.transitions import (
    RECHECK_AFTER,
    STUCK_AFTER,
    event_detail,
    next_wakeup,
    target_statuses,
    update_status,
    with_stuck_warnings,
)
from maintenance.schedule.decision import NextChange
from maintenance.schedule.switch import Off
from msgspec import to_builtins

from tests.builders import ANA, NOW, a_decision, a_distribution

LIVE, CLOSED, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED
LATER = NOW + timedelta(minutes=3)
OPEN = PersistedState(ModeChange(LIVE, None, None, NOW, NOW))
CLOSING = PersistedState(ModeChange(CLOSED, LIVE, NOW, NOW))
DEPLOYED = Outcome("E1", "Deployed", ())
SETTLING = Outcome("E1", "InProgress", ())
CHANGED = Outcome("E1", "InProgress", (), changed=True)
FAILED = Outcome("E1", "Deployed", (), errors=("no",))


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
        PersistedState(last_error=LastError("no | never", NOW)),
    ) == (update_status(report, None, now=NOW).status)


def test_the_error_of_a_run_is_kept_until_a_run_has_none() -> None:
    """With its first instant, and its last."""
    first = update_status(a_report(CLOSED, FAILED), None, now=NOW).status.persisted
    second = update_status(a_report(CLOSED, FAILED), first, now=LATER).status.persisted
    third = update_status(a_report(CLOSED, DEPLOYED), second, now=LATER).status.persisted
    fourth = update_status(
        a_report(CLOSED, DEPLOYED), third, now=LATER + RECHECK_AFTER
    ).status.persisted

    lasting, over = LastError("no", NOW), LastError("no", NOW, LATER)
    assert [lasting, lasting, over, over] == [
        each.last_error for each in (first, second, third, fourth)
    ]


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


def test_the_event_has_what_operators_need() -> None:
    """As JSON values, in whole seconds."""
    report = a_report(CLOSED, CHANGED, FAILED)
    until = NOW + timedelta(hours=1, microseconds=1)
    decision = replace(report.decision, until=until, message="back at three")
    update = update_status(
        replace(report, decision=decision, requester=ANA),
        OPEN,
        now=LATER + timedelta(milliseconds=400),
    )

    expected = {
        "mode": "maintenance",
        "previous_mode": "live",
        "phase": "accepted",
        "reason": "the switch says so",
        "until": "2026-12-01T03:00:00Z",
        "message": "back at three",
        "distributions": 2,
        "failed": 1,
        "seconds": 180,
        "requested_by": "ana",
        "requested_by_arn": "arn:aws:iam::123456789012:user/ana",
        "stack": "site",
        "switch": "/site/maintenance",
    }
    assert expected == to_builtins(
        event_detail(update.transitions[0], update.status, stack="site", switch="/site/maintenance")
    )


def test_an_unknown_value_is_null_in_the_event() -> None:
    """Scripts can distinguish it from a missing member."""
    change = ModeChange(LIVE, None, None, NOW)
    status = update_status(a_report(LIVE, CHANGED), OPEN, now=NOW).status

    transition = Transition(Phase.ACCEPTED, change, None)

    detail = to_builtins(event_detail(transition, status, stack="s", switch="/s"))

    assert (None, None, None) == (detail["previous_mode"], detail["until"], detail["seconds"])
    assert ("", "") == (detail["requested_by"], detail["requested_by_arn"])
