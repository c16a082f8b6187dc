"""
The table of benchmarks/README.md, which is also the record: sections that are not measured stay.

A section begins with a row that holds its name in bold, its title, and its circumstances.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.results.findings import Finding, Section

_COLUMNS = ("what", "measured", "beside", "judged", "goal", "met")
_FIRST_ROW = re.compile(r"\| \*\*(?P<name>[^*]+)\*\*")


def markdown(sections: Mapping[str, Section]) -> str:
    """Return a table of these sections."""
    return _table(line for name, section in sections.items() for line in _rows(name, section))


def replace_sections(page: str, sections: Mapping[str, Section], order: Sequence[str]) -> str:
    """Return `page` with these sections in its table; the others stay, all in this order."""
    rows = {**_recorded_rows(page), **{name: _rows(name, each) for name, each in sections.items()}}
    table = _table(line for name in order for line in rows.get(name, []))
    return between_markers(page, "table", table)


def between_markers(page: str, name: str, content: str) -> str:
    """Return `page` with `content` between the markers of `name`; ValueError if it has none."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"The page has no lines {begin} and {end}: put them where {name} belongs.")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def _recorded_rows(page: str) -> dict[str, list[str]]:
    _, _, rest = page.partition("<!-- begin table -->")
    rows: dict[str, list[str]] = {}
    name = ""
    for line in rest.partition("<!-- end table -->")[0].splitlines():
        first = _FIRST_ROW.match(line)
        name = first["name"] if first else name
        if name and line:
            rows.setdefault(name, []).append(line)
    return rows


def _table(rows: Iterable[str]) -> str:
    return "\n".join([_line(_COLUMNS), _line(["---"] * len(_COLUMNS)), *rows])


def _rows(name: str, section: Section) -> list[str]:
    first = (f"**{name}**: {section.title}", section.circumstances, "", "", "", "")
    return [_line(first), *(_line(_cells(finding)) for finding in section.findings)]


def _cells(finding: Finding) -> Sequence[str]:
    met = {True: "yes", False: "no", None: ""}[finding.is_met]
    texts = (finding.subject, finding.measured, finding.beside, finding.judged, finding.goal)
    return (*texts, met)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
