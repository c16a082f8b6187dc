"""
Read the code of a CloudFront Function, and judge its syntax. Pure.

    refused                                      why
    ------------------------------------------   ---------------------------------------------------
    anything newer than ECMAScript 2017          esprima does not read it
    destructuring, spread, default parameters,   cloudfront-js-2.0 has a part of ES6 only (doc:
    classes, generators, for...of, import()      CloudFront Developer Guide,
                                                 functions-javascript-runtime-20)
    `await` within the arguments of a call       the same page; njs takes some, and then crashes

CloudFront judges nothing of it when a function is created or published.
"""

import re
from collections.abc import Iterator
from typing import Any

from esprima.error_handler import Error
from esprima.nodes import Node
from esprima.parser import Parser
from msgspec import Struct

type Path = tuple[Any, ...]

_UNSUPPORTED = {
    "ArrayPattern": "destructuring",
    "AssignmentPattern": "a default",
    "ClassDeclaration": "a class",
    "ClassExpression": "a class",
    "ForOfStatement": "for...of",
    "Import": "import()",
    "ObjectPattern": "destructuring",
    "SpreadElement": "spread",
    "YieldExpression": "a generator",
}
_RUNTIME = "cloudfront-js-2.0"
_NO_CHILDREN = {"loc", "range", "comments"}
_CALLS = frozenset({"CallExpression", "NewExpression"})
# The runtime has them, and ECMAScript 2017 does not.
_SEPARATED_NUMBER = re.compile(r"(?<![\w$])\d[\da-fA-FxX]*(?:_[\da-fA-F]+)+")


class SyntaxFinding(Struct, frozen=True, order=True):
    """Something that the runtime does not take, and its line."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Name the line first."""
        return f"line {self.line}: {self.reason}"


class UnreadableCode(Exception):
    """The code is not JavaScript that esprima reads."""

    def __init__(self, finding: SyntaxFinding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def parse(code: str) -> Any:  # noqa: ANN401 - esprima has no types
    """Return the tree of a module, with its `comments`; raise UnreadableCode."""
    comments = []

    def collect(node: Any, _position: object) -> Any:  # noqa: ANN401 - the same
        if "Comment" in node.type:
            comments.append(node)
        return node

    # In place of separators: positions stay.
    plain = _SEPARATED_NUMBER.sub(lambda found: found[0].replace("_", "0"), code)
    options = {"loc": True, "range": True, "comment": True}
    try:
        parser = Parser(plain, options=options, delegate=collect)
        # It compiles expressions with Python's `re`, which knows other ones than JavaScript.
        parser.scanner.testRegExp = lambda _pattern, _flags: None
        tree = parser.parseModule()
        tree.comments = comments
    except RecursionError as error:
        raise UnreadableCode(SyntaxFinding(1, "it is nested too deeply")) from error
    except Error as error:
        reason = str(error).partition(": ")[2]
        raise UnreadableCode(
            SyntaxFinding(error.lineNumber, f"not JavaScript of 2017 ({reason})")
        ) from error
    return tree


def syntax_findings(tree: Any) -> list[SyntaxFinding]:  # noqa: ANN401 - the same
    """Return each thing of this module's table; [] for good code."""
    return [
        SyntaxFinding(node.loc.start.line, reason)
        for node, path in walk(tree)
        for reason in _reasons(node, path)
    ]


def walk(tree: object) -> Iterator[tuple[Any, Path]]:
    """Yield each node of a tree with the nodes around it, the outermost first."""
    # Without recursion: a long sum is a deep tree.
    left: list[tuple[object, Path]] = [(tree, ())]
    while left:
        node, path = left.pop()
        if isinstance(node, list):
            left += [(each, path) for each in reversed(node)]
        elif isinstance(node, Node):
            yield node, path
            members = [value for name, value in vars(node).items() if name not in _NO_CHILDREN]
            left += [(each, (*path, node)) for each in reversed(members)]


def _reasons(node: Any, path: Path) -> Iterator[str]:  # noqa: ANN401 - the same
    if node.type in _UNSUPPORTED:
        yield f"{_UNSUPPORTED[node.type]}, which {_RUNTIME} does not have"
    if node.type == "AwaitExpression" and any(each.type in _CALLS for each in _inner(path)):
        yield f"await within a call, which {_RUNTIME} does not have: assign it to a variable before"


def _inner(path: Path) -> Iterator[Any]:
    """Yield what is around a node, up to its function."""
    for each in reversed(path):
        if "Function" in each.type:
            return
        yield each
