"""What a run has to tell, row by row of its table, and when it looks again."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from maintenance.model import Mode
from maintenance.reporting.announce import (
    LOOK_AGAIN,
    STUCK_AFTER,
    detail,
    next_look,
    target_statuses,
    update_status,
    with_stuck_named,
)
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
from maintenance.schedule.decision import NextChange

from tests.builders import NOW, a_decision, a_distribution

LIVE, CLOSED, UNCHANGED = Mode.LIVE, Mode.MAINTENANCE, Mode.UNCHANGED
LATER = NOW + timedelta(minutes=3)
OPEN = PersistedState(ModeChange(LIVE, None, None, NOW, NOW))
CLOSING = PersistedState(ModeChange(CLOSED, LIVE, NOW, NOW))
DEPLOYED = Outcome("E1", "Deployed", ())
SETTLING = Outcome("E1", "InProgress", ())
CHANGED = Outcome("E1", "InProgress", (), changed=True)
FAILED = Outcome("E1", "Deployed", (), errors=("no",))


def a_report(mode: Mode, *outcomes: Outcome, valid_until: datetime | None = None) -> Report:
    """Return the report of a run, each outcome being that of a target of its own."""
    named = tuple(replace(each, distribution_id=f"E{n}") for n, each in enumerate(outcomes))
    return Report(
        replace(a_decision(mode), valid_until=valid_until),
        named,
        targets=tuple(a_distribution(each.distribution_id) for each in named),
        due=NOW,
    )


def told(
    report: Report, persisted: PersistedState | None
) -> list[tuple[Mode, Phase, float | None]]:
    """Return what is announced three minutes after NOW."""
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
    """The table of the module, and who is late."""
    assert expected == told(report, persisted)


@pytest.mark.parametrize(
    ("persisted", "report"),
    [(OPEN, a_report(CLOSED, CHANGED)), (CLOSING, a_report(CLOSED, DEPLOYED))],
)
def test_nothing_is_announced_twice(persisted: PersistedState, report: Report) -> None:
    """The memory that the first run leaves holds it."""
    left = update_status(report, persisted, now=LATER).status.persisted

    assert [] == told(report, left)


def test_a_change_remembers_the_mode_before_and_when_it_was_due() -> None:
    """No mode where nobody was told of one."""
    changes = [
        update_status(a_report(CLOSED, CHANGED), persisted, now=LATER).status.persisted.last_change
        for persisted in (OPEN, None)
    ]

    assert [ModeChange(CLOSED, before, NOW, LATER) for before in (LIVE, None)] == changes


def test_how_long_it_took_is_not_known_where_nobody_knows_when_it_was_due() -> None:
    """A metric that is made up would be worse than none."""
    report = replace(a_report(CLOSED, CHANGED), due=None)

    assert [(CLOSED, Phase.ACCEPTED, None)] == told(report, OPEN)


def test_a_switch_that_was_written_by_a_clock_ahead_of_ours_took_no_time() -> None:
    """Not less than none."""
    report = replace(a_report(CLOSED, CHANGED), due=LATER + LOOK_AGAIN)

    assert [(CLOSED, Phase.ACCEPTED, 0.0)] == told(report, OPEN)


def test_a_mode_that_was_so_already_counts_from_when_it_was_due() -> None:
    """A status that was lost does not make a long maintenance a new one."""
    change = update_status(a_report(CLOSED, DEPLOYED), None, now=LATER).status.persisted.last_change

    assert ModeChange(CLOSED, None, NOW, NOW, NOW) == change


def test_a_distribution_that_is_no_target_does_not_count() -> None:
    """Ours may be attached to others: one that was dropped, or one to rehearse on."""
    report = a_report(CLOSED, DEPLOYED)
    others = (Outcome("OTHER", "InProgress", (), changed=True),)
    with_others = replace(report, outcomes=(*report.outcomes, *others))

    assert told(report, CLOSING) == told(with_others, CLOSING)
    assert told(report, None) == told(with_others, None)
    assert None is next_look(with_others, NOW)


def test_the_status_says_what_was_decided() -> None:
    """And what all the faults were, in one line."""
    change = NextChange(LATER, closes=False)
    failed = a_report(CLOSED, FAILED, replace(FAILED, errors=("never",)))
    decision = replace(
        a_decision(CLOSED, ends_in=LOOK_AGAIN), message="back at three", next_change=change
    )
    report = replace(failed, decision=decision, due=None)

    assert Status(
        CLOSED,
        "somebody said so",
        NOW + LOOK_AGAIN,
        "back at three",
        change,
        target_statuses(report, NOW),
        PersistedState(last_error=LastError("no | never", NOW)),
    ) == (update_status(report, None, now=NOW).status)


def test_the_fault_of_a_run_is_remembered_until_one_has_none() -> None:
    """With the instant since when, and until when."""
    first = update_status(a_report(CLOSED, FAILED), None, now=NOW).status.persisted
    second = update_status(a_report(CLOSED, FAILED), first, now=LATER).status.persisted
    third = update_status(a_report(CLOSED, DEPLOYED), second, now=LATER).status.persisted
    fourth = update_status(
        a_report(CLOSED, DEPLOYED), third, now=LATER + LOOK_AGAIN
    ).status.persisted

    lasting, over = LastError("no", NOW), LastError("no", NOW, LATER)
    assert [lasting, lasting, over, over] == [
        each.last_error for each in (first, second, third, fourth)
    ]


@pytest.mark.parametrize(
    ("outcome", "age", "is_stuck"),
    [
        (SETTLING, STUCK_AFTER - timedelta(seconds=1), False),
        (SETTLING, STUCK_AFTER, True),
        (CHANGED, STUCK_AFTER, False),
        (DEPLOYED, STUCK_AFTER, False),
    ],
)
def test_who_is_in_progress_for_too_long_is_stuck(
    outcome: Outcome, age: timedelta, *, is_stuck: bool
) -> None:
    """Counted from when CloudFront took the last update."""
    report = a_report(CLOSED, outcome)

    expected = TargetStatus("E0", outcome.status, is_stuck)
    assert (expected,) == target_statuses(report, NOW + age)
    warnings = with_stuck_named(report, NOW + age).outcomes[0].warnings
    sentence = (
        "E0 is stuck: CloudFront has said InProgress for 30 minutes, so some edges may still serve "
        "what was there before. Look at the AWS Health Dashboard and ask AWS Support; the "
        "controller looks again with each sweep"
    )
    assert ((sentence,) if is_stuck else ()) == warnings


@pytest.mark.parametrize(
    ("outcome", "valid_until", "expected"),
    [
        (DEPLOYED, None, None),
        (DEPLOYED, LATER, LATER),
        (SETTLING, None, NOW + LOOK_AGAIN),
        (SETTLING, LATER, NOW + LOOK_AGAIN),
        (CHANGED, NOW + timedelta(seconds=9), NOW + timedelta(seconds=9)),
    ],
)
def test_the_controller_looks_again_each_minute_while_cloudfront_is_at_work(
    outcome: Outcome, valid_until: datetime | None, expected: datetime | None
) -> None:
    """And otherwise when the answer can change."""
    assert expected == next_look(a_report(CLOSED, outcome, valid_until=valid_until), NOW)


def test_the_looking_ends_when_a_distribution_is_stuck() -> None:
    """The sweep goes on."""
    assert None is next_look(a_report(CLOSED, SETTLING), NOW + STUCK_AFTER)


def test_the_event_says_what_a_person_asks() -> None:
    """As JSON values, without fractions of a second."""
    report = a_report(CLOSED, CHANGED, FAILED)
    until = NOW + timedelta(hours=1, microseconds=1)
    decision = replace(report.decision, until=until, message="back at three")
    news = update_status(
        replace(report, decision=decision), OPEN, now=LATER + timedelta(milliseconds=400)
    )

    expected = {
        "mode": "maintenance",
        "previous_mode": "live",
        "phase": "accepted",
        "reason": "somebody said so",
        "until": "2026-12-01T03:00Z",
        "message": "back at three",
        "distributions": 2,
        "failed": 1,
        "seconds": 180,
        "stack": "site",
        "switch": "/site/maintenance",
    }
    assert expected == detail(
        news.transitions[0], news.status, stack="site", switch="/site/maintenance"
    )


def test_an_event_about_what_nobody_knows_says_null() -> None:
    """Scripts can tell it from nothing."""
    change = ModeChange(LIVE, None, None, NOW)
    status = update_status(a_report(LIVE, CHANGED), OPEN, now=NOW).status

    said = detail(Transition(Phase.ACCEPTED, change, None), status, stack="s", switch="/s")

    assert (None, None, None) == (said["previous_mode"], said["until"], said["seconds"])
