"""Stacks of the standby engine, as a function may have 100 distributions at most."""

from dataclasses import dataclass

from tests.stories.site import Site, make_another
from tests.stories.standby.site import StandbySite, make_standby_site

# Doc: CloudFront Developer Guide, cloudfront-limits.
_DISTRIBUTIONS_OF_A_FUNCTION = 100


@dataclass(frozen=True, slots=True)
class StandbyStack:
    """A stack with its function and its store, and the numbers of its distributions."""

    standby: StandbySite
    members: range

    @property
    def pattern(self) -> str:
        """Return the pattern of the aliases of its distributions."""
        return f"*.{self.standby.site.name}.example.com"

    def alias(self, number: int) -> str:
        """Return the alias of a distribution."""
        return f"n{number:03d}.{self.standby.site.name}.example.com"

    def environment(self) -> dict[str, str]:
        """Return the variables of its controller."""
        return {
            **self.standby.environment(),
            "MAX_DISTRIBUTIONS": str(_DISTRIBUTIONS_OF_A_FUNCTION),
        }


def make_stacks(site: Site, distributions: int) -> list[StandbyStack]:
    """Make as many stacks beside `site` as these distributions need; they are created later."""
    numbers = range(distributions)
    return [
        StandbyStack(
            make_standby_site(make_another(site, f"stack-{index}")),
            numbers[first : first + _DISTRIBUTIONS_OF_A_FUNCTION],
        )
        for index, first in enumerate(range(0, distributions, _DISTRIBUTIONS_OF_A_FUNCTION))
    ]
