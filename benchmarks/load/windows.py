"""
Many windows: a sweep that reads all, the switch beside them, and some written at once.

Parameter Store returns ten parameters a page, so each reading of a thousand windows is a hundred
calls in a row, and each change of a window wakes the controller.
"""

from collections.abc import Iterable

from benchmarks.controller.process import switch_event
from benchmarks.load.fleets import Changes, Create
from benchmarks.load.running import Controllers, Events, change, deliver, running, sweep
from benchmarks.load.scene import Scene
from benchmarks.results.findings import Finding, Section, none_of
from tests.stories.site import Site

# None begins during the load: all are on the last day of 2198.
_TEXTS = (
    "cron({m} 2 31 12 ? 2198) for 2h in Europe/Ljubljana",
    "cron({m} 22 31 12 ? 2198) for 1h30m in America/New_York: Window {n}",
    "at(2198-12-31T03:{m:02d}) for 6h: We move house.",
    "at(2198-12-31T20:{m:02d}) for 6h in Asia/Tokyo",
    "cron({m} 20 L 12 ? 2198) for 1h in Australia/Lord_Howe",
)


def run[Look](
    scene: Scene,
    create: Create[Look],
    *,
    windows: int = 1000,
    written_at_once: int = 20,
    environments: int = 10,
) -> Section:
    """Sweep over so many windows, write the switch, and deliver events of windows."""
    scene.lift_limits()
    names = [f"w{each:04d}" for each in range(windows)]
    with create(scene, 1, 1) as fleet:
        [stack] = fleet.stacks
        for each, name in enumerate(names):
            _write(stack.site, name, each)
        with running(scene, fleet.stacks, environments=environments) as controllers:
            before = fleet.look()
            findings = [_deliver(controllers, fleet.changes, "a sweep", sweep)]
            controllers.write("on for 4h: We are moving")
            subject = "the switch is written on"
            findings.append(_deliver(controllers, fleet.changes, subject, change))
            closed = fleet.look()
            controllers.write("off")
            subject = "the switch is written off"
            findings.append(_deliver(controllers, fleet.changes, subject, change))
            changed = names[:written_at_once]
            for each, name in enumerate(changed):
                _write(stack.site, name, each)
            subject = f"{len(changed)} windows are written again at once"
            events: Events = lambda site: _window_events(site, changed)  # noqa: E731 - a closure
            findings.append(_deliver(controllers, fleet.changes, subject, events))
            controllers.finish()
            after = fleet.look()
            findings += [*controllers.findings(), *fleet.compare(before, closed, after)]
            findings.append(_next(stack.site))
    title = f"{windows:,} windows, at most {environments} runs at once, {scene.limits.text()}"
    return Section(title=title, findings=tuple(findings))


def _write(site: Site, name: str, number: int) -> None:
    site.schedules(name, _TEXTS[number % len(_TEXTS)].format(m=number % 60, n=number))


def _deliver(controllers: Controllers, changes: Changes, subject: str, events: Events) -> Finding:
    course = deliver(controllers, events)
    measured = (
        f"{course.seconds:,.1f} s, {course.failed} runs failed; "
        f"{changes.text(course)}; calls {course.calls_text()}"
    )
    return Finding(subject=subject, measured=measured)


def _window_events(site: Site, names: Iterable[str]) -> list[object]:
    return [switch_event(f"{site.switch}/windows/{name}") for name in names]


def _next(site: Site) -> Finding:
    """Return whether the status announces the first window of 2198."""
    at = (site.status()["next_change"] or {}).get("at", "")
    wrong = [] if at.startswith("2198-12-31") else [at or "no next change"]
    return none_of("next changes in the status other than the first window of 2198", wrong)
