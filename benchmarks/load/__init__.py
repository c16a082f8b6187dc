"""Find out what holds when much comes at once: large fleets, many windows, many events."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.artifact import Artifacts
from benchmarks.load import attach, events, fleet, standby, windows
from benchmarks.load.deliveries import Waits
from benchmarks.load.scene import AwsLimits, Scene, make_scene
from benchmarks.results.findings import Section
from sandbox.process import start_sandbox


def _in_sandbox(run: Callable[[Scene], Section]) -> Callable[[Artifacts, Path], Section]:
    def run_in_sandbox(artifacts: Artifacts, _: Path) -> Section:
        with start_sandbox("--deploy-seconds", "0") as sandbox:
            return run(make_scene(sandbox, artifacts.controller, AwsLimits(), Waits()))

    return run_in_sandbox


LOADS: Mapping[str, Callable[[Artifacts, Path], Section]] = {
    "fleet": _in_sandbox(partial(fleet.run, create=attach.create)),
    "windows": _in_sandbox(partial(windows.run, create=attach.create)),
    "events": _in_sandbox(partial(events.run, create=attach.create)),
    "standby-fleet": _in_sandbox(partial(fleet.run, create=standby.create)),
    "standby-windows": _in_sandbox(partial(windows.run, create=standby.create)),
    "standby-events": _in_sandbox(partial(events.run, create=standby.create)),
}
