"""
Make one program of the standby function's and of the owner's own. Pure.

    import _cloudfront from'cloudfront';              the imports of both, once
    const _ours=function(t,e){                        ours, with its own names of the modules
    ...
    return handler}(_cloudfront,_crypto);
    const _theirs=function(crypto){                   theirs, in a scope of its own
    ...
    return handler}(_crypto);
    async function handler(e){...}                    ours first, and theirs if ours lets through

An event type has one function with one key-value store, so theirs may not have a store. Its
comments and indentation are left out, because all code together may have 10 KB.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from maintenance.cli.standby.syntax import (
    SyntaxFinding,
    UnreadableCode,
    parse,
    syntax_findings,
    walk,
)
from maintenance.errors import ConfigurationError
from maintenance.standby.program import CODE_LIMIT_BYTES, PLACEHOLDER, STATE_ROOM_BYTES, bytes_left

# Those of cloudfront-js-2.0 (doc: CloudFront Developer Guide, functions-javascript-runtime-20).
_MODULES = ("cloudfront", "crypto", "querystring")
_HANDLER = "handler"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LINE_END = re.compile(r"[^\S\n]*\n\s*")
_WILDCARDS = {"*": r"[\s\S]*", "?": r"[\s\S]"}


class _Scope(Struct, frozen=True):
    """A program without its imports, and the modules by the names that it gives them."""

    code: str
    modules: Mapping[str, str]

    def as_function(self) -> str:
        """Return an expression for its handler."""
        arguments = (f"_{module}" for module in self.modules.values())
        return (
            f"function({','.join(self.modules)}){{{self.code}\nreturn {_HANDLER}}}"
            f"({','.join(arguments)})"
        )


def compose(program: str, theirs: str, *, except_paths: Collection[str] = ()) -> str:
    """
    Return the program that asks `program` first, and `theirs` about what it lets through.

    `theirs` is not asked about addresses that match a path pattern of `except_paths`. Raises
    ConfigurationError with each line that stands against it.
    """
    text = _in_ascii(theirs.removeprefix("\ufeff"))
    try:
        tree = parse(text)
    except UnreadableCode as error:
        raise _refused([error.finding]) from error
    findings = sorted({*syntax_findings(tree), *_findings(text, tree)})
    if findings:
        raise _refused(findings)
    scopes = {"_ours": _scope(program, parse(program)), "_theirs": _scope(text, tree)}
    composed = "".join(_lines(scopes, except_paths))
    if bytes_left(composed) < 0:
        size = len(scopes["_theirs"].code)
        raise ConfigurationError(
            f"your function has {size} bytes without comments and indentation, and there is room "
            f"for {size + bytes_left(composed)}: CloudFront accepts {CODE_LIMIT_BYTES}, of which "
            f"{STATE_ROOM_BYTES} are for the state. Minify it (without terser's collapse_vars), or "
            "move a part of it to another event type"
        )
    return composed


def is_composed_with(program: str, theirs: str) -> bool:
    """Return whether `program` runs this very code, beside comments and indentation."""
    text = _in_ascii(theirs.removeprefix("\ufeff"))
    try:
        tree = parse(text)
    except UnreadableCode:
        return False
    if any(_findings(text, tree)):
        return False
    return f"const _theirs={_scope(text, tree).as_function()};" in program


def _refused(findings: Iterable[SyntaxFinding]) -> ConfigurationError:
    return ConfigurationError(f"cannot be composed: {'; '.join(map(str, findings))}")


def _lines(scopes: Mapping[str, _Scope], except_paths: Collection[str]) -> Iterator[str]:
    used = {module for scope in scopes.values() for module in scope.modules.values()}
    for module in sorted(used):
        yield f'import _{module} from"{module}";'
    for name, scope in scopes.items():
        yield f"\nconst {name}={scope.as_function()};"
    skips = f"||/^(?:{_expression(except_paths)})$/.test(uri)" if except_paths else ""
    address = "uri=e.request.uri," if except_paths else ""
    yield (
        f"\nasync function {_HANDLER}(e){{const {address}r=await _ours(e);"
        f"return r.statusCode{skips}?r:_theirs(e)}}\n"
    )


def _expression(patterns: Iterable[str]) -> str:
    """Return a regular expression of CloudFront's path patterns; `/a` and `a` are the same."""
    return "|".join(
        "".join(
            _WILDCARDS.get(each) or re.sub(r"[^\w-]", r"\\\g<0>", each)
            for each in (pattern if pattern.startswith(("/", "*")) else f"/{pattern}")
        )
        for pattern in patterns
    )


