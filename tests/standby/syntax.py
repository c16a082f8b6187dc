"""
Judge the syntax of our own function: what `compose` refuses of others, and one thing more. Pure.

njs loses the variables that a function shares with an async function around it at the next `await`.
"""

from collections.abc import Iterator
from typing import Any

from maintenance.cli.standby.syntax import (
    SyntaxFinding,
    UnreadableCode,
    parse,
    syntax_findings,
    walk,
)


def syntax_errors(code: str) -> list[str]:
    """Return an error for each thing that our function must not have; [] for good code."""
    try:
        tree = parse(code)
    except UnreadableCode as error:
        return [str(error.finding)]
    return [str(each) for each in [*syntax_findings(tree), *_closures(tree)]]


def _closures(tree: Any) -> Iterator[SyntaxFinding]:  # noqa: ANN401 - esprima has no types
    for node, path in walk(tree):
        functions = [each for each in path if "Function" in each.type]
        if "Function" in node.type and any(each.isAsync for each in functions):
            yield SyntaxFinding(node.loc.start.line, "a function within an async function")
