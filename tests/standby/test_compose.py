"""
One function of the site's own and ours: `site-maintenance standby compose`.

Closed, it answers each request of the table as ours alone does; what ours lets through is answered
by theirs, as theirs alone does. Open, theirs answers. On njs and on V8.
"""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from maintenance.cli.standby.program import compose, is_composed_with
from maintenance.cli.standby.syntax import parse, walk
from maintenance.errors import ConfigurationError
from maintenance.standby.program import bake, bytes_left, check_program
from maintenance.standby.publishing import read_code
from maintenance.standby.state import State, encode_state
from msgspec.structs import replace

from tests.contract.template import ROOT
from tests.edge.builders import NOW
from tests.hypothesis_profiles import FACTOR
from tests.standby.comparison import (
    Visit,
    function_answer,
    function_event,
    lambda_answer,
    lambda_request,
)
from tests.standby.runtimes import ENGINES, PROGRAM, Run
from tests.standby.sites import GENERATION, Site
from tests.standby.syntax import syntax_errors
from tests.standby.visits import table

TABLE = (*table(),)
OURS = PROGRAM.read_text(encoding="utf-8")
FUNCTIONS = ROOT / "tests" / "standby" / "functions"
NAMES = ("spa", "redirect", "auth", "experiment", "router")
SIMPLE = "function handler(event) { event.request.uri = '/theirs'; return event.request }"
PASSWORD = (("authorization", "Basic dXNlcjpwYXNzd29yZA=="),)


def _theirs(name: str) -> str:
    return (FUNCTIONS / f"{name}.js").read_text(encoding="utf-8")


def _composed(site: Site, theirs: str, *except_paths: str) -> Site:
    """Return the site with its function composed, and the same state in it."""
    code = read_code(site.code)
    assert code is not None
    program = compose(OURS, theirs, except_paths=except_paths)
    return replace(site, code=bake(program, code.state, code.paths))


def _opened(site: Site) -> Site:
    """Return the site without a maintenance."""
    state = State(GENERATION + 1, site.rendering.languages, site.rendered.rendering, ())
    return replace(site, store={**site.store, "state": encode_state(state)})


def _results(
    engine: str, code: bytes, visits: list[Visit], store: Mapping[str, str]
) -> list[dict[str, Any]]:
    runs = [Run(function_event(each), NOW, each.query, store) for each in visits]
    return [each.result for each in ENGINES[engine](code, runs)]


@pytest.mark.parametrize("name", NAMES)
def test_a_composed_program_has_the_code_of_its_function_only(name: str) -> None:
    """Comments and indentation do not count; a changed function, or one that is no code, does."""
    program = compose(OURS, _theirs(name), except_paths=["/api/*"])

    others = (
        *(_theirs(each) for each in NAMES if each != name),
        _theirs(name) + "0;",
        "import 'crypto';" + _theirs(name),
        "(",
    )
    assert is_composed_with(program, f"// A comment.\n{_theirs(name)}\n")
    assert not any(is_composed_with(program, each) for each in others)


