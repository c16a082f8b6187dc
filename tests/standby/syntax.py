"""
Judge the syntax of a CloudFront Function, where njs is not strict enough. Pure.

    refused                                      why
    ------------------------------------------   ---------------------------------------------------
    anything newer than ECMAScript 2017          esprima does not read it
    destructuring, spread, default parameters,   cloudfront-js-2.0 has a part of ES6 only (doc:
    classes, generators, for...of                CloudFront Developer Guide,
                                                 functions-javascript-runtime-20)
    `await` within the arguments of a call       the same page; njs takes some, and then crashes
    a function within an async function          njs loses its variables at the next `await`
"""

from collections.abc import Iterator
from typing import Any

import esprima

type _Path = tuple[Any, ...]

_UNSUPPORTED = {
    "ArrayPattern": "destructuring",
    "AssignmentPattern": "a default",
    "ClassDeclaration": "a class",
    "ClassExpression": "a class",
    "ForOfStatement": "for...of",
    "ObjectPattern": "destructuring",
    "SpreadElement": "spread",
    "YieldExpression": "a generator",
}
_CALLS = frozenset({"CallExpression", "NewExpression"})


def syntax_errors(code: str) -> list[str]:
    """Return an error for each thing of this module's table, with its line; [] for good code."""
    try:
        tree = esprima.parseModule(code, {"loc": True})
    except esprima.Error as error:
        return [str(error)]
    return [
        f"Line {node.loc.start.line}: {error}"
        for node, path in _walk(tree, ())
        for error in _errors(node, path)
    ]


def _errors(node: Any, path: _Path) -> Iterator[str]:  # noqa: ANN401 - esprima has no types
    if node.type in _UNSUPPORTED:
        yield _UNSUPPORTED[node.type]
    if node.type == "AwaitExpression" and any(each.type in _CALLS for each in _inner(path)):
        yield "await within a call"
    functions = [each for each in path if "Function" in each.type]
    if "Function" in node.type and any(each.isAsync for each in functions):
        yield "a function within an async function"


def _inner(path: _Path) -> Iterator[Any]:
    """Yield what is around a node, up to its function."""
    for each in reversed(path):
        if "Function" in each.type:
            return
        yield each


def _walk(node: object, path: _Path) -> Iterator[tuple[Any, _Path]]:
    if isinstance(node, list):
        for each in node:
            yield from _walk(each, path)
    elif isinstance(node, esprima.nodes.Node):
        yield node, path
        for name, value in vars(node).items():
            if name != "loc":
                yield from _walk(value, (*path, node))
