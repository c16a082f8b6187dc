"""
Show findings: as a table in the terminal, as Markdown, and between the markers of a page.

A page keeps what is written by hand; only what stands between `<!-- begin NAME -->` and
`<!-- end NAME -->` is replaced.
"""

from collections.abc import Iterable, Sequence

from rich.table import Table

from benchmarks.findings import Finding, Section

# A heading, and the cells of each row below it.
type _Group = tuple[str, Sequence[Sequence[str]]]

_COLUMNS = ("what", "measured", "beside", "judged", "goal", "met")


def terminal_table(sections: Iterable[Section]) -> Table:
    """Return one table of all sections."""
    return terminal("Medians, with the quartiles behind them", _COLUMNS, _groups(sections))


def markdown_table(sections: Sequence[Section]) -> str:
    """Return one table of all sections, and below it when and where each was measured."""
    taken = [f"- {each.title}: {each.taken}, {each.machine}." for each in sections]
    return markdown(_COLUMNS, _groups(sections), taken)


def terminal(title: str, columns: Sequence[str], groups: Iterable[_Group]) -> Table:
    """Return one table of all groups of rows."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for heading, rows in groups:
        table.add_section()
        table.add_row(f"[bold]{heading}[/bold]")
        for cells in rows:
            table.add_row(*cells)
    return table


def markdown(columns: Sequence[str], groups: Iterable[_Group], taken: Iterable[str]) -> str:
    """Return one table of all groups of rows, and below it the lines that say when and where."""
    lines = [_line(columns), _line(["---"] * len(columns))]
    for heading, rows in groups:
        lines.append(_line([f"**{heading}**", *[""] * (len(columns) - 1)]))
        lines += [_line(cells) for cells in rows]
    return "\n".join([*lines, "", "When and where:", "", *taken])


def between_markers(page: str, name: str, content: str) -> str:
    """Return `page` with `content` between the markers `name`; ValueError where they are not."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"The page has no lines {begin} and {end}: put them where {name} belongs.")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def _groups(sections: Iterable[Section]) -> list[_Group]:
    return [(each.title, [_cells(finding) for finding in each.findings]) for each in sections]


def _cells(finding: Finding) -> list[str]:
    met = {True: "yes", False: "no", None: ""}[finding.verdict]
    texts = (finding.subject, finding.measured, finding.beside, finding.judged, finding.goal)
    return [*texts, met]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
