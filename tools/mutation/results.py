"""
What the last run of each module found, and the page that says it.

A result holds for the source that it was taken from; a module that has changed since has none.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.mutation.mutant import Mutant, Verdict

PAGE = Path(__file__).with_name("score.md")
_HEAD = """\
# What the tests of the pure core notice

Written by `make mutation`.
Each survivor is in [survivors.toml](survivors.toml) with its reason, and counts against the score.

| module | mutants | killed | never ended | survived | score | taken |
|---|--:|--:|--:|--:|--:|---|
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the mutants of a module; `source` is a digest of it, `taken` a date."""

    module: str
    source: str
    taken: str
    killed: int
    endless: int
    survivors: tuple[Mutant, ...]

    @property
    def mutants(self) -> int:
        """How many there were; one that never ended was noticed too."""
        return self.killed + self.endless + len(self.survivors)


def result(module: str, verdicts: Mapping[Mutant, Verdict], *, source: str, taken: str) -> Result:
    """Return what is found of one module among the verdicts of a run."""
    own = {mutant: verdict for mutant, verdict in verdicts.items() if mutant.module == module}
    found = list(own.values())
    survivors = tuple(mutant for mutant in own if own[mutant] is Verdict.SURVIVED)
    return Result(
        module,
        source,
        taken,
        found.count(Verdict.KILLED),
        found.count(Verdict.ENDLESS),
        survivors,
    )


def digest(source: bytes) -> str:
    """Return what tells this source of a module from others."""
    return hashlib.sha256(source).hexdigest()


def percent(results: Iterable[Result]) -> float:
    """Return the score: the share of mutants that were noticed; of none, all."""
    taken = tuple(results)
    mutants = sum(each.mutants for each in taken)
    survivors = sum(len(each.survivors) for each in taken)
    return 100 * (1 - survivors / mutants) if mutants else 100.0


def page(results: Sequence[Result]) -> str:
    """Return the page that is kept beside the survivors."""
    ordered = sorted(results, key=lambda each: each.module)
    rows = [_row(each.module, [each], each.taken) for each in ordered]
    dates = sorted({each.taken for each in results})
    rows.append(_row("**all**", ordered, " to ".join(dict.fromkeys((dates[0], dates[-1])))))
    return "\n".join([f"{_HEAD}{rows[0]}", *rows[1:], ""])


def _row(subject: str, results: Sequence[Result], taken: str) -> str:
    mutants, killed, endless, survived = (
        sum(count)
        for count in zip(
            *((each.mutants, each.killed, each.endless, len(each.survivors)) for each in results),
            strict=True,
        )
    )
    score = f"{percent(results):.1f} %"
    return f"| {subject} | {mutants} | {killed} | {endless} | {survived} | {score} | {taken} |"


def dump(results: Iterable[Result]) -> str:
    """Return the results as JSON."""
    return json.dumps([asdict(each) for each in results], indent=1, ensure_ascii=False)


def load(text: str) -> list[Result]:
    """Return the results that `dump` wrote."""
    return [
        Result(**each | {"survivors": tuple(Mutant(**mutant) for mutant in each["survivors"])})
        for each in json.loads(text)
    ]
