"""The progress of a change at each distribution, and of all."""

import pytest
from maintenance.cloudfront.plan import Action, Step
from maintenance.model import Mode
from maintenance.reporting.progress import (
    ACCEPTED,
    SETTLED,
    Progress,
    has_reached,
    is_everywhere,
    progress,
)
from maintenance.reporting.report import Outcome, Report
from maintenance.schedule.decision import Decision

from tests.builders import DISTRIBUTION_ID


def an_outcome(*actions: Action, status: str = "Deployed", error: str = "") -> Outcome:
    """Return an outcome with a step of each action."""
    steps = tuple(Step(f"/{action}", action, "") for action in actions)
    return Outcome(DISTRIBUTION_ID, status, steps, errors=(error,) if error else ())


def a_report(*outcomes: Outcome) -> Report:
    """Return a report on these distributions."""
    return Report(Decision(Mode.MAINTENANCE, ""), outcomes)


DEPLOYED = an_outcome(Action.KEEP)
DEPLOYING = an_outcome(Action.KEEP, status="InProgress")
WAITING = an_outcome(Action.ATTACH)
REFUSED = an_outcome(Action.REFUSE)


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (Progress.DEPLOYED, DEPLOYED),
        (Progress.DEPLOYED, an_outcome(Action.KEEP, Action.SKIP)),
        (Progress.DEPLOYING, DEPLOYING),
        (Progress.WAITING, an_outcome(Action.KEEP, Action.ATTACH)),
        (Progress.WAITING, an_outcome(Action.DETACH, status="InProgress")),
        (Progress.REFUSED, an_outcome(Action.ATTACH, Action.REFUSE)),
        (Progress.REFUSED, an_outcome(Action.DETACH, error="a function is gone")),
    ],
)
def test_progress_follows_from_steps_errors_and_status(
    expected: Progress, outcome: Outcome
) -> None:
    """A refused change has ended; a waiting one has not reached CloudFront yet."""
    assert expected is progress(outcome)


@pytest.mark.parametrize(
    ("expected", "outcomes"),
    [
        ((True, True, True), ()),
        ((True, True, True), (DEPLOYED, DEPLOYED)),
        ((True, False, False), (DEPLOYED, DEPLOYING)),
        ((False, False, False), (DEPLOYED, WAITING)),
        ((True, True, False), (DEPLOYED, REFUSED)),
    ],
)
def test_the_site_is_as_far_as_its_last_distribution(
    expected: tuple[bool, bool, bool], outcomes: tuple[Outcome, ...]
) -> None:
    """Accepted, settled, everywhere: a refusal is not worth waiting for, and is not everywhere."""
    report = a_report(*outcomes)
    seen = (has_reached(report, ACCEPTED), has_reached(report, SETTLED), is_everywhere(report))
    assert expected == seen
