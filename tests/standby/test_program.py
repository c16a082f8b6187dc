"""The function that is published is the one in the repository, and CloudFront takes it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from maintenance.standby.program import CODE_LIMIT_BYTES, bake
from maintenance.standby.state import MAX_PERIODS, Period, State, fit_state

from tests.contract.template import ROOT
from tests.edge.builders import NOW
from tests.needs import need
from tests.standby.runtimes import PROGRAM
from tests.standby.syntax import syntax_errors

SOURCE = ROOT / "standby_function" / "source.js"
TERSER = ROOT / "standby_function" / "node_modules" / ".bin" / "terser"
LANGUAGES = ("en", "de", "fr", "es", "it", "sl", "ar", "ja")


def _largest_state() -> State:
    """Return a state that fills its value, with messages that take most room in code."""
    periods = tuple(
        Period(int(NOW) + number * 10, int(NOW) + number * 10 + 5, "0a1b2c3d", "\u65e5\u672c" * 40)
        for number in range(MAX_PERIODS)
    )
    return fit_state(State(1_795_651_000_000, LANGUAGES, "0a1b2c3d", periods), NOW).state


def test_the_committed_function_is_what_the_source_gives(tmp_path: Path) -> None:
    """Built again, with the pinned terser: tools/standby_function."""
    need(
        {"npm": bool(shutil.which("npm")), "terser": TERSER.exists()},
        "sudo apt-get install npm && tools/standby_function",
    )
    built = tmp_path / "function.js"

    subprocess.run([ROOT / "tools" / "standby_function", built], check=True)  # noqa: S603 - ours

    assert built.read_bytes() == PROGRAM.read_bytes()


def test_it_fits_with_a_kilobyte_of_state() -> None:
    """And leaves two kilobytes for a function of the site's own."""
    room = CODE_LIMIT_BYTES - PROGRAM.stat().st_size - 1_000

    assert room > 2_000


def test_it_fits_with_the_largest_state_and_paths() -> None:
    """What the controller writes into the store always fits into the code, too, with messages."""
    paths = [f"/path/{number:04}/*" for number in range(60)]

    code = bake(PROGRAM.read_text(encoding="utf-8"), _largest_state(), paths)

    assert len(code) <= CODE_LIMIT_BYTES
    assert b"\\u65e5" in code


@pytest.mark.parametrize("file", [SOURCE, PROGRAM], ids=["source", "build"])
def test_its_syntax_is_what_the_runtime_has(file: Path) -> None:
    """Creating and publishing a function compile nothing, so CloudFront would not say."""
    assert [] == syntax_errors(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("a?.b", "line 1: not JavaScript of 2017 (Unexpected token .)"),
        ("a ?? b", "line 1: not JavaScript of 2017 (Unexpected token ?)"),
        ("try {} catch {}", "line 1: not JavaScript of 2017 (Unexpected token {)"),
        ("const {a} = b", "line 1: destructuring"),
        ("const f = (a = 1) => a", "line 1: a default"),
        ("f(...a)", "line 1: spread"),
        ("class A {}", "line 1: a class"),
        ("for (const a of b) {}", "line 1: for...of"),
        ("function* f() { yield 1 }", "line 1: a generator"),
        ("async function f() {\n try { g(1, await h()) } catch (e) {} }", "line 2: await within a"),
        ("async function f() { return new G([await h()]) }", "line 1: await within a call"),
        ("async function f() { const v = 1;\n return () => v }", "line 2: a function within an"),
        ("async function f() { async function g() {} }", "line 1: a function within an async"),
    ],
)
def test_what_the_runtime_refuses_is_an_error(code: str, error: str) -> None:
    """Or what it takes, and then does wrong."""
    (found,) = syntax_errors(code)

    assert found.startswith(error)


@pytest.mark.parametrize(
    "code",
    [
        "async function f() { const a = await g(); return a ? await h(a) : { b: await i() } }",
        "function f(a) { return a.map((each) => each + 1) }",
        "async function f() { await g(1) }",
        "const million = 1_000_000, mask = 0xff_ff, a_1_b = 1",
        "/(?<year>\\d{4})/.exec(a)",
    ],
)
def test_ordinary_code_is_not_an_error(code: str) -> None:
    """As the function has it."""
    assert [] == syntax_errors(code)
