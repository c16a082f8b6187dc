"""
Distributions that the engine `standby` closes, in stacks of up to 100, in front of an origin.

Every behavior has the function of its stack at viewer-request; a third of them have another
CloudFront Function at viewer-response, and a third a Lambda@Edge function at origin-request.
CloudFront's rules of stores are always in force: their sizes, and 50 keys a write. AWS publishes no
rate of their API, and the sandbox has none.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.engines.standby_stacks import StandbyStack, make_stacks
from benchmarks.load import configurations
from benchmarks.load.configurations import Configurations
from benchmarks.load.fleets import Changes
from benchmarks.load.running import Stack
from benchmarks.load.scene import Scene
from benchmarks.load.stores import Keys, has_state, wrong_keys
from benchmarks.load.visitors import CLOSED, OPEN, Edges, Place, Visitors, every_path, visiting
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
from tests.sandbox.edge_builders import an_origin
from tests.stories.standby.site import StandbySite
from tests.timing import PATIENCE

_LOCATIONS = 3
# A tenth of what others measured on AWS.
_STORE_SECONDS, _PUBLISH_SECONDS = 3.0, 15.0
_SAME_RESPONSE = "function handler(event) { return event.response; }"
_SAME_REQUEST = "def handler(event, context):\n    return event['Records'][0]['cf']['request']\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    What there is to see of a fleet; stores and stale functions are by the name of their stack.

    `updates` is how many updates of distributions there were so far.
    """

    configurations: Configurations
    stores: Mapping[str, Keys]
    stale: tuple[str, ...] = ()
    answers: Mapping[Place, str]
    updates: int = 0


@dataclass(frozen=True, slots=True)
class StandbyFleet:
    """A fleet of several stacks; with `waits_for_code`, the loads wait until the code is there."""

    members: tuple[StandbyStack, ...]
    distribution_ids: tuple[str, ...]
    edges: Edges
    places: Sequence[Place]
    visitors: Visitors
    waits_for_code: bool

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Return the stacks, each with its variables."""
        return tuple(
            Stack(each.standby.site, each.pattern, each.environment()) for each in self.members
        )

    @property
    def changes(self) -> Changes:
        """Return that each store needs one write: a plain `on` names a page that lies ready."""
        operation = "cloudfront-keyvaluestore:UpdateKeys"
        return Changes(operation, "writes of a store", len(self.members))

    def look(self) -> Look:
        """Return what there is to see, after all edge locations have everything."""
        sandbox = self.edges.sandbox
        sandbox.finish_deployments()
        sites = [each.standby for each in self.members]
        stores = {each.name: each.keys() for each in sites}
        return Look(
            configurations=configurations.read(sites[0].site, self.distribution_ids),
            stores=stores,
            stale=tuple(each.name for each in sites if self._is_stale(each, stores[each.name])),
            answers=self.edges.answers(self.places),
            updates=len(sandbox.calls("cloudfront:UpdateDistribution")),
        )

    def compare(self, before: Look, closed: Look, after: Look) -> list[Finding]:
        """Return what `compare` does, and what visitors got all the while."""
        return [*self.visitors.findings(), *compare(before, closed, after)]

    def _is_stale(self, site: StandbySite, keys: Keys) -> bool:
        return self.waits_for_code and not has_state(site.live_code().encode(), keys)


def compare(before: Look, closed: Look, after: Look) -> list[Finding]:
    """Return what three looks show: before, while closed, and opened again."""
    changed = [
        *configurations.lost(before.configurations, closed.configurations),
        *configurations.lost(before.configurations, after.configurations),
    ]
    opened = [*_others(before.answers, OPEN), *_others(after.answers, OPEN)]
    keys = [
        f"{key} in {name}"
        for name, held in before.stores.items()
        for key in wrong_keys(held, after.stores[name])
    ]
    return [
        none_of("places at the edges left open while on", _others(closed.answers, CLOSED)),
        none_of("places at the edges closed while off", opened),
        none_of("updates of distributions", range(after.updates - before.updates)),
        none_of("distributions that are not byte for byte as before", changed),
        none_of("keys of stores that are lost, changed or orphaned", keys),
        none_of("functions whose code says other times than their store", after.stale),
    ]


@contextlib.contextmanager
def create(scene: Scene, distributions: int, behaviors: int) -> Iterator[StandbyFleet]:
    """Create so many distributions with so many behaviors each, and let visitors come."""
    sandbox = scene.sandbox
    sandbox.set(
        edge_locations=_LOCATIONS, store_seconds=_STORE_SECONDS, publish_seconds=_PUBLISH_SECONDS
    )
    members = tuple(make_stacks(scene.site, distributions))
    with an_origin() as origin, httpx.Client(timeout=PATIENCE) as client:
        made = tuple(_distributions(scene, members, behaviors, origin.port))
        edges, domains = Edges(client, sandbox), _domains(scene, made)
        sandbox.finish_deployments()
        paths = ["/", *(f"/{each:03d}/" for each in range(behaviors - 1))]
        places = every_path(domains, paths, _LOCATIONS)
        with visiting(edges, places) as visitors:
            yield StandbyFleet(members, made, edges, places, visitors, scene.waits.alarm > 0)


def _distributions(
    scene: Scene, stacks: Sequence[StandbyStack], behaviors: int, port: int
) -> Iterator[str]:
    """Create the distributions, and yield their ids."""
    cloud = scene.site.cloud
    stamp = a_function(cloud, "stamp", code=_SAME_RESPONSE)
    sign = a_version(cloud, "sign", code=_SAME_REQUEST)
    for stack in stacks:
        ours = stack.standby.function
        members: list[dict[str, Any]] = [
            {"FunctionAssociations": functions(viewer_request=ours)},
            {"FunctionAssociations": functions(viewer_request=ours, viewer_response=stamp)},
            {
                "FunctionAssociations": functions(viewer_request=ours),
                "LambdaFunctionAssociations": edge(origin_request=sign),
            },
        ]
        paths = ordered(
            *(
                a_behavior(PathPattern=f"/{each:03d}/*", **members[each % len(members)])
                for each in range(behaviors - 1)
            )
        )
        for number in stack.members:
            yield a_distribution(
                cloud,
                stack.alias(number),
                Aliases={"Quantity": 1, "Items": [stack.alias(number)]},
                Origins=_origins(port),
                DefaultCacheBehavior=a_behavior(**members[0]),
                CacheBehaviors=paths,
            )


def _origins(port: int) -> dict[str, Any]:
    custom = {"HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    return {
        "Quantity": 1,
        "Items": [{"Id": "origin", "DomainName": "127.0.0.1", "CustomOriginConfig": custom}],
    }


def _domains(scene: Scene, distribution_ids: Sequence[str]) -> list[str]:
    pages = scene.site.cloud.cloudfront.get_paginator("list_distributions").paginate()
    found = {
        each["Id"]: each["DomainName"]
        for page in pages
        for each in page["DistributionList"].get("Items", [])
    }
    return [found[each] for each in distribution_ids]


def _others(answers: Mapping[Place, str], wanted: str) -> list[str]:
    return [f"{place}: {answer}" for place, answer in answers.items() if answer != wanted]
