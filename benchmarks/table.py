"""
Show findings: as a table in the terminal, as Markdown, and between the markers of a page.

A page keeps what is written by hand; only what stands between `<!-- begin NAME -->` and
`<!-- end NAME -->` is replaced.
"""

from collections.abc import Iterable, Sequence

from rich.table import Table

from benchmarks.findings import Finding, Section

_COLUMNS = ("what", "measured", "beside", "judged", "goal", "met")


def terminal_table(sections: Iterable[Section]) -> Table:
    """Return one table of all sections."""
    table = Table(title="Medians, with the quartiles behind them", title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for section in sections:
        table.add_section()
        table.add_row(f"[bold]{section.title}[/bold]")
        for finding in section.findings:
            table.add_row(*_cells(finding))
    return table


def markdown_table(sections: Sequence[Section]) -> str:
    """Return one table of all sections, and below it when and where each was measured."""
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    for section in sections:
        lines.append(_line([f"**{section.title}**", *[""] * (len(_COLUMNS) - 1)]))
        lines += [_line(_cells(finding)) for finding in section.findings]
    taken = [f"- {each.title}: {each.taken}, {each.machine}." for each in sections]
    return "\n".join([*lines, "", "When and where:", "", *taken])


def between_markers(page: str, name: str, content: str) -> str:
    """Return `page` with `content` between the markers `name`; ValueError where they are not."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"The page has no lines {begin} and {end}: put them where {name} belongs.")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def _cells(finding: Finding) -> list[str]:
    met = {True: "yes", False: "no", None: ""}[finding.verdict]
    texts = (finding.subject, finding.measured, finding.beside, finding.judged, finding.goal)
    return [*texts, met]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
