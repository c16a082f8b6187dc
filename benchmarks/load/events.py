"""
Many events at once: changes of the switch, delivered to as many runs as a new account allows.

All events report the same change of the switch, so one update for each distribution is enough, and
every further run finds nothing to do.
"""

from benchmarks.controller import switch_event
from benchmarks.findings import Finding, Section, at_most
from benchmarks.load import configurations
from benchmarks.load.fleet import compare
from benchmarks.load.scene import Running, Scene, deliver, running
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions

_DISTRIBUTIONS = 3


def run(scene: Scene, *, events: int = 1000, environments: int = 10) -> Section:
    """Write the switch on and off, and deliver so many events each time."""
    scene.lift_limits()
    # A future window makes runs read the switch's history, which SSM allows 3 times a second.
    scene.site.schedules("far", "at(2198-12-31T03:00) for 2h")
    rewrite = a_function(scene.site.cloud, "rewrite")
    occupied = a_behavior(FunctionAssociations=functions(viewer_request=rewrite))
    fleet = [
        a_distribution(scene.site.cloud, f"n{each}", DefaultCacheBehavior=occupied)
        for each in range(_DISTRIBUTIONS)
    ]
    before = configurations.read(scene.site, fleet)
    with running(scene, ",".join(fleet), environments=environments) as controllers:
        findings = _write_and_deliver(scene, controllers, "on", events)
        closed = configurations.read(scene.site, fleet)
        findings += _write_and_deliver(scene, controllers, "off", events)
        after = configurations.read(scene.site, fleet)
        findings += [*controllers.findings(), *compare(before, closed, after)]
    title = f"{events:,} events at once, at most {environments} runs at once, {scene.limits.text()}"
    return Section(title=title, findings=tuple(findings))


def _write_and_deliver(scene: Scene, running: Running, value: str, events: int) -> list[Finding]:
    scene.site.says(value)
    course = deliver(scene, running, [switch_event()] * events)
    measured = f"{course.seconds:,.0f} s, {course.failed} runs failed; calls {course.calls_text()}"
    return [
        Finding(subject=f"{events:,} events of {value}", measured=measured),
        at_most(
            f"updates accepted for {value}", course.accepted_updates, _DISTRIBUTIONS, "updates"
        ),
    ]
