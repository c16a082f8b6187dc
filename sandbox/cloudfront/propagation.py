"""
Which configuration of a distribution the edge serves, and whether one is on its way. Pure.

A change is accepted at once and served `deploy_seconds` later; until then the one before it is
served and Status is InProgress. Changes are served in the order they were accepted, also when a
later one would be quicker ("successive configuration changes propagate in their respective order",
CloudFront Developer Guide, HowToUpdateDistribution).
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
class _Course:
    """What one distribution serves now, and what it will serve, in order."""

    served: _Change | None = None
    coming: deque[_Change] = field(default_factory=deque)

    def settle(self, now: float) -> None:
        while self.coming and self.coming[0].deploys_at <= now:
            self.served = self.coming.popleft()


class Propagation:
    """The way of accepted configurations to the edge; `clock` gives seconds, always growing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._courses: dict[str, _Course] = {}

    def accept(self, change: Deployed, deploy_seconds: float) -> None:
        """Start to deploy `change`, after those of the same distribution that came before."""
        course = self._courses.setdefault(change.distribution_id, _Course())
        earlier = course.coming[-1].deploys_at if course.coming else 0.0
        deploys_at = max(earlier, self._clock() + deploy_seconds)
        config = configuration.parse(change.config_xml)
        course.coming.append(_Change(deploys_at, change, tuple(_aliases(config))))

    def forget(self, distribution_id: str) -> None:
        """Stop serving a distribution that was deleted."""
        self._courses.pop(distribution_id, None)

    def clear(self) -> None:
        """Forget every distribution."""
        self._courses.clear()

    def finish(self) -> None:
        """Deploy everything that is on its way, now."""
        for course in self._courses.values():
            course.settle(float("inf"))

    def advance(self, seconds: float) -> None:
        """Bring everything that is on its way that much nearer."""
        for course in self._courses.values():
            course.coming = deque(
                replace(each, deploys_at=each.deploys_at - seconds) for each in course.coming
            )

    def status(self, distribution_id: str) -> str:
        """Return CloudFront's word: InProgress or Deployed."""
        course = self._course(distribution_id)
        return "InProgress" if course and course.coming else "Deployed"

    def deployed(self, host: str) -> Deployed | None:
        """Return what is served at `host`: a domain name, an alias, or under a wildcard alias."""
        wildcard = "*." + host.partition(".")[2]
        served = [course.served for course in self._settled() if course.served]
        for name in (host, wildcard):
            for change in served:
                if name == change.deployed.domain_name or name in change.aliases:
                    return change.deployed
        return None

    def configurations(self) -> Iterator[bytes]:
        """Give every configuration that is served or on its way."""
        for course in self._settled():
            for change in (course.served, *course.coming):
                if change:
                    yield change.deployed.config_xml

    def _course(self, distribution_id: str) -> _Course | None:
        course = self._courses.get(distribution_id)
        if course:
            course.settle(self._clock())
        return course

    def _settled(self) -> list[_Course]:
        now = self._clock()
        courses = list(self._courses.values())
        for course in courses:
            course.settle(now)
        return courses


def _aliases(config: Element) -> Iterator[str]:
    for alias in config.findall("Aliases/Items/CNAME"):
        yield (alias.text or "").lower()
