"""What a run has decided and planned for the distributions of a site. Pure."""

from collections.abc import Collection

from msgspec import Struct

from maintenance.cloudfront.engine import Selection
from maintenance.cloudfront.plan import Action, Intent, Plan, plan_distribution
from maintenance.model import Distribution, Mode
from maintenance.reconcile.attach.arming import Armed, unarmed_notices
from maintenance.reconcile.desired_state import DesiredState
from maintenance.reconcile.ports import Listing


class DistributionPlan(Struct, frozen=True):
    """
    What one distribution needs, as far as the listing shows.

    It `may_owe` a displaced function although ours is not attached; only its record says. It
    `is_unarmed` if a window is near, and arming would displace a function.
    """

    distribution: Distribution
    intent: Intent
    plan: Plan
    may_owe: bool = False
    is_unarmed: bool = False

    @property
    def needs_version(self) -> bool:
        """Whether the selected version would have to be attached."""
        return any(map(self.plan.with_action, (Action.ATTACH, Action.REPLACE, Action.REFUSE)))

    @property
    def refusal(self) -> str:
        """Why it is refused to close it for the window that is near, '' if it is not."""
        if not self.is_unarmed:
            return ""
        one = self.distribution
        closing = plan_distribution(one.distribution_id, one.behaviors, self.intent)
        return next((each.reason for each in closing.with_action(Action.REFUSE)), "")


class SiteDecision(Struct, frozen=True):
    """
    What the site should do: the desired state of its targets, and the version to attach.

    `attached` are the ARNs of our versions that are attached now, and `armed` those of them that
    let visitors through until an instant to come. A live site has the selection attached ahead.
    """

    desired: DesiredState
    listing: Listing
    targets: Listing
    selection: Selection
    attached: frozenset[str]
    armed: Armed
    errors: tuple[str, ...]

    @property
    def mode(self) -> Mode:
        """The mode of the targets."""
        return self.desired.decision.mode

    @property
    def outdated(self) -> frozenset[str]:
        """The armed versions of windows that do not begin then any more."""
        arming = self.desired.arming
        begins = arming.begins if arming else None
        return frozenset(arn for arn, at in self.armed.items() if at != begins)


class SitePlan(Struct, frozen=True):
    """A plan for each distribution that takes part."""

    decision: SiteDecision
    distributions: tuple[DistributionPlan, ...]
    notices: tuple[str, ...]


def ahead_notices(plans: Collection[DistributionPlan]) -> tuple[str, ...]:
    """Return what operators should know before a window about distributions that are not armed."""
    refusals = {each.distribution.distribution_id: each.refusal for each in plans}
    unarmed = [each.distribution.distribution_id for each in plans if each.is_unarmed]
    refused = (
        f"{each} stays open when the window begins: {refusals[each]}"
        for each in unarmed
        if refusals[each]
    )
    return (*unarmed_notices([each for each in unarmed if not refusals[each]]), *refused)
