"""
Distributions that the engine `attach` closes.

Of their behaviors a quarter has a CloudFront Function at both viewer events, a quarter a
Lambda@Edge function at viewer-request, and a quarter one at origin-request: those that conflict are
displaced and restored, others stay.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.load import configurations
from benchmarks.load.configurations import Configurations
from benchmarks.load.fleets import Changes
from benchmarks.load.running import Stack
from benchmarks.load.scene import Scene
from benchmarks.results.findings import Finding, none_of
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    edge,
    functions,
    ordered,
)
from tests.stories.site import EDGE_NAME, PAGE_NAME, Site

_ALIASES = "*.fleet.example.com"


@dataclass(frozen=True, slots=True)
class AttachFleet:
    """A fleet of one stack."""

    site: Site
    distribution_ids: tuple[str, ...]

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Return the one stack."""
        number = str(len(self.distribution_ids))
        return (Stack(self.site, _ALIASES, {"MAX_DISTRIBUTIONS": number}),)

    @property
    def changes(self) -> Changes:
        """Return that each distribution needs one update."""
        return Changes("cloudfront:UpdateDistribution", "updates", len(self.distribution_ids))

    def look(self) -> Configurations:
        """Return all configurations."""
        return configurations.read(self.site, self.distribution_ids)

    def compare(
        self, before: Configurations, closed: Configurations, after: Configurations
    ) -> list[Finding]:
        """Return what `compare` does."""
        return compare(before, closed, after)


def compare(before: Configurations, closed: Configurations, after: Configurations) -> list[Finding]:
    """Return what the configurations show: before, while closed, and opened again."""
    return [
        none_of(
            "distributions with a behavior left open while on",
            configurations.left_open(closed, (EDGE_NAME, PAGE_NAME)),
        ),
        none_of(
            "distributions changed elsewhere than in the lists of associations",
            configurations.changed_elsewhere(before, closed),
        ),
        none_of(
            "distributions that are not byte for byte as before",
            configurations.lost(before, after),
        ),
    ]


@contextlib.contextmanager
def create(scene: Scene, distributions: int, behaviors: int) -> Iterator[AttachFleet]:
    """Create so many distributions with so many behaviors each."""
    cloud = scene.site.cloud
    rewrite, sign = a_function(cloud, "rewrite"), a_version(cloud, "sign")
    members: list[dict[str, Any]] = [
        {},
        {"FunctionAssociations": functions(viewer_request=rewrite, viewer_response=rewrite)},
        {"LambdaFunctionAssociations": edge(viewer_request=sign)},
        {"LambdaFunctionAssociations": edge(origin_request=sign)},
    ]
    paths = ordered(
        *(
            a_behavior(PathPattern=f"/{each:03d}/*", **members[each % len(members)])
            for each in range(behaviors - 1)
        )
    )
    made = [
        a_distribution(
            cloud,
            f"n{each:03d}",
            Aliases={"Quantity": 1, "Items": [f"n{each:03d}.fleet.example.com"]},
            CacheBehaviors=paths,
        )
        for each in range(distributions)
    ]
    yield AttachFleet(scene.site, tuple(made))
