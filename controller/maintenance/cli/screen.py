"""Parts that several screens are made of."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maintenance.cli.show.problems import Problem, Severity
from maintenance.cli.terminal import shorten_arns
from maintenance.reporting.report import Report

INDENT = (0, 0, 0, 2)
_LABEL = 10
_LISTED = 3
_SEVERITIES = {
    Severity.ERROR: "bold red",
    Severity.OPEN: "bold magenta",
    Severity.WARNING: "bold magenta",
    Severity.NOTICE: "bold magenta",
}


def facts(*rows: tuple[str, RenderableType]) -> RenderableType:
    """Return labels with what they say; a row that says nothing is left out."""
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(style="dim", min_width=_LABEL)
    grid.add_column(overflow="fold")
    last = ""
    for label, said in rows:
        if said:
            grid.add_row("" if label == last else label, said)
            last = label
    return Padding(grid, INDENT)


def render_problems(problems: Iterable[Problem]) -> RenderableType:
    """Return each problem with its remedy first, then what happened, then where to read more."""
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(min_width=_LABEL)
    grid.add_column(overflow="fold")
    for each in problems:
        if each.action and grid.row_count:
            grid.add_row()
        lines = [
            *((Text(each.action, style="bold"),) if each.action else ()),
            *(Text(shorten_arns(one)) for one in each.sentences),
            *((Text(f"see {each.section}", style="dim"),) if each.section else ()),
        ]
        label = Text(each.severity.value, style=_SEVERITIES[each.severity])
        grid.add_row(label, Group(*lines))
    return Padding(grid, INDENT) if grid.row_count else Group()


def counted(number: int, noun: str) -> str:
    """Return `1 behavior` or `2 behaviors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def sentence(clause: str) -> str:
    """Return the clause as a sentence of its own."""
    return f"{clause[:1].upper()}{clause[1:]}."


def closed_elsewhere(report: Report) -> Iterator[str]:
    """Yield `the stack shop closes E1, E2` for each other stack that closes distributions."""
    for stack, distribution_ids in report.siblings.items():
        yield f"the stack {stack} closes {listed(distribution_ids)}"