@pytest.mark.parametrize("site", ["small", "large", "own", "program"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ENGINES)
def test_while_closed_each_request_of_the_table_gets_the_same_answer(
    engine: str, name: str, site: str, all_sites: dict[str, Site]
) -> None:
    """And what passes is then theirs, at the address that ours gives it."""
    closed = _composed(all_sites[site], _theirs(name))
    edge = [lambda_answer(closed.responder.respond(lambda_request(each), NOW)) for each in TABLE]
    passing = [
        (at, replace(visit, uri=answer))
        for at, (visit, answer) in enumerate(zip(TABLE, edge, strict=True))
        if isinstance(answer, str)
    ]
    alone = _results(engine, _theirs(name).encode(), [each for _, each in passing], {})
    expected = {at: each for (at, _), each in zip(passing, alone, strict=True)}

    results = _results(engine, closed.code, [*TABLE], closed.store)

    answers = [
        result if at in expected else function_answer(result) for at, result in enumerate(results)
    ]
    wanted = [expected.get(at, answer) for at, answer in enumerate(edge)]
    assert [] == [each for each in zip(TABLE, wanted, answers, strict=True) if each[1] != each[2]]
    assert len(passing) > 0


ANSWERS: dict[str, list[tuple[Visit, object]]] = {
    "spa": [
        (Visit("/about"), "/about/index.html"),
        (Visit("/about/"), "/about/index.html"),
        (Visit("/logo.svg"), "/logo.svg"),
    ],
    "redirect": [
        (Visit("/old/shoes"), (301, {"location": "https://shop.example/shoes"}, "")),
        (Visit("/new"), {"x-seen": "no"}),
        (Visit("/new", headers=(("cookie", "seen=1"),)), {"x-seen": "yes"}),
    ],
    "auth": [
        (Visit("/"), (401, {"www-authenticate": 'Basic realm="Staging"'}, "")),
        (Visit("/", headers=(("authorization", "Basic x"),)), 401),
        (Visit("/in", headers=PASSWORD), "/in"),
    ],
    "experiment": [
        (Visit(headers=(("cookie", "group=a"),)), {"x-group": "a", "x-edge": "object"}),
        (Visit(ip="203.0.113.7"), {"x-group": "b"}),
    ],
    "router": [
        (Visit("/docs/start"), "/start"),
        (Visit("/docs/start"), {"x-forwarded-host": "docs.example"}),
        (Visit("/"), "/"),
    ],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ENGINES)
def test_while_open_theirs_answers(engine: str, name: str, all_sites: dict[str, Site]) -> None:
    """As it did before it was composed."""
    site = _opened(_composed(all_sites["small"], _theirs(name)))
    visits = [visit for visit, _ in ANSWERS[name]]

    results = _results(engine, site.code, visits, site.store)

    assert [expected for _, expected in ANSWERS[name]] == [
        _shown(result, expected)
        for result, (_, expected) in zip(results, ANSWERS[name], strict=True)
    ]
    assert results == _results(engine, _theirs(name).encode(), visits, {})


def _shown(result: Mapping[str, Any], expected: object) -> object:
    """Return of a result what is expected: status, headers of the request, answer or address."""
    if isinstance(expected, dict):
        return {name: result["headers"].get(name, {}).get("value") for name in expected}
    return result["statusCode"] if isinstance(expected, int) else function_answer(result)


@pytest.mark.parametrize("engine", ENGINES)
def test_theirs_is_not_asked_where_it_was_not_attached(
    engine: str, all_sites: dict[str, Site]
) -> None:
    """The one function of the stack is attached to every cache behavior, and theirs is in it."""
    paths = ("/api/*", "v?/x", "*.jpg", "/a.b", "/(a|b)")
    site = _opened(_composed(all_sites["small"], SIMPLE, *paths))
    own = ["/api/", "/api/x/y", "/v1/x", "/deep/a.jpg", "/a.b", "/(a|b)"]
    others = [
        "/",
        "/api",
        "/API/x",
        "/v/x",
        "/v1/xy",
        "/a.jpgx",
        "/axb",
        "/a",
        "/x/api/",
        "/x/v1/x",
    ]

    results = _results(engine, site.code, [Visit(each) for each in own + others], site.store)

    assert own + ["/theirs"] * len(others) == [each["uri"] for each in results]


@pytest.mark.parametrize("engine", ENGINES)
def test_paths_do_not_keep_ours_from_closing(engine: str, all_sites: dict[str, Site]) -> None:
    """They are about theirs only."""
    site = _composed(all_sites["small"], SIMPLE, "/*")

    (result,) = _results(engine, site.code, [Visit("/x")], site.store)

    assert 503 == result["statusCode"]


@pytest.mark.parametrize("name", NAMES)
def test_the_program_can_be_published(name: str) -> None:
    """One place for the state, room for it, and JavaScript that the runtime has."""
    program = compose(OURS, _theirs(name), except_paths=["/api/*"])

    check_program(program)
    assert bytes_left(program) > 500
    allowed = {"router": ["a function within an async function"] * 3}
    reasons = [each.partition(": ")[2] for each in syntax_errors(program)]
    assert allowed.get(name, []) == reasons


def test_comments_and_indentation_are_left_out() -> None:
    """All code has 10 KB, and what is in quotation marks stays."""
    theirs = (
        "\ufeff/* of two\n lines */ function handler(event) { // the entry\n"
        "    const a = 'no // comment', b = /[/*]/ /* 2 */;\n"
        "    return `x\n      // y ${a /* in */}`\n\n}  // end"
    )

    composed = compose(OURS, theirs)

    assert (
        "=function(){function handler(event) {\n"
        "const a = 'no // comment', b = /[/*]/  ;\n"
        "return `x\n      // y ${a /* in */}`\n}\nreturn handler}();"
    ) in composed


_PIECES = (
    "`", "${", "}", "{", "(", ")", "/*", "*/", "//", "\n", "'", '"', "\\", "\\u",
    "await ", "async ", "=>", "...", "?.", "import ", "export ", "1_0", "/[/", "/", "<!--", "\r\n",
)  # fmt: skip


def _edited(draw: random.Random) -> str:
    """Return a function after some slips of a keyboard."""
    text = _theirs(draw.choice(NAMES))
    for _ in range(draw.randint(1, 3)):
        at, other = draw.randrange(len(text)), draw.randrange(len(text))
        text = draw.choice(
            (
                text[:at] + draw.choice(_PIECES) + text[at:],
                text[:at] + text[at + draw.randint(1, 10) :],
                text[:at] + text[other : other + 20] + text[at:],
            )
        )
    return text


def _meaning(code: str) -> list[object]:
    """Return the tree of a program without imports and positions."""
    tree = parse(code)
    tree.body = [each for each in tree.body if each.type != "ImportDeclaration"]
    return [
        (node.type, node.name, node.operator, str(node.raw or node.cooked), len(path))
        for node, path in walk(tree)
    ]


def test_whatever_is_typed_is_refused_or_means_the_same() -> None:
    """Also without its comments and indentation."""
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    number = 0
    for text in (_edited(draw) for _ in range(200 * FACTOR)):
        try:
            composed = compose(OURS, text)
        except ConfigurationError:
            continue
        start = composed.index("{", composed.index("const _theirs=function(")) + 1
        number += 1
        assert _meaning(composed[start : composed.rindex("\nreturn handler}(")]) == _meaning(text)
    assert number > 10 * FACTOR


@pytest.mark.parametrize(
    "theirs",
    [f"function handler() {{ return {'(' * 3_000}1{')' * 3_000} }}", "{" * 2_000 + "}" * 2_000],
)
def test_what_is_nested_too_deeply_is_refused(theirs: str) -> None:
    """It fits into 10 KB, and into no stack."""
    with pytest.raises(ConfigurationError, match="line 1: it is nested too deeply"):
        compose(OURS, theirs)


def test_a_long_sum_is_not_nested_too_deeply() -> None:
    """Its tree is as deep as it is long."""
    assert "a+a+a" in compose(OURS, f"function handler(a) {{ return {'+'.join('a' * 800)} }}")


def test_what_is_not_ascii_is_escaped() -> None:
    """No page of AWS says in which encoding it reads code."""
    composed = compose(OURS, "function handler(event) { return '\u00e9\U0001f680' }")

    assert "return '\\u00e9\\ud83d\\ude80'" in composed
    assert composed.isascii()


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        ("\nexport function handler(e) {}", "line 2: export: write `handler` without it"),
        ("export default handler;\nvar handler;", "line 1: export: write `handler` without it"),
        ("import { a } from 'crypto';", "line 1: import it by one name: import crypto from"),
        ("\nimport * as c from 'crypto';", "line 2: import it by one name: import crypto from"),
        ("import 'crypto';", "line 1: import it by one name: import crypto from 'crypto'"),
        ("import fs from 'fs';", "line 1: the runtime has no module 'fs', but cloudfront, crypto"),
        ("import('crypto');", "line 1: import()"),
        ("function main() {}", "line 1: it has no function handler at its top level"),
        ("(function () { function handler() {} })()", "line 1: it has no function handler"),
        (
            "let a;\n\nconst store = cf.kvs('x');",
            "line 3: a key-value store of its own: a function",
        ),
        ("let a;\ncf['kvs']()", "line 2: a key-value store of its own: a function has one store"),
        ("\nvar a = '__BAKED__'", "line 2: __BAKED__ is reserved for the standby function"),
        ("\nfunction handler(e) { return e?.x }", "line 2: not JavaScript of 2017 (Unexpected"),
        ("async function handler(e) { f(\nawait g()) }", "line 2: await within a call"),
        ("\n\nconst { a } = b", "line 3: destructuring, which cloudfront-js-2.0 does not have"),
        ("class A {}", "line 1: a class"),
        ("", "line 1: it has no function handler at its top level"),
    ],
)
def test_what_cannot_be_composed_is_refused_with_its_line(theirs: str, reason: str) -> None:
    """CloudFront would take most of it, and then answer 503 to every visitor."""
    with pytest.raises(ConfigurationError, match=r"^cannot be composed: line ") as refused:
        compose(OURS, theirs)

    assert reason in str(refused.value)


def test_all_lines_are_named_at_once() -> None:
    """In their order."""
    with pytest.raises(ConfigurationError) as refused:
        compose(OURS, "import fs from 'fs';\nclass A {}\nconst kv = cf.kvs();\nvar handler;")

    assert ["line 1", "line 2", "line 3"] == [
        each.partition(":")[0] for each in str(refused.value).partition(": ")[2].split("; ")
    ]


def test_what_is_too_large_is_refused_with_the_room() -> None:
    """In bytes of theirs, without comments and indentation."""
    spare = bytes_left(compose(OURS, SIMPLE))
    padding = "a" * (spare - len("\n''"))

    assert 0 == bytes_left(compose(OURS, f"{SIMPLE}\n'{padding}'"))
    with pytest.raises(
        ConfigurationError,
        match=rf"has {len(SIMPLE) + spare + 1} bytes .*room for {len(SIMPLE) + spare}:",
    ):
        compose(OURS, f"{SIMPLE}\n'{padding}a' // a comment does not count")
