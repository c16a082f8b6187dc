"""
Close and open a large fleet, slowly and against CloudFront's throttling.

Some behaviors have existing functions: those that conflict are displaced and restored, others stay.
One run may be too short for the whole fleet; `deliveries` wakes the controller again.
"""

from collections.abc import Callable
from typing import Any

from benchmarks.controller import switch_event
from benchmarks.findings import Finding, Section, none_of
from benchmarks.load import configurations
from benchmarks.load.configurations import Configurations
from benchmarks.load.scene import Running, Scene, deliver, running
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    edge,
    functions,
)
from tests.sandbox.builders import ordered as in_order
from tests.stories.site import EDGE_NAME, PAGE_NAME

_ALIASES = "*.fleet.example.com"


def run(
    scene: Scene,
    *,
    distributions: int = 500,
    behaviors: int = 75,
    environments: int = 3,
    while_closed: Callable[[], None] = lambda: None,
) -> Section:
    """Close the fleet, call `while_closed`, open it, and return what was lost on the way."""
    fleet = _create(scene, distributions, behaviors)
    before = configurations.read(scene.site, fleet)
    with running(
        scene, _ALIASES, environments=environments, MAX_DISTRIBUTIONS=str(distributions)
    ) as controllers:
        findings = _write_and_deliver(scene, controllers, "on")
        closed = configurations.read(scene.site, fleet)
        while_closed()
        findings += _write_and_deliver(scene, controllers, "off")
        after = configurations.read(scene.site, fleet)
        findings += [*controllers.findings(), *compare(before, closed, after)]
    title = (
        f"{distributions:,} distributions with {behaviors} behaviors each, {scene.limits.text()}"
    )
    return Section(title=title, findings=tuple(findings))


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


def _write_and_deliver(scene: Scene, running: Running, value: str) -> list[Finding]:
    scene.site.says(value)
    course = deliver(scene, running, [switch_event()])
    measured = (
        f"{course.seconds:,.0f} s in {len(course.runs)} runs, {course.accepted_updates:,} updates "
        f"accepted and {course.throttled_updates:,} throttled"
    )
    return [
        Finding(
            subject=f"switch written {value}, until no run finds anything to do", measured=measured
        ),
        Finding(subject=f"calls of {value}", measured=course.calls_text()),
    ]


def _create(scene: Scene, distributions: int, behaviors: int) -> list[str]:
    scene.lift_limits()
    cloud = scene.site.cloud
    rewrite, sign = a_function(cloud, "rewrite"), a_version(cloud, "sign")
    members: list[dict[str, Any]] = [
        {},
        {"FunctionAssociations": functions(viewer_request=rewrite, viewer_response=rewrite)},
        {"LambdaFunctionAssociations": edge(viewer_request=sign)},
        {"LambdaFunctionAssociations": edge(origin_request=sign)},
    ]
    ordered = in_order(
        *(
            a_behavior(PathPattern=f"/{each:03d}/*", **members[each % len(members)])
            for each in range(behaviors - 1)
        )
    )
    return [
        a_distribution(
            cloud,
            f"n{each:03d}",
            Aliases={"Quantity": 1, "Items": [f"n{each:03d}.fleet.example.com"]},
            CacheBehaviors=ordered,
        )
        for each in range(distributions)
    ]
