"""The sandbox's README lists its remedies: none without a test that watches the gap it fills."""

import ast
import re

from tests.contract.template import ROOT

_SANDBOX = ROOT / "sandbox"
_TESTS = ROOT / "tests" / "sandbox"


def _rows() -> list[list[str]]:
    """Return the cells of each row: the gap, its remedies, what watches it, what keeps it."""
    text = (_SANDBOX / "README.md").read_text(encoding="utf-8")
    table = text.partition("| ministack alone |")[2].partition("\n\n")[0]
    return [line.strip("|").split(" | ") for line in table.splitlines()[2:]]


def _named(column: int) -> set[str]:
    return {name for row in _rows() for name in re.findall(r"`(\w+)`", row[column])}


def _gap_tests() -> set[str]:
    files = _TESTS.glob("test_gaps_of_*.py")
    parts = [part for file in files for part in ast.parse(file.read_text("utf-8")).body]
    names = [part.name for part in parts if isinstance(part, ast.FunctionDef)]
    return {name.removeprefix("test_") for name in names if name.startswith("test_")}


def test_every_gap_that_is_watched_has_a_row_and_every_row_is_watched() -> None:
    """By a test against plain ministack, named without its test_."""
    assert _gap_tests() == _named(2)
    assert [] == [row[0] for row in _rows() if "`" not in row[2]]


def test_every_module_that_takes_hold_of_ministack_is_a_remedy() -> None:
    """But the one that only takes hold."""
    modules = {each.stem for each in _SANDBOX.glob("ministack_*.py")} - {"ministack_seam"}

    assert set() == modules - _named(1)


def test_every_file_that_the_table_names_is_there() -> None:
    """A row that points at nothing keeps no promise."""
    kept = {name for row in _rows() for name in re.findall(r"`(test_\w+)\*?`", row[3])}

    assert [] == [name for name in _named(1) if not (_SANDBOX / f"{name}.py").is_file()]
    assert [] == [name for name in kept if not (_TESTS / f"{name}.py").is_file()]
