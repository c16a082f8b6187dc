"""The short answer to an order."""

import json
from copy import replace

from maintenance.cloudfront.plan import Action, Step
from maintenance.reporting.brief import Verdict, brief_answer
from maintenance.reporting.report import Outcome, Report

from tests.builders import NOW, a_decision, a_distribution

FREE = Step(None, Action.ATTACH, "")
OURS = Step(None, Action.KEEP, "", is_closed=True)


def _report(*outcomes: Outcome) -> Report:
    targets = tuple(a_distribution(each.distribution_id) for each in outcomes)
    return Report(a_decision(), outcomes, targets=targets)


def test_a_question_is_answered_with_counts_and_the_state() -> None:
    """The preview distribution is no part of the site."""
    report = _report(
        Outcome("E1", "Deployed", (OURS,)),
        Outcome("E2", "InProgress", (OURS,)),
        Outcome("E3", "Deployed", (FREE,)),
        Outcome("E4", "Deployed", (FREE,), errors=("access denied",)),
        Outcome("E5", "Deployed", (FREE,), is_preview=True),
    )

    expected = {
        "site": "/site/maintenance",
        "verdict": None,
        "mode": "maintenance",
        "state": "stuck",
        "reason": "the switch says so",
        "until": None,
        "counts": {"refused": 1, "waiting": 1, "deploying": 1, "deployed": 1},
        "errors": ["access denied"],
        "notices": [],
    }
    assert expected == json.loads(
        json.dumps(brief_answer(report, site="/site/maintenance", now=NOW))
    )


def test_a_command_is_answered_with_its_verdict() -> None:
    """What it has just changed is being deployed, whatever the plan before it says."""
    changed = Outcome("E1", "InProgress", (FREE,), changed=True)
    failed = replace(changed, distribution_id="E2", errors=("no",))

    answer = brief_answer(_report(changed, failed), site="/a", now=NOW, verdict=Verdict.NEWER)

    counts = {"refused": 1, "waiting": 0, "deploying": 1, "deployed": 0}
    assert ("newer", None, counts) == (answer["verdict"], answer["state"], answer["counts"])


def test_many_long_errors_stay_short() -> None:
    """Step Functions fails a task whose answer exceeds 256 KiB, although it has worked."""
    outcomes = (
        Outcome(f"E{each}", "Deployed", (FREE,) * 25, errors=("x" * 2_000,)) for each in range(500)
    )

    answer = brief_answer(_report(*outcomes), site="/a", now=NOW)

    assert "and 495 more, which are in the log" == answer["errors"][-1]
    assert len(json.dumps(answer)) < 4_000
