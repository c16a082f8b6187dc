"""
What an update of the stack does that changes the parameter Engine.

    from, to            refused while                                   then
    ------------------  ----------------------------------------------  ----------------------------
    attach, standby     ours is attached to a distribution of the       the installation writes the
                          account, which the new role may not update      store and publishes
    standby, attach     a cache behavior has the standby function,      the store and the code of
                          which CloudFormation is about to delete         the function are opened

So a site that is closed is refused: one of the two is attached then. The command `deploy` asks the
same before it makes a change set, because an update is refused only after minutes. CloudFormation
rolls a refused update back by an update the other way round, and that one must succeed, also during
maintenance: neither function can be attached then but the one that stays.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from maintenance.errors import RunFailed
from maintenance.model import Distribution, Mode
from maintenance.reconcile import ports
from maintenance.standby.in_use import refuse_attached

_ATTACH, STANDBY = "attach", "standby"


class EngineSwitch(Struct, frozen=True):
    """
    Switches the engine of a stack; `owns` returns whether an ARN is that of our Lambda@Edge.

    `standby_of` returns the standby function and the store of these ARNs.
    """

    stack_name: str
    controller: ports.Reconciler
    distributions: ports.Distributions
    owns: Callable[[str], bool]
    standby_of: Callable[[str, str], ports.FormerStandby]

    def switch(self, properties: Mapping[str, Any], old_properties: Mapping[str, Any]) -> None:
        """Switch if the properties of the custom resource say so; raise RunFailed if refused."""
        self.refuse(properties, old_properties)
        if _engine(old_properties) == STANDBY != _engine(properties):
            function_arn = old_properties["StandbyFunctionArn"]
            self.standby_of(function_arn, old_properties["StandbyStoreArn"]).open_for_good()

    def refuse(self, properties: Mapping[str, Any], old_properties: Mapping[str, Any]) -> None:
        """Raise RunFailed if the site cannot be switched to the engine of `properties` now."""
        match (_engine(old_properties), _engine(properties)):
            case (old, new) if old == new:
                return
            case (_, new) if new == STANDBY:
                self._refuse_lambda_edge()
            case _:
                self.refuse_attached(old_properties["StandbyFunctionArn"])

    def refuse_attached(self, function_arn: str) -> None:
        """Raise RunFailed if a cache behavior has the standby function."""
        listing = self.distributions.list_distributions()
        if refusal := refuse_attached(function_arn, listing, stack=self.stack_name):
            raise RunFailed(self._sentence(refusal))

    def _refuse_lambda_edge(self) -> None:
        attached = [each for each in self.distributions.list_distributions() if self._has(each)]
        if attached:
            named = ", ".join(f"{each.distribution_id} ({each.name})" for each in attached[:5])
            refusal = (
                f"the maintenance function is still attached to {named}: write off, or skip "
                "the window if it is attached ahead of one, wait until it is off, then deploy again"
            )
            raise RunFailed(self._sentence(refusal))

    def _has(self, distribution: Distribution) -> bool:
        return any(
            self.owns(association.arn)
            for behavior in distribution.behaviors
            for association in behavior.associations
        )

    def _sentence(self, refusal: str) -> str:
        """Return the refusal; in maintenance what comes before that."""
        decision = self.controller.plan().decision
        if decision.mode is Mode.MAINTENANCE:
            return (
                "the site is in maintenance, and its engine can be switched only while it is open, "
                "so nothing was changed: write off, wait until the site is open, then deploy "
                f"again. {decision.reason}"
            )
        return refusal


def _engine(properties: Mapping[str, Any]) -> str:
    engine: str = properties.get("Engine", _ATTACH)
    return engine
