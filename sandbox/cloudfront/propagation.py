"""
Propagate accepted configurations to the edge: what it serves, and what is on its way. Pure.

CloudFront accepts a change at once, and the last edge location serves it `deploy_seconds` later.
Until then each serves the one before, and Status is InProgress.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from sandbox.cloudfront import configuration
from sandbox.cloudfront.rollout import Rollout, Rollouts
from sandbox.edge.interface import Deployed


@dataclass(frozen=True, slots=True)
class _Change:
    deployed: Deployed
    aliases: tuple[str, ...]


class Propagation(Rollouts[_Change]):
    """The rollouts of all distributions; `clock` gives seconds that only grow."""

    def accept(self, change: Deployed, delays: Sequence[float]) -> None:
        """Start to deploy `change`; each edge location serves it after its delay, in seconds."""
        aliases = tuple(_aliases(configuration.parse(change.config_xml)))
        rollout = self._rollouts.setdefault(change.distribution_id, Rollout())
        rollout.accept(_Change(change, aliases), self._clock(), delays)

    def status(self, distribution_id: str) -> str:
        """Return CloudFront's word: InProgress or Deployed."""
        rollout = self._rollouts.get(distribution_id)
        return "InProgress" if rollout and rollout.is_pending(self._clock()) else "Deployed"

    def deployed(self, host: str, location: int = 1) -> Deployed | None:
        """
        Return what an edge location serves at `host`.

        `host` is a domain name, an alias, or under a wildcard alias.
        """
        wildcard = "*." + host.partition(".")[2]
        now = self._clock()
        found = [rollout.at(location, now) for rollout in [*self._rollouts.values()]]
        served = [change for change in found if change]
        for name in (host, wildcard):
            for change in served:
                if name == change.deployed.domain_name or name in change.aliases:
                    return change.deployed
        return None

    def configurations(self) -> Iterator[bytes]:
        """Yield every configuration that is served or on its way."""
        for rollout in [*self._rollouts.values()]:
            for change in rollout.values(self._clock()):
                yield change.deployed.config_xml


def _aliases(config: Element) -> Iterator[str]:
    for alias in config.findall("Aliases/Items/CNAME"):
        yield (alias.text or "").lower()
