"""Whether a cache behavior has the standby function, so that it cannot be deleted. Pure."""

from collections.abc import Iterable

from maintenance.model import Distribution

_SHOWN = 5


def refuse_attached(arn: str, distributions: Iterable[Distribution], *, stack: str) -> str:
    """
    Return why the function of this stack cannot be deleted, and what to do; '' if it can.

    CloudFront deletes no function that a cache behavior has (doc: CloudFront API Reference,
    DeleteFunction).
    """
    found = [each for each in distributions if _has(each, arn)]
    if not found:
        return ""
    named = [f"{each.distribution_id} ({each.name})" for each in found[:_SHOWN]]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return (
        f"detach first: the standby function is still attached to {', '.join(named)}{more}; run "
        f"`site-maintenance standby detach --stack {stack}`, or take it out of the template that "
        "attaches it"
    )


def _has(distribution: Distribution, arn: str) -> bool:
    return any(
        association.arn == arn
        for behavior in distribution.behaviors
        for association in behavior.associations
    )
