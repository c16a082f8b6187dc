"""The sandbox's README lists its patches, and a gap test for each difference they remove."""

import ast
import re

from tests.contract.template import ROOT

_SANDBOX = ROOT / "sandbox"
_TESTS = ROOT / "tests" / "sandbox"
# These help patches, and change nothing by themselves.
_SHARED = {
    "patches/wrap",
    "patches/request_context",
    "patches/cloudfront/records",
}


def _rows() -> list[list[str]]:
    """Return the cells of each row: the difference, its patches, gap tests and contract tests."""
    text = (_SANDBOX / "README.md").read_text(encoding="utf-8")
    table = text.partition("| ministack alone |")[2].partition("\n\n")[0]
    return [line.strip("|").split(" | ") for line in table.splitlines()[2:]]


def _named(column: int, pattern: str) -> set[str]:
    return {name for row in _rows() for name in re.findall(pattern, row[column])}


def _patches() -> set[str]:
    return _named(1, r"`(\w+(?:/\w+)+)`")


def _gap_tests() -> set[str]:
    files = _TESTS.glob("test_gaps_of_*.py")
    parts = [part for file in files for part in ast.parse(file.read_text("utf-8")).body]
    names = [part.name for part in parts if isinstance(part, ast.FunctionDef)]
    return {name.removeprefix("test_") for name in names if name.startswith("test_")}


def test_the_table_has_every_gap_test_and_every_row_has_one() -> None:
    """Gap tests run against plain ministack; the table names them without `test_`."""
    assert _gap_tests() == _named(2, r"`(\w+)`")
    assert [] == [row[0] for row in _rows() if "`" not in row[2]]


def test_the_table_has_every_patch() -> None:
    """Each module of sandbox/patches, except those that other patches share."""
    files = [each for each in (_SANDBOX / "patches").rglob("*.py") if each.stem != "__init__"]
    modules = {each.relative_to(_SANDBOX).with_suffix("").as_posix() for each in files}

    assert len(modules) > len(_SHARED)
    assert set() == modules - _SHARED - _patches()


def test_every_file_that_the_table_names_exists() -> None:
    """Both the patches and the contract tests."""
    contract_tests = _named(3, r"`(test_\w+)\*?`")

    assert [] == [name for name in _patches() if not (_SANDBOX / f"{name}.py").is_file()]
    assert [] == [name for name in contract_tests if not (_TESTS / f"{name}.py").is_file()]
