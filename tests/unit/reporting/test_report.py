"""What a run found and did, as values and as JSON."""

import json
from copy import replace
from datetime import timedelta

from maintenance.cloudfront.plan import Action, Step
from maintenance.reporting.report import Outcome, Report
from maintenance.reporting.status import EndChange
from maintenance.schedule.arming import Arming

from tests.builders import ANA, NOW, a_decision, a_function, a_lambda

STEPS = (
    Step(None, Action.ATTACH, "displaces something", (a_function(),)),
    Step("/x", Action.KEEP, "it is live"),
)


def test_the_document_has_everything() -> None:
    """As JSON values; the default behavior has a word of its own."""
    outcome = Outcome(
        "E1",
        "InProgress",
        STEPS,
        changed=True,
        restored=(a_function(),),
        not_restored=(a_lambda(),),
        warnings=("careful",),
        errors=("no",),
    )
    report = Report(
        a_decision(ends_in=timedelta(hours=1)),
        (outcome,),
        input_errors=("bad",),
        notices=("nb",),
        requester=ANA,
        announced=("Closing now",),
        end_change=EndChange(NOW, None),
        arming=Arming(NOW - timedelta(minutes=15), NOW),
    )

    expected = {
        "mode": "maintenance",
        "reason": "the switch says so",
        "until": "2026-12-01T03:00:00Z",
        "message": None,
        "valid_until": "2026-12-01T03:00:00Z",
        "arming": {"at": "2026-12-01T01:45:00Z", "begins": "2026-12-01T02:00:00Z"},
        "armed": [],
        "requested_by": "ana",
        "requested_by_arn": "arn:aws:iam::123456789012:user/ana",
        "distributions": [
            {
                "distribution_id": "E1",
                "status": "InProgress",
                "preview": False,
                "changed": True,
                "behaviors": [
                    {
                        "path_pattern": "default",
                        "action": "attach",
                        "reason": "displaces something",
                    },
                    {"path_pattern": "/x", "action": "keep", "reason": "it is live"},
                ],
                "restored": [str(a_function())],
                "not_restored": [str(a_lambda())],
                "warnings": ["careful"],
                "errors": ["no"],
            }
        ],
        "announced": ["Closing now"],
        "end_change": {"previous": "2026-12-01T02:00:00Z", "until": None},
        "notices": ["nb"],
        "errors": ["bad", "no"],
    }
    assert expected == json.loads(json.dumps(report.answer()))


def test_the_answer_has_the_message() -> None:
    """What visitors read."""
    decision = replace(a_decision(), message="Back soon")

    assert "Back soon" == Report(decision).answer()["message"]


def test_an_unknown_instant_is_null() -> None:
    """Not a text in its place."""
    answer = Report(a_decision()).answer()

    assert (None, None) == (answer["until"], answer["valid_until"])
    assert ("", "") == (answer["requested_by"], answer["requested_by_arn"])


def test_a_run_has_changes_if_any_distribution_was_changed() -> None:
    """One distribution is enough."""
    kept, changed = Outcome("E1", "Deployed", ()), Outcome("E2", "Deployed", (), changed=True)

    assert Report(a_decision(), (kept, changed)).has_changes
    assert not Report(a_decision(), (kept,)).has_changes


def test_input_errors_come_before_those_of_distributions() -> None:
    """An invalid switch explains the rest."""
    outcomes = tuple(Outcome(name, "Deployed", (), errors=(name,)) for name in ("E1", "E2"))

    assert ("switch", "E1", "E2") == Report(a_decision(), outcomes, ("switch",)).errors


def test_housekeeping_errors_come_last() -> None:
    """By then the site is as it should be."""
    report = Report(a_decision(), (Outcome("E1", "Deployed", (), errors=("E1",)),))

    assert ("E1", "clock", "status") == (
        report.with_housekeeping_error("clock").with_housekeeping_error("status").errors
    )


def test_the_answer_about_a_large_fleet_omits_its_behaviors() -> None:
    """Lambda fails a run whose response exceeds 6 MB, whatever the run has done."""
    path = "/" + "x" * 254
    steps = tuple(Step(path, Action.KEEP, "it is in maintenance") for _ in range(75))
    outcomes = tuple(
        Outcome(f"E{each}", "Deployed", steps, warnings=("beware",)) for each in range(500)
    )

    answer = Report(a_decision(), outcomes).answer()

    assert len(json.dumps(answer)) < 6_000_000
    assert [([], ["beware"])] * 500 == [
        (each["behaviors"], each["warnings"]) for each in answer["distributions"]
    ]
    assert (
        "the behaviors of so many distributions do not fit into a response of Lambda: "
        "site-maintenance plan shows them, and the log has those that were changed"
    ) == answer["notices"][-1]


def test_the_answer_about_a_fleet_that_fails_everywhere_fits() -> None:
    """Even without behaviors, its errors alone are too long."""
    error = f"left as it was: {'no ' * 5_000}"
    outcomes = tuple(
        Outcome(f"E{each}", "InProgress", (), changed=True, errors=(error,), is_preview=True)
        for each in range(500)
    )

    answer = Report(a_decision(), outcomes).answer()

    assert len(json.dumps(answer)) < 6_000_000
    assert answer["errors"][0].startswith("500 errors, all of which are in the log")
    names = ("distribution_id", "status", "changed", "preview")
    assert [(f"E{each}", "InProgress", True, True) for each in range(500)] == [
        tuple(each[name] for name in names) for each in answer["distributions"]
    ]


def test_the_answer_about_a_fleet_with_warnings_everywhere_has_no_error() -> None:
    """What the answer omits is not a failure."""
    warning = "beware " * 2_000
    outcomes = tuple(
        Outcome(f"E{each}", "Deployed", (), warnings=(warning,)) for each in range(500)
    )

    answer = Report(a_decision(), outcomes).answer()

    assert [] == answer["errors"]
    assert [[]] * 500 == [each["warnings"] for each in answer["distributions"]]


def test_a_run_fails_with_all_its_errors() -> None:
    """Word for word, if they are few."""
    report = Report(a_decision(), input_errors=("one", "two"))

    assert "one | two" == report.failure


def test_the_error_of_a_run_that_fails_everywhere_is_cut() -> None:
    """The record of a failed run must fit into the dead-letter queue."""
    errors = tuple(f"E{each} is left as it was: {'no ' * 1_000}" for each in range(500))

    failure = Report(a_decision(), input_errors=errors).failure

    assert len(failure.encode()) < 60_000
    assert failure.startswith("500 errors, all of which are in the log: E0 is left as it was")
