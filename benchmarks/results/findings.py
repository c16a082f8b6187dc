"""
What a benchmark or a load found: rows of the table, and what they are computed with. Pure.

    samples     repeated measurements; their median is the figure, the quartiles the spread
    finding     one row: what was measured, beside what, and whether the goal is met
    section     the findings of one benchmark, with the date and the machine
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Samples:
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the median."""
        return statistics.median(self.values)

    def text(self, unit: str) -> str:
        """Return median and quartiles as the table shows them; a single sample has none."""
        if len(self.values) == 1:
            return f"{number(self.median)} {unit}"
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return f"{number(self.median)} {unit} ({number(low)}-{number(high)})"


def differences(samples: Sequence[float], floor: Sequence[float]) -> Samples:
    """Return by how much each sample exceeds the one of `floor` that was measured beside it."""
    pairs = zip(samples, floor, strict=True)
    return Samples(tuple(ours - least for ours, least in pairs))


def ratios(samples: Sequence[float], floor: Sequence[float]) -> Samples:
    """Return how many times the one of `floor` that was measured beside it each sample is."""
    pairs = zip(samples, floor, strict=True)
    return Samples(tuple(ours / least for ours, least in pairs))


def number(value: float) -> str:
    """Return a number with three significant digits."""
    if abs(value) >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004 - the same


def milliseconds(seconds: Sequence[float]) -> str:
    """Return median and quartiles of samples in seconds, as milliseconds."""
    return Samples(tuple(1_000 * each for each in seconds)).text("ms")


def busy_seconds(calls: Sequence[Mapping[str, Any]]) -> float:
    """Return the seconds during which at least one of these logged calls was under way."""
    busy, until = 0.0, -math.inf
    for call in sorted(calls, key=lambda each: each["began"]):
        busy += max(0.0, call["ended"] - max(until, call["began"]))
        until = max(until, call["ended"])
    return busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of the table; without a goal, `is_met` is None and the row is for comparison."""

    subject: str
    measured: str
    beside: str = ""
    judged: str = ""
    goal: str = ""
    is_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that a figure may be; the table shows it after `sign` and before `unit`."""

    most: float
    unit: str
    sign: str = ""

    def judge(self, figure: Samples | float) -> dict[str, Any]:
        """Return the members of a finding that say whether `figure` meets this goal."""
        value = figure.median if isinstance(figure, Samples) else figure
        return {
            "judged": f"{self.sign}{number(value)} {self.unit}",
            "goal": f"at most {self.sign}{self.most:g} {self.unit}",
            "is_met": value <= self.most,
        }


def at_most(subject: str, value: float, most: float, unit: str) -> Finding:
    """Return a finding whose goal is that `value` does not exceed `most`."""
    return Finding(
        subject=subject,
        measured=f"{value:,.0f} {unit}",
        goal=f"at most {most:,.0f} {unit}",
        is_met=value <= most,
    )


def none_of(subject: str, found: Sequence[object]) -> Finding:
    """Return a finding whose goal is that nothing was found; it names the first few."""
    measured = f"{len(found)}: {', '.join(map(str, found[:3]))}" if found else "none"
    return Finding(subject=subject, measured=measured, goal="none", is_met=not found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The findings of one benchmark; `circumstances` are the date and the machine."""

    title: str
    findings: tuple[Finding, ...]
    circumstances: str = ""
