"""Show loads: as a table in the terminal, and as Markdown."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from benchmarks import table
from benchmarks.load.finding import Load, Row

_COLUMNS = ("what", "seen", "was to hold", "held")


def terminal(loads: Iterable[Load]) -> Table:
    """Return one table of all loads."""
    return table.terminal("What was held", _COLUMNS, _groups(loads))


def markdown(loads: Sequence[Load]) -> str:
    """Return one table of all loads, and below it when and where each was put on."""
    taken = [f"- {each.title}: {each.taken}, {each.machine}." for each in loads]
    return table.markdown(_COLUMNS, _groups(loads), taken)


def _groups(loads: Iterable[Load]) -> list[tuple[str, list[list[str]]]]:
    return [(each.title, [_cells(row) for row in each.rows]) for each in loads]


def _cells(row: Row) -> list[str]:
    held = {True: "yes", False: "no", None: ""}[row.is_held]
    return [row.subject, row.seen, row.to_hold, held]
