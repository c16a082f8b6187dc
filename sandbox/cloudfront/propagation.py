"""
Propagate accepted configurations to the edge: what it serves, and what is on its way. Pure.

CloudFront accepts a change at once and the edge serves it `deploy_seconds` later; until then it
serves the one before, and Status is InProgress. Changes are served in the order in which they were
accepted, even if a later one would be quicker ("successive configuration changes propagate in their
respective order", CloudFront Developer Guide, HowToUpdateDistribution).
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from sandbox.cloudfront import configuration
from sandbox.edge.interface import Deployed


@dataclass(frozen=True, slots=True)
class _Change:
    deploys_at: float
    deployed: Deployed
    aliases: tuple[str, ...]


@dataclass(slots=True)
class _Rollout:
    """What the edge serves of one distribution, and the changes on their way, in order."""

    served: _Change | None = None
    pending: deque[_Change] = field(default_factory=deque)

    def update(self, now: float) -> None:
        while self.pending and self.pending[0].deploys_at <= now:
            self.served = self.pending.popleft()


class Propagation:
    """The rollouts of all distributions; `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rollouts: dict[str, _Rollout] = {}

    def accept(self, change: Deployed, deploy_seconds: float) -> None:
        """Start to deploy `change`, after the earlier changes of the same distribution."""
        rollout = self._rollouts.setdefault(change.distribution_id, _Rollout())
        earliest = rollout.pending[-1].deploys_at if rollout.pending else 0.0
        deploys_at = max(earliest, self._clock() + deploy_seconds)
        config = configuration.parse(change.config_xml)
        rollout.pending.append(_Change(deploys_at, change, tuple(_aliases(config))))

    def remove(self, distribution_id: str) -> None:
        """Stop serving a distribution that was deleted."""
        self._rollouts.pop(distribution_id, None)

    def clear(self) -> None:
        """Remove every distribution."""
        self._rollouts.clear()

    def finish(self) -> None:
        """Deploy every change on its way now."""
        for rollout in self._rollouts.values():
            rollout.update(float("inf"))

    def advance(self, seconds: float) -> None:
        """Bring every deployment that much nearer."""
        for rollout in self._rollouts.values():
            rollout.pending = deque(
                replace(each, deploys_at=each.deploys_at - seconds) for each in rollout.pending
            )

    def status(self, distribution_id: str) -> str:
        """Return CloudFront's word: InProgress or Deployed."""
        rollout = self._rollouts.get(distribution_id)
        if rollout is None:
            return "Deployed"
        rollout.update(self._clock())
        return "InProgress" if rollout.pending else "Deployed"

    def deployed(self, host: str) -> Deployed | None:
        """Return what is served at `host`: a domain name, an alias, or under a wildcard alias."""
        wildcard = "*." + host.partition(".")[2]
        served = [rollout.served for rollout in self._updated() if rollout.served]
        for name in (host, wildcard):
            for change in served:
                if name == change.deployed.domain_name or name in change.aliases:
                    return change.deployed
        return None

    def configurations(self) -> Iterator[bytes]:
        """Yield every configuration that is served or on its way."""
        for rollout in self._updated():
            for change in (rollout.served, *rollout.pending):
                if change:
                    yield change.deployed.config_xml

    def _updated(self) -> list[_Rollout]:
        now = self._clock()
        rollouts = list(self._rollouts.values())
        for rollout in rollouts:
            rollout.update(now)
        return rollouts


def _aliases(config: Element) -> Iterator[str]:
    for alias in config.findall("Aliases/Items/CNAME"):
        yield (alias.text or "").lower()
