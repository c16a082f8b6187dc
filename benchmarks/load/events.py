"""
Many events at once: changes of the switch, delivered to as many runs as a new account allows.

All events report the same change of the switch, so one update for each distribution, or one write
of the store, is enough, and every further run finds nothing to do.
"""

from benchmarks.load.fleets import Changes, Create
from benchmarks.load.running import Controllers, change, deliver, running
from benchmarks.load.scene import Scene
from benchmarks.results.findings import Finding, Section

_DISTRIBUTIONS, _BEHAVIORS = 3, 4


def run[Look](
    scene: Scene, create: Create[Look], *, events: int = 1000, environments: int = 10
) -> Section:
    """Write the switch on and off, and deliver so many events each time."""
    scene.lift_limits()
    with create(scene, _DISTRIBUTIONS, _BEHAVIORS) as fleet:
        # A future window makes runs read the switch's history, which SSM allows 3 times a second.
        fleet.stacks[0].site.schedules("far", "at(2198-12-31T03:00) for 2h")
        with running(scene, fleet.stacks, environments=environments) as controllers:
            before = fleet.look()
            findings = _write_and_deliver(controllers, fleet.changes, "on", events)
            closed = fleet.look()
            findings += _write_and_deliver(controllers, fleet.changes, "off", events)
            controllers.finish()
            after = fleet.look()
            findings += [*controllers.findings(), *fleet.compare(before, closed, after)]
    title = f"{events:,} events at once, at most {environments} runs at once, {scene.limits.text()}"
    return Section(title=title, findings=tuple(findings))


def _write_and_deliver(
    controllers: Controllers, changes: Changes, value: str, events: int
) -> list[Finding]:
    controllers.write(value)
    course = deliver(controllers, lambda site: change(site) * events)
    measured = f"{course.seconds:,.0f} s, {course.failed} runs failed; calls {course.calls_text()}"
    return [
        Finding(subject=f"{events:,} events of {value}", measured=measured),
        changes.judge(course, value),
    ]
