"""How far a change is at the distributions of a report. Pure."""

from collections.abc import Collection
from enum import StrEnum

from maintenance.cloudfront.plan import Action, Plan
from maintenance.reporting.report import Outcome, Report


class Progress(StrEnum):
    """How far a change is at one distribution."""

    REFUSED = "refused"
    WAITING = "waiting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"


# The controller has nothing left to do, or cannot do it.
ACCEPTED: Collection[Progress] = (Progress.REFUSED, Progress.DEPLOYING, Progress.DEPLOYED)
# CloudFront has nothing left to do either.
SETTLED: Collection[Progress] = (Progress.REFUSED, Progress.DEPLOYED)


def progress(outcome: Outcome) -> Progress:
    """Return how far the change is at a distribution."""
    plan = Plan(outcome.distribution_id, outcome.steps)
    if outcome.errors or plan.with_action(Action.REFUSE):
        return Progress.REFUSED
    if not plan.is_empty:
        return Progress.WAITING
    return Progress.DEPLOYED if outcome.status == "Deployed" else Progress.DEPLOYING


def has_reached(report: Report, goal: Collection[Progress]) -> bool:
    """Return whether every distribution has reached one of these."""
    return all(progress(each) in goal for each in report.outcomes)


def is_everywhere(report: Report) -> bool:
    """Return whether every edge location of every distribution has what the decision says."""
    return has_reached(report, (Progress.DEPLOYED,))
