"""
Change the core in thousands of small ways, and see whether a test notices: `make mutation`.

mutmut does the work, as [tool.mutmut] in pyproject.toml tells it. This script lays the sources out
as mutmut wants them, prints what no test noticed, and keeps the score of a whole run in
tools/mutation.md, which also says which survivors are known and why.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
STAGE = ROOT / ".cache" / "mutation"
PAGE = ROOT / "tools" / "mutation.md"
MUTMUT = Path(sys.executable).with_name("mutmut")
_BEGIN, _END = "<!-- begin score -->", "<!-- end score -->"
_LEAST_PERCENT = 90
# mutmut's exit codes: a test passed, none reached the mutant, or it was not tried. All others are
# a test that failed or did not end.
_SURVIVED, _UNREACHED, _UNTRIED = {0}, {5, 33}, {None}


def main() -> int:
    """Try the mutants of all modules or of those named, and return the exit code."""
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME,...", help="modules or packages")
    only = [each for each in parser.parse_args().only.split(",") if each]
    _lay_out()
    names = [f"maintenance.{place}{each}.*" for each in only for place in ("", "*.")]
    # Few examples, the same ones each time, and a clock in a zone that no site is in.
    environment = os.environ | {"LAWS": "0", "TZ": "Asia/Kathmandu"}
    subprocess.run([MUTMUT, "run", *names], cwd=STAGE, env=environment, check=True)  # noqa: S603
    verdicts = dict(_verdicts())
    for mutant in (each for each, code in verdicts.items() if code in _SURVIVED):
        subprocess.run([MUTMUT, "show", mutant], cwd=STAGE, check=True)  # noqa: S603
    sys.stdout.write(table(verdicts))
    if not only:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
        after = rest.partition(_END)[2]
        taken = f"Taken on {datetime.now(UTC).date()}.\n"
        page = f"{before}{_BEGIN}\n\n{taken}\n{table(verdicts)}\n{_END}{after}"
        PAGE.write_text(page, encoding="utf-8")
    return int(percent(verdicts.values()) < _LEAST_PERCENT)


def _lay_out() -> None:
    """Make the folder that mutmut runs in; it finds sources in src, and copies them from there."""
    shutil.rmtree(STAGE, ignore_errors=True)
    STAGE.mkdir(parents=True)
    (STAGE / "src").symlink_to(ROOT / "controller")
    for name in ("docs", "edge_handler", "pyproject.toml", "sandbox", "tests"):
        (STAGE / name).symlink_to(ROOT / name)


def _verdicts() -> Iterator[tuple[str, int | None]]:
    """Yield each mutant that was tried, with mutmut's exit code."""
    for file in (STAGE / "mutants" / "src").rglob("*.meta"):
        codes: dict[str, int | None] = json.loads(file.read_text("utf-8"))["exit_code_by_key"]
        yield from ((each, code) for each, code in codes.items() if code not in _UNTRIED)


def percent(codes: Iterable[int | None]) -> float:
    """Return the share of the mutants reached by a test that one noticed; of none, all."""
    reached = [code for code in codes if code not in _UNREACHED]
    survived = sum(code in _SURVIVED for code in reached)
    return 100 * (1 - survived / len(reached)) if reached else 100.0


def table(verdicts: dict[str, int | None]) -> str:
    """Return a row for each module, and one for all."""
    rows: dict[str, list[int | None]] = {}
    for mutant, code in verdicts.items():
        rows.setdefault(mutant.rpartition(".")[0].removeprefix("maintenance."), []).append(code)
    rows = dict(sorted(rows.items())) | {"**all**": list(verdicts.values())}
    lines = ["| module | mutants | noticed | survived | only stories reach | score |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for name, codes in rows.items():
        count = Counter(_kind(each) for each in codes)
        cells = [name, len(codes), count["noticed"], count["survived"], count["unreached"]]
        lines.append(f"| {' | '.join(map(str, cells))} | {percent(codes):.1f} % |")
    return "\n".join([*lines, ""])


def _kind(code: int | None) -> str:
    if code in _SURVIVED:
        return "survived"
    return "unreached" if code in _UNREACHED else "noticed"


if __name__ == "__main__":
    sys.exit(main())
