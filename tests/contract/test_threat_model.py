"""Each claim of docs/threat-model.md names tests that there are, and no attack is left out."""

import ast
import re

import pytest

from tests.contract.template import ROOT

PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| threat ")
]
NAMED = re.findall(r"`(tests/\S+?\.py)::(\w+)`", PAGE)
# What is there for the sake of security alone.
ATTACKS = (
    "tests/contract/test_requirements.py",
    "tests/contract/test_trust.py",
    "tests/contract/test_audit.py",
    "tests/edge/test_attacks.py",
    "tests/properties/test_text.py",
    "tests/stories/test_hostile_values.py",
    "tests/stories/test_secrets.py",
)


def _tests(file: str) -> set[str]:
    """Return the tests of a file, none if there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([])
    return {
        each.name
        for each in tree.body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_claim_names_what_holds_it(row: list[str]) -> None:
    """A threat, what holds, and at least one test."""
    assert 3 == len(row)
    assert re.fullmatch(r"(`tests/\S+?\.py::test_\w+` ?)+", row[2].strip(" |"))


def test_every_test_that_is_named_is_there() -> None:
    """By its file and its name."""
    assert [] == [f"{file}::{name}" for file, name in NAMED if name not in _tests(file)]


@pytest.mark.parametrize("file", ATTACKS)
def test_no_attack_is_left_out(file: str) -> None:
    """What a test of security holds, the page claims."""
    claimed = {name for named, name in NAMED if named == file}

    assert claimed == _tests(file)
