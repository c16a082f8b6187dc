"""
Join the modules that each cold start of the edge function loads: they take less time as one.

`python -m tools.join_modules PACKAGE`: Python takes as long to find, read and start a module as
to run it, and there are seventeen (ADR 0021). In a built package they are parts of
maintenance_edge/__init__.py, in the order in which they are imported:

    in the source                                 in the package
    ------------------------------------------    --------------------------------------------------
    viewer_request.py                             the same
    what it imports, and what that imports        a part, without these imports
    what a function imports when it is needed,    the same
    and programs such as check.py

`sys.modules` has each part by the name of its module, so all imports of it are as in the source.
The parts share one namespace, so two modules must not have one name for different things.
"""

import ast
import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_PACKAGE = "maintenance_edge"
_HANDLER = "viewer_request.py"
_FUTURE = "from __future__ import annotations\n"
_ALIASES = """\
# The parts by the names of their modules.
import sys

sys.modules.update(dict.fromkeys({names}, sys.modules[__name__]))
"""


def join_modules(package: Path) -> None:
    """
    Join the modules of `package`, if it is the edge function's and they are not joined yet.

    Raise ValueError if two of them have one name for different things.
    """
    handler = package / _HANDLER
    texts = dict(_imported_texts(handler, package)) if handler.exists() else {}
    if not texts:
        return
    _refuse_shared_names(texts, package)
    joined = package / _PACKAGE / "__init__.py"
    parts = [f"# {name}\n{_without_our_imports(text)}" for name, text in texts.items()]
    aliases = _ALIASES.format(names=[*texts])
    joined.write_text("\n".join((joined.read_text("utf-8"), _FUTURE, *parts, aliases)), "utf-8")
    for name in texts:
        _file(name, package).unlink()


def _imported_texts(file: Path, package: Path) -> Iterator[tuple[str, str]]:
    """Give each of our modules that a file imports, with its text, after what it imports itself."""
    for name in filter(None, map(_our_module, ast.parse(file.read_text("utf-8")).body)):
        imported = _file(name, package)
        if imported.exists():
            yield from _imported_texts(imported, package)
            yield name, imported.read_text("utf-8")


def _our_module(statement: ast.stmt) -> str:
    """Return the module that a statement imports from, "" if it is not ours."""
    name = statement.module if isinstance(statement, ast.ImportFrom) else None
    return name if name and name.startswith(f"{_PACKAGE}.") else ""


def _file(name: str, package: Path) -> Path:
    return package.joinpath(*name.split(".")).with_suffix(".py")


def _without_our_imports(text: str) -> str:
    lines = text.splitlines(keepends=True)
    for each in reversed(ast.parse(text).body):
        # By another name it would be missing, so such an import stays, and fails.
        is_plain = isinstance(each, ast.ImportFrom) and not any(name.asname for name in each.names)
        if is_plain and (_our_module(each) or ast.unparse(each) == _FUTURE.strip()):
            del lines[each.lineno - 1 : each.end_lineno]
    return "".join(lines)


def _refuse_shared_names(modules: Iterable[str], package: Path) -> None:
    sys.path.insert(0, str(package))
    sys.dont_write_bytecode = True
    seen: dict[str, tuple[object, str]] = {}
    for module in modules:
        for name, value in vars(importlib.import_module(module)).items():
            other, where = seen.setdefault(name, (value, module))
            if other is not value and not name.startswith("__"):
                raise ValueError(
                    f"{name} is not the same in {where} and {module}: rename one of the two, "
                    "because tools/join_modules.py makes one module of both."
                )


if __name__ == "__main__":
    try:
        join_modules(Path(sys.argv[1]))
    except ValueError as error:
        sys.exit(str(error))
