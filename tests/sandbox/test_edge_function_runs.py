"""Run CloudFront Functions: their results, and the ways in which they fail."""

import asyncio
import hashlib
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from sandbox.edge.function_runtime import (
    FunctionExecutionError,
    FunctionLoadError,
    run_function,
    trace_function,
)
from sandbox.edge.interface import LiveFunction
from tests.timing import PATIENCE

EVENT: dict[str, Any] = {"request": {"uri": "/a", "headers": {}}}


def run(code: str, event: dict[str, Any] = EVENT, *, seconds: float = 5.0) -> object:
    """Return the function's result for `event`."""
    return asyncio.run(run_function(LiveFunction(code), event, seconds=seconds))


@pytest.mark.parametrize(
    "code",
    [
        "function handler(event) { event.request.uri = '/b'; return event.request }",
        "async function handler(event) { event.request.uri = '/b'; return event.request }",
        "const handler = event => ({ ...event.request, uri: '/b' })",
        "async function handler(e) { return await (async r => ({ ...r, uri: '/b' }))(e.request) }",
    ],
)
def test_a_function_returns_a_result(code: str) -> None:
    """Plain or async, declared or assigned."""
    assert {"uri": "/b", "headers": {}} == run(code)


def test_text_passes_unchanged() -> None:
    """Quotes, line separators and other scripts, in both directions."""
    text = "\"'\\ \u2028 </script> čšž 😀 \n"

    assert text == run("function handler(event) { return event.text }", {"text": text})


def test_a_run_keeps_nothing_from_the_last() -> None:
    """Each run starts fresh, even if the function stores something."""
    code = "var count = 0; function handler() { count += 1; globalThis.kept = 1; return count }"

    assert [1, 1] == [run(code), run(code)]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("function handler(event) { return event.missing.uri }", "TypeError"),
        ("async function handler() { throw new Error('no luck') }", "Error: no luck"),
        ("function handler(event) {", "SyntaxError"),
        ("import query from 'querystring'; function handler() {}", "SyntaxError"),
        (
            "import cf from 'cloudfront'; async function handler() { return cf.kvs().get('a') }",
            "no key value store is associated",
        ),
        (
            "import c from 'crypto'; function handler() { return c.createHash('x').digest('hex') }",
            "no digest x in hex",
        ),
        ("function other() {}", "handler is not defined"),
        ("function handler() {}", "returned nothing"),
        ("async function handler() { await new Promise(() => {}) }", "never settles"),
        ("function handler() { setTimeout(() => {}, 1) }", "setTimeout is not a function"),
        ("function handler() { return eval('1') }", "eval is not a function"),
        ("function handler() { return require('fs') }", "require is not defined"),
    ],
)
def test_a_failing_function_says_why(code: str, words: str) -> None:
    """In the engine's own words."""
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
def test_an_endless_function_is_stopped(code: str) -> None:
    """If it hangs at once, after an await, or while loading."""
    with pytest.raises(FunctionExecutionError, match=r"did not return within 0\.3 s"):
        run(code, seconds=0.3)


def test_a_function_outlasts_other_work_of_the_sandbox() -> None:
    """The sandbox answers nothing while it writes a large listing."""

    async def while_the_sandbox_is_busy() -> object:
        running = asyncio.create_task(
            run_function(LiveFunction("function handler(event) { return event.request }"), EVENT)
        )
        await asyncio.sleep(0.001)
        time.sleep(1.5)  # noqa: ASYNC251 - what blocks is the point
        return await running

    assert EVENT["request"] == asyncio.run(while_the_sandbox_is_busy())


def test_a_function_that_takes_too_much_memory_is_stopped() -> None:
    """The sandbox's process goes on."""
    code = "function handler() { const all = []; for (;;) all.push(new Array(1000).fill(1)) }"

    with pytest.raises(FunctionExecutionError, match="more than 64 MB"):
        run(code, seconds=PATIENCE)


def test_functions_run_in_parallel() -> None:
    """One that hangs does not block another."""
    quick = "function handler(event) { return event.n }"
    stuck = "function handler() { for (;;) {} }"

    async def quick_ones() -> tuple[list[object], bool]:
        hangs = asyncio.create_task(run_function(LiveFunction(stuck), {}, seconds=PATIENCE))
        calls = (run_function(LiveFunction(quick), {"n": n}, seconds=PATIENCE) for n in range(3))
        returned = await asyncio.gather(*calls)
        hung = not hangs.done()
        hangs.cancel()
        return returned, hung

    assert ([0, 1, 2], True) == asyncio.run(quick_ones())


@pytest.mark.parametrize("start", ["import cf from 'cloudfront';\n", 'import cf from"cloudfront";'])
def test_a_function_reads_its_key_value_store(start: str) -> None:
    """As text or as JSON; a missing key is an error that it may catch."""
    code = (
        start
        + """async function handler(event) {
            const store = cf.kvs();
            const text = await store.get('state');
            const json = await store.get('state', { format: 'json' });
            let missing = '';
            try { await store.get('toString') } catch (error) { missing = error.message }
            const exists = await store.exists('state');
            return [text, json.on, missing, exists, await store.exists('b'), await store.count()];
        }"""
    )

    result = asyncio.run(run_function(LiveFunction(code, {"state": '{"on": 1}'}), EVENT))

    assert ['{"on": 1}', 1, "KeyNotFound", True, False, 1] == result


@pytest.mark.parametrize("read", ["get('state')", "exists('state')", "count()"])
def test_a_function_catches_a_failing_read(read: str) -> None:
    """As a rejected promise, of any kind of read."""
    code = f"""import cf from 'cloudfront';
        function handler() {{ return cf.kvs().{read}.catch(error => error.message); }}"""
    function = LiveFunction(code, {"state": "closed"}, has_failing_reads=True)

    assert "the store cannot be read" == asyncio.run(run_function(function, EVENT))


def test_a_function_computes_digests() -> None:
    """One may depend on another; V8 itself has no digests."""
    code = """import crypto from 'crypto';
        function handler(event) {
            const first = crypto.createHash('sha256').update('\u00e4').update('b').digest('hex');
            return [first, crypto.createHash('md5').update(first).digest('base64url')];
        }"""
    first = hashlib.sha256("äb".encode()).hexdigest()
    second = urlsafe_b64encode(hashlib.md5(first.encode()).digest()).decode().rstrip("=")  # noqa: S324 - as CloudFront has it

    assert [first, second] == run(code)


def test_a_run_keeps_what_it_logged_and_read() -> None:
    """Also if it failed, and not what it did before a digest was there."""
    code = """import cf from 'cloudfront'; import crypto from 'crypto';
        async function handler() {
            console.log('begins');
            await cf.kvs().exists('state');
            crypto.createHash('md5').update('').digest('hex');
            throw new Error('no luck');
        }"""

    ran = asyncio.run(trace_function(LiveFunction(code, {}), EVENT))

    assert (None, "Error: no luck", ("begins",), 1) == (
        ran.result,
        str(ran.error),
        ran.logs,
        ran.reads,
    )


@pytest.mark.parametrize("code", ["function handler(event) {", "missing(); function handler() {}"])
def test_code_that_does_not_load_is_told_apart(code: str) -> None:
    """From a handler that fails: CloudFront throttles the one."""
    with pytest.raises(FunctionLoadError):
        run(code)
