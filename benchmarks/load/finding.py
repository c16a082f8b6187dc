"""
What a load has shown: rows with what was to hold, and whether it was held. Pure.

A row is either only told (what happened, how fast), or it was to hold. One that was not held makes
the whole load fail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; `is_held` is None where nothing was to hold."""

    subject: str
    seen: str
    to_hold: str = ""
    is_held: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The rows of one load, and when and on which machine it was put on."""

    title: str
    rows: tuple[Row, ...]
    taken: str = ""
    machine: str = ""

    @property
    def is_held(self) -> bool:
        """Whether everything that was to hold was held."""
        return all(row.is_held is not False for row in self.rows)

    def document(self) -> dict[str, Any]:
        """Return the load as JSON values."""
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return the load that `document` returned."""
        return cls(**{**document, "rows": tuple(Row(**each) for each in document["rows"])})


def none_of(subject: str, found: Sequence[object], *, to_hold: str) -> Row:
    """Return a row that is held where nothing was found; it names the first few that were."""
    seen = f"{len(found)}: {', '.join(map(str, found[:3]))}" if found else "none"
    return Row(subject=subject, seen=seen, to_hold=to_hold, is_held=not found)


def at_most(subject: str, value: float, most: float, unit: str) -> Row:
    """Return a row that is held where `value` is not more than `most`."""
    return Row(
        subject=subject,
        seen=f"{value:,.0f} {unit}",
        to_hold=f"at most {most:,.0f} {unit}",
        is_held=value <= most,
    )
