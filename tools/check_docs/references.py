"""Whether what a page refers to exists: other pages, their anchors, and tests by their names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.check_docs.pages import ROOT, anchors, links

_TEST = re.compile(r"`(tests/\S+?\.py)::(\w+)`")


def errors(page: Path) -> Iterator[str]:
    """Yield each reference of a page that leads nowhere."""
    text = page.read_text(encoding="utf-8")
    for path, anchor in links(text):
        target = page.parent / path if path else page
        if not target.exists():
            yield f"there is no {path}"
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield f"{path or 'this page'} has no heading #{anchor}"
    for file, name in _TEST.findall(text):
        if name not in _functions(ROOT / file):
            yield f"there is no test {file}::{name}"
    if page.name == "threat-model.md":
        rows = re.findall(r"^\| (?!threat ).+", text, re.MULTILINE)
        unheld = (each for each in rows if not _TEST.search(each))
        yield from (f"no test is named in the row {each[:60]}..." for each in unheld)


def _functions(path: Path) -> set[str]:
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