def _in_ascii(text: str) -> str:
    """Return the code with escapes, because no page of AWS says in which encoding it reads it."""
    return _NOT_ASCII.sub(
        lambda found: "".join(f"\\u{int.from_bytes(unit):04x}" for unit in _utf16_units(found[0])),
        text,
    )


def _utf16_units(character: str) -> Iterator[bytes]:
    data = character.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(data), 2):
        yield data[at : at + 2]


# What keeps a function from being composed, beside its syntax.


def _findings(text: str, tree: Any) -> Iterator[SyntaxFinding]:  # noqa: ANN401 - esprima has no types
    if _HANDLER not in _top_level_names(tree):
        yield SyntaxFinding(1, f"it has no function {_HANDLER} at its top level")
    if PLACEHOLDER in text:
        line = text[: text.index(PLACEHOLDER)].count("\n") + 1
        yield SyntaxFinding(line, f"{PLACEHOLDER} is reserved for the standby function: rename it")
    for node, _ in walk(tree):
        reason = _reason(node)
        if reason:
            yield SyntaxFinding(node.loc.start.line, reason)


def _top_level_names(tree: Any) -> Iterator[str]:  # noqa: ANN401 - the same
    for node in tree.body:
        declared = node.declaration or node
        for each in declared.declarations or [declared]:
            if each.id:
                yield each.id.name


def _reason(node: Any) -> str | None:  # noqa: ANN401 - the same
    """Return what is wrong with a node, None if nothing is."""
    if node.type.startswith("Export"):
        return f"export: write `{_HANDLER}` without it, as CloudFront calls it by its name"
    if node.type == "ImportDeclaration":
        return _import_reason(node)
    if node.type == "MemberExpression" and "kvs" in {node.property.name, node.property.value}:
        return (
            "a key-value store of its own: a function has one store, and the standby function "
            "needs it"
        )
    return None


def _import_reason(node: Any) -> str | None:  # noqa: ANN401 - the same
    module = node.source.value
    if module not in _MODULES:
        return f"the runtime has no module {module!r}, but {', '.join(_MODULES)}"
    if [each.type for each in node.specifiers] != ["ImportDefaultSpecifier"]:
        return f"import it by one name: import {module} from {module!r}"
    return None


# The code of a scope: without imports, comments and indentation.


def _scope(code: str, tree: Any) -> _Scope:  # noqa: ANN401 - the same
    imports = [each for each in tree.body if each.type == "ImportDeclaration"]
    cuts = {tuple(each.range): "" for each in imports}
    for each in tree.comments:
        text = code[slice(*each.range)]
        # A comment of several lines ends a statement as a line end does.
        cuts[tuple(each.range)] = "" if text.startswith("//") else ("\n" if "\n" in text else " ")
    kept = {
        tuple(node.range): code[slice(*node.range)]
        for node, _ in walk(tree)
        if node.type in {"Literal", "TemplateLiteral"} and "\n" in code[slice(*node.range)]
    }
    return _Scope(
        "".join(_pieces(code, cuts, kept)).strip(),
        {each.specifiers[0].local.name: each.source.value for each in imports},
    )


def _pieces(
    code: str, cuts: Mapping[tuple[int, ...], str], kept: Mapping[tuple[int, ...], str]
) -> Iterator[str]:
    """Yield the code with `cuts` replaced, without indentation except in what is `kept`."""
    at, plain = 0, ""
    for (start, end), text in sorted({**cuts, **kept}.items()):
        if start < at:
            continue  # within a literal that is kept
        plain += code[at:start]
        at = end
        if (start, end) in kept:
            yield _LINE_END.sub("\n", plain)
            yield text
            plain = ""
        else:
            plain += text
    yield _LINE_END.sub("\n", plain + code[at:])
