"""
How far a change has come with each distribution, and with all of them. Pure.

    the plan for the distribution      CloudFront's status    it is
    ---------------------------------  ---------------------  -------------------------------------
    refuses, or could not be made      any                    refused: left as it is
    has something to do                any                    waiting for the controller
    is empty                           InProgress             deploying: the edges are being told
    is empty                           Deployed               deployed: so at every edge
"""

from collections.abc import Collection
from enum import StrEnum

from maintenance.plan import Action, Plan
from maintenance.report import Outcome, Report


class Progress(StrEnum):
    """How far a change has come with one distribution."""

    REFUSED = "refused"
    WAITING = "waiting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"


# Here the controller has nothing left to do, or can do nothing.
ACCEPTED: Collection[Progress] = (Progress.REFUSED, Progress.DEPLOYING, Progress.DEPLOYED)
# And here nothing moves any more.
AT_REST: Collection[Progress] = (Progress.REFUSED, Progress.DEPLOYED)


def progress(outcome: Outcome) -> Progress:
    """Return the row of the table that a distribution is in."""
    plan = Plan(outcome.distribution_id, outcome.steps)
    if outcome.faults or plan.with_action(Action.REFUSE):
        return Progress.REFUSED
    if not plan.is_empty:
        return Progress.WAITING
    return Progress.DEPLOYED if outcome.status == "Deployed" else Progress.DEPLOYING


def has_come_to(report: Report, wanted: Collection[Progress]) -> bool:
    """Tell whether every distribution has come to one of these."""
    return all(progress(each) in wanted for each in report.outcomes)


def is_everywhere(report: Report) -> bool:
    """Tell whether every edge of every distribution does what the decision says."""
    return has_come_to(report, (Progress.DEPLOYED,))
