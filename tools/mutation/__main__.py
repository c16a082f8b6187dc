"""
Change the pure core in thousands of small ways, and see that the tests notice: `make mutation`.

It fails where the score is too low, and where survivors.toml and the survivors differ. The result
of each module is kept until its source changes, so a run may be about some modules only. Which
test noticed a mutant is kept too, to be asked first next time.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from tools.mutation import staging, survivors
from tools.mutation.mutant import Mutant, Verdict
from tools.mutation.results import PAGE, Result, digest, dump, load, page, percent, result
from tools.mutation.trial import Trial

_FLOOR = 90.0
_KEPT = staging.ROOT / ".cache" / "mutation-results.json"
_KILLERS = staging.ROOT / ".cache" / "mutation-killers.json"
# Takes as long as all the others together, and has nothing of its own to say about one function.
_LEFT_OUT = (
    "tests/properties/test_decision.py::"
    "test_in_a_year_of_lost_wakeups_no_decision_is_older_than_one_sweep"
)
_OPTIONS = ("-s", "-q", "--tb=native", "--assert=plain", "--deselect", _LEFT_OUT)


def main() -> int:
    """Try the mutants of the modules named, all pure ones or some, and return the exit code."""
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("modules", nargs="+", metavar="MODULE", help="a module that is pure")
    parser.add_argument("--only", metavar="MODULE,...", help="try the mutants of these alone")
    asked = parser.parse_args()
    modules = asked.only.split(",") if asked.only else asked.modules
    if unknown := set(modules) - set(asked.modules):
        parser.error(f"{', '.join(sorted(unknown))}: not among PURE_MODULES of the Makefile")
    known = {each.module: each for each in _kept(asked.modules)}
    _take(modules, known)
    if known.keys() == set(asked.modules):
        PAGE.write_text(page(list(known.values())), encoding="utf-8")
    tried = [known[module] for module in modules]
    sys.stdout.write(page(tried))
    complaints = [*_complaints(tried)]
    sys.stderr.write("".join(f"\n{each}\n" for each in complaints))
    return int(bool(complaints))


def _kept(modules: Iterable[str]) -> list[Result]:
    """Return what is known of the modules that have not changed since."""
    if not _KEPT.exists():
        return []
    known = load(_KEPT.read_text(encoding="utf-8"))
    return [
        each for each in known if each.module in modules and each.source == _source(each.module)
    ]


def _source(module: str) -> str:
    return digest((staging.PACKAGE / f"{module}.py").read_bytes())


def _take(modules: Sequence[str], known: dict[str, Result]) -> None:
    """Run pytest where the mutants are, and put the result of each module into `known`."""
    sources = {module: _source(module) for module in modules}
    today = str(datetime.now(UTC).date())

    def finished(module: str, verdicts: Mapping[Mutant, Verdict]) -> None:
        known[module] = result(module, verdicts, source=sources[module], taken=today)
        _KEPT.write_text(dump(known.values()), encoding="utf-8")
        _KILLERS.write_text(json.dumps(killers, indent=0), encoding="utf-8")

    os.environ["LAWS"] = "0"
    # A clock that nobody's site is on: what asks the machine for its zone is noticed.
    os.environ["TZ"] = "Asia/Kathmandu"
    time.tzset()
    staging.lay_out()
    os.chdir(staging.STAGE)
    mutants = tuple(staging.mutate(modules))
    killers = json.loads(_KILLERS.read_text(encoding="utf-8")) if _KILLERS.exists() else {}
    trial = Trial(mutants, killers, finished)
    if code := pytest.main([*_OPTIONS, *staging.TESTS], plugins=[trial]):
        sys.exit(f"pytest ended with {code!r}, so there are no verdicts.")
    for module in set(modules) - {mutant.module for mutant in mutants}:
        finished(module, {})


def _complaints(tried: Sequence[Result]) -> Iterable[str]:
    judgement = survivors.judge(tried, survivors.listed(survivors.LIST.read_text(encoding="utf-8")))
    for mutant in judgement.unlisted:
        parts = {"function": mutant.function, "was": mutant.was, "becomes": mutant.becomes}
        entry = (f"{key} = {json.dumps(part, ensure_ascii=False)}" for key, part in parts.items())
        yield "\n".join(["Write the test that notices it, or list it with a reason:", *entry])
    for key in judgement.idle:
        yield f"It survives no more, take it out of survivors.toml:\n{key}"
    if percent(tried) < _FLOOR:
        yield f"The score is {percent(tried):.1f} %, and {_FLOOR:.0f} % are asked for."


if __name__ == "__main__":
    sys.exit(main())
