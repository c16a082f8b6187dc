"""
What a benchmark found: rows of the table, and the numbers that other pages compute with. Pure.

    samples     of one thing, repeated; their median is the figure, the quartiles the spread
    finding     one row: what was measured, beside what, and whether the goal is met
    section     the findings of one benchmark, with the day and the machine they are from
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Samples:
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the middle one."""
        return statistics.median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Return what a quarter of them stay below, and what a quarter exceed."""
        if len(self.values) == 1:
            return self.values[0], self.values[0]
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return low, high

    def shown(self, unit: str) -> str:
        """Return median and spread as the table has them."""
        low, high = self.quartiles
        return f"{number(self.median)} {unit} ({number(low)}-{number(high)})"


def paired(samples: Sequence[float], floor: Sequence[float], *, ratio: bool = False) -> Samples:
    """Return what each of `samples` is more than its neighbour of `floor`, or times as much."""
    pairs = zip(samples, floor, strict=True)
    return Samples(tuple(mine / its if ratio else mine - its for mine, its in pairs))


def number(value: float) -> str:
    """Return a number with three digits that count."""
    if abs(value) >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One row of the table.

    `verdict` is None where there is no goal: the row is there to compare with.
    """

    subject: str
    measured: str
    beside: str = ""
    judged: str = ""
    goal: str = ""
    verdict: bool | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that a figure may be; `sign` goes before it in the table, `unit` behind it."""

    most: float
    unit: str
    sign: str = ""

    def judged(self, figure: Samples | float) -> dict[str, Any]:
        """Return the members of a finding that say whether `figure` meets this goal."""
        value = figure.median if isinstance(figure, Samples) else figure
        return {
            "judged": f"{self.sign}{number(value)} {self.unit}",
            "goal": f"at most {self.sign}{self.most:g} {self.unit}",
            "verdict": value <= self.most,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The findings of one benchmark; `numbers` are for computing with, each unit in its name."""

    title: str
    findings: tuple[Finding, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    taken: str = ""
    machine: str = ""

    def document(self) -> dict[str, Any]:
        """Return the section as JSON values."""
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return the section that `document` returned."""
        findings = tuple(Finding(**each) for each in document["findings"])
        return cls(**{**document, "findings": findings})
