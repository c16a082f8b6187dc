"""
Many windows: a sweep that reads all, the switch beside them, and some written at once.

Parameter Store returns ten parameters a page, so each reading of a thousand windows is a hundred
calls in a row, and each change of a window wakes the controller.
"""

from collections.abc import Iterable

from benchmarks.controller import switch_event
from benchmarks.findings import Finding, Section, none_of
from benchmarks.load import configurations
from benchmarks.load.fleet import compare
from benchmarks.load.scene import Running, Scene, deliver, running
from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH

_SWEEP = {"scheduled_sweep": True}
# None begins during the load: all are on the last day of 2198.
_TEXTS = (
    "cron({m} 2 31 12 ? 2198) for 2h in Europe/Ljubljana",
    "cron({m} 22 31 12 ? 2198) for 1h30m in America/New_York: Window {n}",
    "at(2198-12-31T03:{m:02d}) for 6h: We move house.",
    "at(2198-12-31T20:{m:02d}) for 6h in Asia/Tokyo",
    "cron({m} 20 L 12 ? 2198) for 1h in Australia/Lord_Howe",
)


def run(
    scene: Scene, *, windows: int = 1000, written_at_once: int = 20, environments: int = 10
) -> Section:
    """Sweep over so many windows, write the switch, and deliver events of windows."""
    scene.lift_limits()
    names = [f"w{each:04d}" for each in range(windows)]
    for each, name in enumerate(names):
        text = _TEXTS[each % len(_TEXTS)].format(m=each % 60, n=each)
        scene.site.schedules(name, text)
    distribution_id = a_distribution(scene.site.cloud)
    before = configurations.read(scene.site, [distribution_id])
    with running(scene, distribution_id, environments=environments) as controllers:
        findings = [_deliver(scene, controllers, "a sweep", [_SWEEP])]
        scene.site.says("on for 4h: We are moving")
        findings.append(_deliver(scene, controllers, "the switch is written on", [switch_event()]))
        closed = configurations.read(scene.site, [distribution_id])
        scene.site.says("off")
        findings.append(_deliver(scene, controllers, "the switch is written off", [switch_event()]))
        changed = names[:written_at_once]
        for each, name in enumerate(changed):
            scene.site.schedules(name, _TEXTS[0].format(m=each % 60, n=each))
        subject = f"{len(changed)} windows are written at once"
        findings.append(_deliver(scene, controllers, subject, _window_events(changed)))
        after = configurations.read(scene.site, [distribution_id])
        findings += [*controllers.findings(), *compare(before, closed, after), _next(scene)]
    title = f"{windows:,} windows, at most {environments} runs at once, {scene.limits.text()}"
    return Section(title=title, findings=tuple(findings))


def _deliver(scene: Scene, running: Running, subject: str, events: Iterable[object]) -> Finding:
    course = deliver(scene, running, events)
    measured = f"{course.seconds:,.1f} s, {course.failed} runs failed; calls {course.calls_text()}"
    return Finding(subject=subject, measured=measured)


def _window_events(names: Iterable[str]) -> list[dict[str, object]]:
    event = switch_event()
    return [
        {**event, "detail": {**event["detail"], "name": f"{SWITCH}/windows/{name}"}}
        for name in names
    ]


def _next(scene: Scene) -> Finding:
    """Return whether the status announces the first window of 2198."""
    at = (scene.site.status()["next_change"] or {}).get("at", "")
    wrong = [] if at.startswith("2198-12-31") else [at or "no next change"]
    return none_of("next changes in the status other than the first window of 2198", wrong)
