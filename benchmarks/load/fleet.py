"""
Close and open a large fleet, slowly and against CloudFront's throttling.

One run of `attach` may be too short for the whole fleet if the machine is busy; `deliveries` wakes
the controller again, and sweeps share the rate with it.
"""

from collections.abc import Callable

from benchmarks.load.fleets import Changes, Create
from benchmarks.load.running import Controllers, change, deliver, running
from benchmarks.load.scene import Scene
from benchmarks.results.findings import Finding, Section


def run[Look](
    scene: Scene,
    create: Create[Look],
    *,
    size: tuple[int, int] = (500, 75),
    environments: int = 3,
    while_closed: Callable[[], None] = lambda: None,
) -> Section:
    """
    Close the fleet, call `while_closed`, open it, and return what was lost on the way.

    `size` is the number of distributions, and of the behaviors of each.
    """
    distributions, behaviors = size
    scene.lift_limits()
    with (
        create(scene, distributions, behaviors) as fleet,
        running(scene, fleet.stacks, environments=environments) as controllers,
    ):
        before = fleet.look()
        findings = _write_and_deliver(controllers, fleet.changes, "on")
        closed = fleet.look()
        while_closed()
        findings += _write_and_deliver(controllers, fleet.changes, "off")
        controllers.finish()
        after = fleet.look()
        findings += [*controllers.findings(), *fleet.compare(before, closed, after)]
        stacks = len(fleet.stacks)
    title = (
        f"{distributions:,} distributions with {behaviors} behaviors each in "
        f"{stacks} stack{'s' if stacks > 1 else ''}, {scene.limits.text()}"
    )
    return Section(title=title, findings=tuple(findings))


def _write_and_deliver(controllers: Controllers, changes: Changes, value: str) -> list[Finding]:
    controllers.write(value)
    course = deliver(controllers, change)
    controllers.wait_for_alarm_clocks()
    measured = f"{course.seconds:,.0f} s in {len(course.runs)} runs; {changes.text(course)}"
    return [
        Finding(
            subject=f"switch written {value}, until no run finds anything to do", measured=measured
        ),
        changes.judge(course, value),
        Finding(subject=f"calls of {value}", measured=course.calls_text()),
    ]
