"""
The mutants of the pure modules, made by mutmut, and the tree of their own in which they live.

mutmut writes every mutant of a function beside it, and calls the one that is named in the
environment. It mutates functions and methods; constants, tables and properties stay as they are.
"""

import ast
import difflib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents

from tools.mutation.mutant import Mutant

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "controller" / "maintenance"
STAGE = ROOT / ".cache" / "mutation"
TESTS = ("tests/unit", "tests/properties")
_COPIED = ("docs", "sandbox", *TESTS)
_ORIGINAL = "__mutmut_orig"
_SETTINGS = """\
[tool.pytest.ini_options]
pythonpath = ["src", "."]
addopts = ["--import-mode=importlib", "--allow-hosts=127.0.0.1", "-p", "no:cacheprovider"]
filterwarnings = ["error"]
markers = ["no_cover: for pytest-cov, which is not asked here"]

[tool.mutmut]
source_paths = ["src"]
track_dependencies = false
"""


def lay_out() -> None:
    """Make the tree anew: the controller's package, not mutated yet, and what its tests need."""
    shutil.rmtree(STAGE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, STAGE / "src" / "maintenance", ignore=ignored)
    for folder in _COPIED:
        shutil.copytree(ROOT / folder, STAGE / folder, ignore=ignored)
    for file in (ROOT / "tests").glob("*.py"):
        shutil.copy(file, STAGE / "tests")
    (STAGE / "pyproject.toml").write_text(_SETTINGS, encoding="utf-8")


def mutate(modules: Iterable[str]) -> Iterator[Mutant]:
    """Write the mutants of these modules into the tree, which is where we are, and give them."""
    for module in modules:
        path = STAGE / "src" / "maintenance" / f"{module}.py"
        mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
        path.write_text(mutated.code, encoding="utf-8")
        yield from _told(module, mutated.code, mutated.mutant_names)


def _told(module: str, code: str, names: Iterable[str]) -> Iterator[Mutant]:
    functions = {
        node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)
    }
    for name in names:
        plain = name.partition("__mutmut_")[0]
        function = plain.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
        was, becomes = _changed(functions[plain + _ORIGINAL], functions[name])
        yield Mutant(f"maintenance.{module}.{name}", f"{module}.{function}", was, becomes)


def _changed(original: ast.FunctionDef, mutant: ast.FunctionDef) -> tuple[str, str]:
    """Return the lines that are gone and those that came, each set joined into one line."""
    before, after = _body(original), _body(mutant)
    compared = list(difflib.ndiff(before, after))
    gone, came = (
        " / ".join(line[2:].strip() for line in compared if line.startswith(sign)) for sign in "-+"
    )
    return gone, came


def _body(function: ast.FunctionDef) -> list[str]:
    function.name = "_"
    return ast.unparse(function).splitlines()
