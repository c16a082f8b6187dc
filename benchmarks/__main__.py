"""
`make bench` and `make load`: measure, print the rows, write them into README.md, draw its pictures.

ONLY is a comma-separated list of names; the other rows stay as they are. A load ends with exit code
1 if a goal is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from benchmarks import accounts, load, machine
from benchmarks.artifact import ROOT, Artifacts, build_packages
from benchmarks.controller import cold_start, command, toggle
from benchmarks.edge import cold_start as edge_cold_start
from benchmarks.edge import rate, requests
from benchmarks.engines import fleet, one_distribution, standby_function, windows
from benchmarks.results import pictures
from benchmarks.results.findings import Section
from benchmarks.results.table import markdown, replace_sections

type _Run = Callable[[Artifacts, Path], Section]

BENCHMARKS: Mapping[str, _Run] = {
    "edge": requests.run,
    "runtime": edge_cold_start.run,
    "rate": rate.run,
    "cold-start": cold_start.run,
    "toggle": toggle.run,
    "fleet": fleet.run,
    "accounts": accounts.run,
    "engines": one_distribution.run,
    "windows": windows.run,
    "standby-function": standby_function.run,
    "command": command.run,
}
LOADS: Mapping[str, _Run] = {f"load-{name}": run for name, run in load.LOADS.items()}
_ORDER = (*BENCHMARKS, *LOADS)
_PAGE = ROOT / "benchmarks" / "README.md"


def main() -> None:
    """Measure what was asked for; exit with 1 if a load missed a goal."""
    runs = _selected_runs()
    console = Console(stderr=True)
    sections: dict[str, Section] = {}
    with build_packages() as artifacts:
        for name, run in runs.items():
            console.print(f"Measuring: {name}", end="")
            began = time.monotonic()
            sections[name] = _measure(run, artifacts)
            console.print(f", {time.monotonic() - began:.0f} s")
            page = replace_sections(_PAGE.read_text("utf-8"), sections, _ORDER)
            _PAGE.write_text(page, "utf-8")
    pictures.draw_all()
    Console().print(Markdown(markdown(sections)))
    missed = [
        finding.subject
        for name in runs.keys() & LOADS.keys()
        for finding in sections[name].findings
        if finding.is_met is False
    ]
    if missed:
        sys.exit(f"Missed: {'; '.join(missed)}")


def _selected_runs() -> Mapping[str, _Run]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--load", action="store_true", help="the loads, not the benchmarks")
    parser.add_argument("--only", default="", help="some of them, by name")
    arguments = parser.parse_args()
    known = LOADS if arguments.load else BENCHMARKS
    names = [each.strip() for each in arguments.only.split(",") if each.strip()]
    prefix = "load-" if arguments.load else ""
    unknown = [each for each in names if f"{prefix}{each}" not in known]
    if unknown:
        every = ", ".join(each.removeprefix(prefix) for each in known)
        sys.exit(f"Unknown name {unknown[0]}: the names are {every}.")
    return {f"{prefix}{each}": known[f"{prefix}{each}"] for each in names} or known


def _measure(run: _Run, artifacts: Artifacts) -> Section:
    circumstances = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine.describe()}"
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        return replace(run(artifacts, Path(folder)), circumstances=circumstances)


if __name__ == "__main__":
    main()
