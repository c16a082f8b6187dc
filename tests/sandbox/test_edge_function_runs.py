"""CloudFront Functions really run: what they answer, and every way in which they fail."""

import asyncio
from typing import Any

import pytest

from sandbox.edge.function_runtime import FunctionExecutionError, run_function

EVENT: dict[str, Any] = {"request": {"uri": "/a", "headers": {}}}


def run(code: str, event: dict[str, Any] = EVENT, *, seconds: float = 5.0) -> object:
    """Return what the function answers to `event`."""
    return asyncio.run(run_function(code, event, seconds=seconds))


@pytest.mark.parametrize(
    "code",
    [
        "function handler(event) { event.request.uri = '/b'; return event.request }",
        "async function handler(event) { event.request.uri = '/b'; return event.request }",
        "const handler = event => ({ ...event.request, uri: '/b' })",
        "async function handler(e) { return await (async r => ({ ...r, uri: '/b' }))(e.request) }",
    ],
)
def test_a_function_answers(code: str) -> None:
    """Plain or async, declared or assigned."""
    assert {"uri": "/b", "headers": {}} == run(code)


def test_text_survives_both_ways() -> None:
    """Quotes, line separators and other scripts arrive as they were sent."""
    text = "\"'\\ \u2028 </script> čšž 😀 \n"

    assert text == run("function handler(event) { return event.text }", {"text": text})


def test_nothing_is_left_over_from_the_last_run() -> None:
    """Each run begins anew, also where the function keeps something."""
    code = "var count = 0; function handler() { count += 1; globalThis.kept = 1; return count }"

    assert [1, 1] == [run(code), run(code)]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("function handler(event) { return event.missing.uri }", "TypeError"),
        ("async function handler() { throw new Error('no luck') }", "Error: no luck"),
        ("function handler(event) {", "SyntaxError"),
        ("import cf from 'cloudfront'; function handler() {}", "SyntaxError"),
        ("function other() {}", "handler is not defined"),
        ("function handler() {}", "returned nothing"),
        ("async function handler() { await new Promise(() => {}) }", "never settles"),
        ("function handler() { setTimeout(() => {}, 1) }", "setTimeout is not a function"),
        ("function handler() { return eval('1') }", "eval is not a function"),
        ("function handler() { return require('fs') }", "require is not defined"),
    ],
)
def test_a_failing_function_says_why(code: str, words: str) -> None:
    """The sentence has the engine's own words in it."""
    with pytest.raises(FunctionExecutionError, match=words):
        run(code)


@pytest.mark.parametrize(
    "code",
    [
        "function handler() { for (;;) {} }",
        "async function handler() { await null; for (;;) {} }",
        "for (;;) {}",
    ],
)
def test_a_function_that_runs_on_is_ended(code: str) -> None:
    """Whether it hangs at once, after an await or while it is loaded."""
    with pytest.raises(FunctionExecutionError, match=r"did not answer within 0\.3 s"):
        run(code, seconds=0.3)


def test_a_function_that_takes_too_much_memory_is_ended() -> None:
    """The sandbox's process lives on."""
    code = "function handler() { const all = []; for (;;) all.push(new Array(1000).fill(1)) }"

    with pytest.raises(FunctionExecutionError, match="more than 64 MB"):
        run(code, seconds=30)


def test_functions_run_side_by_side() -> None:
    """One that hangs does not hold up another."""
    quick = "function handler(event) { return event.n }"
    stuck = "function handler() { for (;;) {} }"

    async def both() -> list[object]:
        return await asyncio.gather(
            run_function(stuck, {}, seconds=2),
            *(run_function(quick, {"n": n}, seconds=1) for n in range(3)),
            return_exceptions=True,
        )

    assert [0, 1, 2] == asyncio.run(both())[1:]
