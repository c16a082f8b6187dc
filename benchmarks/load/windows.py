"""
Many windows: a sweep that reads them all, the switch in spite of them, and all written at once.

Parameter Store gives ten parameters a page, so a thousand windows are a hundred calls in a row for
every look, and each change of one wakes the controller.
"""

from collections.abc import Iterable

from benchmarks.controller import switch_changed
from benchmarks.load import configurations
from benchmarks.load.finding import Load, Row, none_of
from benchmarks.load.fleet import judged
from benchmarks.load.scene import Running, Scene, deliver, running
from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH

_ENVIRONMENTS = 10
_WRITTEN_AT_ONCE = 20
_SWEEP = {"sweep": True}
# None of them is open while the load lasts: two in the past, the others on the last day of 2198.
_TEXTS = (
    "cron({m} 2 31 12 ? 2198) for 2h in Europe/Ljubljana",
    "cron({m} 22 31 12 ? 2198) for 1h30m in America/New_York: Window {n}",
    "at(2198-12-31T03:{m:02d}) for 6h: We move house.",
    "at(2020-03-01T02:{m:02d}) for 6h in Asia/Tokyo",
    "cron({m} 1 L 12 ? 2020) for 1h in Australia/Lord_Howe",
)


def run(
    scene: Scene,
    *,
    windows: int,
    written_at_once: int = _WRITTEN_AT_ONCE,
    environments: int = _ENVIRONMENTS,
) -> Load:
    """Sweep over so many windows, write the switch, and deliver events of windows."""
    scene.quick()
    names = [f"w{each:04d}" for each in range(windows)]
    for each, name in enumerate(names):
        text = _TEXTS[each % len(_TEXTS)].format(m=each % 60, n=each)
        scene.site.schedules(name, text)
    distribution_id = a_distribution(scene.site.cloud)
    before = configurations.read(scene.site, [distribution_id])
    with running(scene, distribution_id, environments=environments) as kept:
        rows = [_delivered(scene, kept, "a sweep", [_SWEEP])]
        scene.site.says("on for 4h: We are moving")
        rows.append(_delivered(scene, kept, "the switch is written on", [switch_changed()]))
        closed = configurations.read(scene.site, [distribution_id])
        scene.site.says("off")
        rows.append(_delivered(scene, kept, "the switch is written off", [switch_changed()]))
        changed = names[:written_at_once]
        for each, name in enumerate(changed):
            scene.site.schedules(name, _TEXTS[0].format(m=each % 60, n=each))
        subject = f"{len(changed)} windows are written at once"
        rows.append(_delivered(scene, kept, subject, _changes(changed)))
        after = configurations.read(scene.site, [distribution_id])
        rows += [*kept.rows(), *judged(before, closed, after), _next(scene)]
    title = f"{windows:,} windows, {environments} runs at once at most, {scene.pace.told()}"
    return Load(title=title, rows=tuple(rows))


def _delivered(scene: Scene, kept: Running, subject: str, events: Iterable[object]) -> Row:
    course = deliver(scene, kept, events)
    failed = course.failed()
    seen = f"{course.seconds:,.1f} s, {failed} runs failed; calls {course.calls_told()}"
    return Row(subject=subject, seen=seen)


def _changes(names: Iterable[str]) -> list[dict[str, object]]:
    event = switch_changed()
    return [
        {**event, "detail": {**event["detail"], "name": f"{SWITCH}/windows/{name}"}}
        for name in names
    ]


def _next(scene: Scene) -> Row:
    """Return whether the status tells of the first window to come, and nothing that failed."""
    status = scene.site.status()
    at = (status["next_change"] or {}).get("at", "")
    wrong = [] if at.startswith("2198-12-31") else [f"the status says {at or 'nothing'}"]
    return none_of("the first window of 2198 is what comes next, or", wrong, to_hold="none")
