"""
Many events at once: changes of the switch, delivered to as many runs as a new account allows.

The switch says something else than before all of them; they are one change, told again and again.
So one update for each distribution is enough, and every further run finds nothing to do.
"""

from benchmarks.controller import switch_changed
from benchmarks.load import configurations
from benchmarks.load.finding import Load, Row, at_most
from benchmarks.load.fleet import judged
from benchmarks.load.scene import Running, Scene, deliver, running
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions

_ENVIRONMENTS = 10
_DISTRIBUTIONS = 3
_TAKEN = 200


def run(scene: Scene, *, events: int, environments: int = _ENVIRONMENTS) -> Load:
    """Write the switch on and off, and deliver so many events each time."""
    scene.quick()
    # A window to come makes runs ask for the switch's history, which SSM tells 3 times a second.
    scene.site.schedules("far", "at(2198-12-31T03:00) for 2h")
    rewrite = a_function(scene.site.cloud, "rewrite")
    occupied = a_behavior(FunctionAssociations=functions(viewer_request=rewrite))
    fleet = [
        a_distribution(scene.site.cloud, f"n{each}", DefaultCacheBehavior=occupied)
        for each in range(_DISTRIBUTIONS)
    ]
    before = configurations.read(scene.site, fleet)
    with running(scene, ",".join(fleet), environments=environments) as kept:
        rows = _stormed(scene, kept, "on", events)
        closed = configurations.read(scene.site, fleet)
        rows += _stormed(scene, kept, "off", events)
        after = configurations.read(scene.site, fleet)
        rows += [*kept.rows(), *judged(before, closed, after)]
    title = f"{events:,} events at once, {environments} runs at once at most, {scene.pace.told()}"
    return Load(title=title, rows=tuple(rows))


def _stormed(scene: Scene, kept: Running, value: str, events: int) -> list[Row]:
    scene.site.says(value)
    course = deliver(scene, kept, [switch_changed()] * events)
    failed = course.failed()
    seen = f"{course.seconds:,.0f} s, {failed} runs failed; calls {course.calls_told()}"
    return [
        Row(subject=f"{events:,} events of {value}", seen=seen),
        at_most(f"updates taken by {value}", course.updates(_TAKEN), _DISTRIBUTIONS, "updates"),
    ]
