"""
`make load`: put on the loads, print one table, and write it to load.md.

It ends with 1 if something was not held. With ONLY, a comma-separated list of the names below, the
other rows stay as they were.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import machine
from benchmarks.artifact import built
from benchmarks.load import edge, events, fleet, windows
from benchmarks.load.deliveries import Waits
from benchmarks.load.finding import Load
from benchmarks.load.page import markdown, terminal
from benchmarks.load.scene import Pace, Scene, make_scene
from benchmarks.table import between_markers
from sandbox.process import start_sandbox

type _Put = Callable[[Scene, argparse.Namespace], Load]

# In the order of the table.
LOADS: Mapping[str, _Put] = {
    "fleet": lambda scene, size: fleet.run(
        scene, distributions=size.distributions, behaviors=size.behaviors
    ),
    "windows": lambda scene, size: windows.run(scene, windows=size.windows),
    "events": lambda scene, size: events.run(scene, events=size.events),
    "edge": lambda scene, size: edge.run(
        scene, seconds=size.seconds, concurrencies=[int(n) for n in size.connections.split(",")]
    ),
}
_HERE = Path(__file__).parent
_RESULTS = _HERE / "results.json"
_PAGE = _HERE.parent / "load.md"


def main() -> None:
    """Put on what was asked for, write down what was held, and fail if something was not."""
    size = _arguments()
    chosen = _chosen(size.only)
    console = Console(stderr=True)
    known = _read()
    with built() as artifacts:
        for name in chosen:
            console.print(f"Putting on: {name}")
            known[name] = _put(LOADS[name], artifacts.controller, size)
            _write(known)
    Console().print(terminal([known[name] for name in chosen]))
    if not all(known[name].is_held for name in chosen):
        sys.exit("Something was not held: see the rows that say no.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(LOADS)}")
    parser.add_argument("--distributions", type=int, default=500)
    parser.add_argument("--behaviors", type=int, default=75, help="of each distribution")
    parser.add_argument("--updates-a-minute", type=float, default=40, help="that CloudFront takes")
    parser.add_argument("--windows", type=int, default=1000)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="of wrk at each concurrency")
    parser.add_argument("--connections", default="1,8,32", help="concurrencies of wrk")
    return parser.parse_args()


def _chosen(only: str) -> list[str]:
    names = [each.strip() for each in only.split(",") if each.strip()] or list(LOADS)
    unknown = [each for each in names if each not in LOADS]
    if unknown:
        sys.exit(f"There is no load {unknown[0]}: there are {', '.join(LOADS)}.")
    fault = edge.missing() if "edge" in names else None
    if fault:
        sys.exit(f"{fault}; or leave out edge: ONLY=fleet,windows,events")
    return names


def _put(put: _Put, package: Path, size: argparse.Namespace) -> Load:
    described = machine.describe()
    taken = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    pace = Pace(updates_per_minute=size.updates_a_minute)
    with start_sandbox("--deploy-seconds", "0") as sandbox:
        load = put(make_scene(sandbox, package, pace, Waits()), size)
    return replace(load, taken=taken, machine=described)


def _read() -> dict[str, Load]:
    if not _RESULTS.exists():
        return {}
    documents = json.loads(_RESULTS.read_text(encoding="utf-8"))
    return {name: Load.read(document) for name, document in documents.items()}


def _write(known: Mapping[str, Load]) -> None:
    in_order = {name: known[name] for name in LOADS if name in known}
    documents = {name: load.document() for name, load in in_order.items()}
    text = json.dumps(documents, indent=1, ensure_ascii=False)
    _RESULTS.write_text(f"{text}\n", encoding="utf-8")
    page = _PAGE.read_text(encoding="utf-8")
    table = markdown(list(in_order.values()))
    _PAGE.write_text(between_markers(page, "table", table), encoding="utf-8")


if __name__ == "__main__":
    main()
