"""
`make bench`: measure, print one table, and write it to the pages that hold it.

With ONLY, a comma-separated list of the names below, the other rows stay as they were.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import (
    cold_start,
    cost,
    edge_requests,
    edge_runtime,
    fleet,
    machine,
    table,
    toggle,
    windows,
)
from benchmarks.artifact import ROOT, Artifacts, built
from benchmarks.findings import Section

type _Run = Callable[[Artifacts, Path], Section]

# In the order of the table.
_BENCHMARKS: Mapping[str, _Run] = {
    "edge": edge_requests.run,
    "runtime": edge_runtime.run,
    "cold-start": cold_start.run,
    "toggle": toggle.run,
    "fleet": fleet.run,
    "windows": windows.run,
}
_RESULTS = ROOT / "benchmarks" / "results.json"
_PAGE = ROOT / "benchmarks" / "README.md"
_COST_PAGE = ROOT / "docs" / "cost.md"


def main() -> None:
    """Run what was asked for and write down what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(_BENCHMARKS)}")
    chosen = _chosen(parser.parse_args().only)
    known = _read()
    console = Console(stderr=True)
    with built() as artifacts:
        for name in chosen:
            console.print(f"Measuring: {name}")
            known[name] = _measured(_BENCHMARKS[name], artifacts)
            _write(known)
    Console().print(table.terminal_table(_in_order(known)))


def _chosen(only: str) -> list[str]:
    names = [each.strip() for each in only.split(",") if each.strip()] or list(_BENCHMARKS)
    unknown = [each for each in names if each not in _BENCHMARKS]
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]}: there are {', '.join(_BENCHMARKS)}.")
    return names


def _measured(run: _Run, artifacts: Artifacts) -> Section:
    described = machine.describe()
    taken = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        return replace(run(artifacts, Path(folder)), taken=taken, machine=described)


def _read() -> dict[str, Section]:
    if not _RESULTS.exists():
        return {}
    documents = json.loads(_RESULTS.read_text(encoding="utf-8"))
    return {name: Section.read(document) for name, document in documents.items()}


def _write(known: Mapping[str, Section]) -> None:
    documents = {name: section.document() for name, section in sorted(known.items())}
    _RESULTS.write_text(
        json.dumps(documents, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    _replace(_PAGE, "table", table.markdown_table(_in_order(known)))
    numbers = {key: value for each in known.values() for key, value in each.numbers.items()}
    if cost.NEEDED <= numbers.keys():
        _replace(_COST_PAGE, "costs", cost.markdown(numbers))


def _replace(page: Path, name: str, content: str) -> None:
    text = page.read_text(encoding="utf-8")
    page.write_text(table.between_markers(text, name, content), encoding="utf-8")


def _in_order(known: Mapping[str, Section]) -> list[Section]:
    return [known[name] for name in _BENCHMARKS if name in known]


if __name__ == "__main__":
    main()
