"""Find out what holds when much comes at once: large fleets, many windows, many events."""

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.artifact import Artifacts
from benchmarks.findings import Section
from benchmarks.load import events, fleet, windows
from benchmarks.load.deliveries import Waits
from benchmarks.load.scene import AwsLimits, Scene, make_scene
from sandbox.process import start_sandbox


def _in_sandbox(run: Callable[[Scene], Section]) -> Callable[[Artifacts, Path], Section]:
    def run_in_sandbox(artifacts: Artifacts, _: Path) -> Section:
        with start_sandbox("--deploy-seconds", "0") as sandbox:
            return run(make_scene(sandbox, artifacts.controller, AwsLimits(), Waits()))

    return run_in_sandbox


LOADS: Mapping[str, Callable[[Artifacts, Path], Section]] = {
    "fleet": _in_sandbox(fleet.run),
    "windows": _in_sandbox(windows.run),
    "events": _in_sandbox(events.run),
}
