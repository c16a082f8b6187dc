"""
A large fleet is closed and opened again, slowly and against CloudFront's throttle.

Of each distribution's behaviors some have functions of other parties: in the way of ours, which are
displaced and put back, and elsewhere, which stay. One run may be too short for all: what wakes the
controller again is in `deliveries`.
"""

from collections.abc import Callable
from typing import Any

from benchmarks.controller import switch_changed
from benchmarks.load import configurations
from benchmarks.load.configurations import Configurations
from benchmarks.load.finding import Load, Row, none_of
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
_ENVIRONMENTS = 3
_TAKEN, _THROTTLED = 200, 400
# One of the four kinds of neighbours for each behavior, in turn.
_KINDS = 4


def run(
    scene: Scene,
    *,
    distributions: int,
    behaviors: int,
    environments: int = _ENVIRONMENTS,
    meanwhile: Callable[[], None] = lambda: None,
) -> Load:
    """Close and open a fleet; return what was held. `meanwhile` is done while it is closed."""
    fleet = _make(scene, distributions, behaviors)
    before = configurations.read(scene.site, fleet)
    with running(
        scene, _ALIASES, environments=environments, MAX_DISTRIBUTIONS=str(distributions)
    ) as kept:
        rows = _written(scene, kept, "on")
        closed = configurations.read(scene.site, fleet)
        meanwhile()
        rows += _written(scene, kept, "off")
        after = configurations.read(scene.site, fleet)
        rows += [*kept.rows(), *judged(before, closed, after)]
    title = f"{distributions:,} distributions with {behaviors} behaviors each, {scene.pace.told()}"
    return Load(title=title, rows=tuple(rows))


def judged(before: Configurations, closed: Configurations, after: Configurations) -> list[Row]:
    """Return what the configurations say: before, while closed, and opened again."""
    return [
        none_of(
            "distributions with a behavior left open while on",
            configurations.left_open(closed, (EDGE_NAME, PAGE_NAME)),
            to_hold="none",
        ),
        none_of(
            "distributions changed elsewhere than in the lists of associations",
            configurations.changed_elsewhere(before, closed),
            to_hold="none",
        ),
        none_of(
            "distributions that are not byte for byte as before",
            configurations.lost(before, after),
            to_hold="none",
        ),
    ]


def _written(scene: Scene, kept: Running, value: str) -> list[Row]:
    scene.site.says(value)
    course = deliver(scene, kept, [switch_changed()])
    seen = (
        f"{course.seconds:,.0f} s in {len(course.runs)} runs, {course.updates(_TAKEN):,} updates "
        f"taken and {course.updates(_THROTTLED):,} throttled"
    )
    return [
        Row(subject=f"switch written {value}, until no run finds anything to do", seen=seen),
        Row(subject=f"calls of {value}", seen=course.calls_told()),
    ]


def _make(scene: Scene, distributions: int, behaviors: int) -> list[str]:
    scene.quick()
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
            a_behavior(PathPattern=f"/{each:03d}/*", **members[each % _KINDS])
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
