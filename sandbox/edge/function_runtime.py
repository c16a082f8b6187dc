"""
Run the JavaScript of a CloudFront Function, `handler(event)`, plain or async, in V8.

Each run gets its own engine in this process, so a function keeps nothing from the last run. There
are no timers, no `eval`, no WebAssembly and no network (doc: CloudFront Developer Guide,
cloudfront-function-restrictions). V8 knows more of the language than cloudfront-js-2.0 does.

    module of that runtime   here
    -----------------------  ------------------------------------------------------------------
    cloudfront               kvs() with get, exists and count; get rejects if the key is missing
    crypto                   createHash with md5, sha1 and sha256, to hex, base64 and base64url
    querystring, Buffer      missing: a function that needs one fails, and the error says so

V8 has no digests. When a function asks for one, Python computes it and the function runs again;
what earlier runs logged and read does not count.
"""

import asyncio
import hashlib
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from py_mini_racer import JSEvalException, mini_racer

from sandbox.edge.interface import LiveFunction

# Ends endless functions. CloudFront allows much less, of processor time; this is time of the clock,
# which also passes while the sandbox writes a large listing.
SECONDS = 30.0
MEMORY_BYTES = 64_000_000  # includes what V8 itself needs; CloudFront gives a function 2 MB

_PRELUDE = """
    globalThis.setTimeout = globalThis.clearTimeout = undefined;
    globalThis.eval = globalThis.WebAssembly = undefined;
    const __logs = [];
    let __reads = 0, __failed = 0;
    globalThis.console = { log: line => { __logs.push(String(line)); } };
"""
_IMPORT = re.compile(
    r"""(^|;)(\s*)import\s+(\w+)\s+from\s*(["'])(cloudfront|crypto)\4""", re.MULTILINE
)
_MODULES = """
    const __store = {values}, __fails = {fails}, __digests = {digests}, __missing = [];
    const __modules = {{
        cloudfront: {{ kvs: () => {{
            if (__store === null) throw new Error('no key value store is associated');
            const read = async find => {{
                if (__fails) {{ __failed += 1; throw new Error('the store cannot be read'); }}
                __reads += 1;
                return find();
            }};
            const get = (key, options) => read(() => {{
                if (!Object.hasOwn(__store, key)) throw new Error('KeyNotFound');
                const isJson = options && options.format === 'json';
                return isJson ? JSON.parse(__store[key]) : __store[key];
            }});
            return {{ get: get,
                exists: key => read(() => Object.hasOwn(__store, key)),
                count: () => read(() => Object.keys(__store).length) }};
        }} }},
        crypto: {{ createHash: algorithm => {{
            const texts = [];
            return {{ update(text) {{ texts.push(text); return this; }},
                digest(encoding) {{
                    const asked = JSON.stringify([algorithm, texts.join(''), encoding]);
                    if (!Object.hasOwn(__digests, asked)) __missing.push(asked);
                    return __digests[asked];
                }} }};
        }} }},
    }};
"""
# Without timers and I/O a promise is settled once the microtasks have run, or never.
_RUN = """
    var __outcome = '{{}}';
    Promise.resolve().then(() => handler({event})).then(
        result => {{ __outcome = JSON.stringify({{result}}) }},
        error => {{ __outcome = JSON.stringify({{error: String(error)}}) }});
    true
"""
_FOUND = """JSON.stringify(
    { outcome: __outcome, logs: __logs, reads: __reads, failed: __failed, missing: __missing })"""

_ENCODINGS: dict[str | None, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": lambda digest: b64encode(digest).decode(),
    "base64url": lambda digest: urlsafe_b64encode(digest).decode().rstrip("="),
}


class FunctionExecutionError(Exception):
    """The function threw, took too much time or memory, or is no program; the text says which."""


class FunctionLoadError(FunctionExecutionError):
    """The code cannot be loaded: it has a syntax error, or throws before there is a handler."""


@dataclass(frozen=True, slots=True)
class Run:
    """
    One run: what `handler(event)` returned, as JSON carries it, or why there is nothing.

    `logs` are the lines that it wrote, `reads` and `failed_reads` how often it read the store. A
    key that is missing counts as read; no page of AWS says so.
    """

    result: object = None
    error: FunctionExecutionError | None = None
    logs: tuple[str, ...] = ()
    reads: int = 0
    failed_reads: int = 0


async def run_function(
    function: LiveFunction, event: dict[str, Any], *, seconds: float = SECONDS
) -> object:
    """
    Return the result of `handler(event)` in the function's code, as JSON carries it.

    Raise FunctionExecutionError if it fails, or does not return within `seconds`.
    """
    run = await trace_function(function, event, seconds=seconds)
    if run.error:
        raise run.error
    return run.result


async def trace_function(
    function: LiveFunction, event: dict[str, Any], *, seconds: float = SECONDS
) -> Run:
    """Return what a run for at most `seconds` did, whether it failed or not."""
    try:
        async with asyncio.timeout(seconds):
            return await _run_with_digests(function, event)
    except TimeoutError:
        return Run(error=FunctionExecutionError(f"It did not return within {seconds:g} s."))
    except FunctionExecutionError as error:
        return Run(error=error)


async def _run_with_digests(function: LiveFunction, event: dict[str, Any]) -> Run:
    """Return the run that found all digests it asked for."""
    program = _IMPORT.sub(r"\1\2const \3 = __modules.\5", function.code)
    digests: dict[str, str] = {}
    while True:
        modules = _MODULES.format(
            values=json.dumps(function.values),
            fails=json.dumps(function.has_failing_reads),
            digests=json.dumps(digests),
        )
        run, missing = await _evaluate(modules, program, event)
        if not missing:
            return run
        digests |= {asked: _digest(*json.loads(asked)) for asked in missing}


async def _evaluate(modules: str, program: str, event: dict[str, Any]) -> tuple[Run, list[str]]:
    """Return the run, and the digests that the function did not find."""
    with mini_racer() as engine:
        engine.set_hard_memory_limit(MEMORY_BYTES)
        await engine.eval_cancelable(_PRELUDE + modules)
        try:
            await engine.eval_cancelable(program)
        except JSEvalException as error:
            raise FunctionLoadError(str(error).splitlines()[0]) from error
        try:
            await engine.eval_cancelable(_RUN.format(event=json.dumps(event)))
            found = json.loads(str(await engine.eval_cancelable(_FOUND)))
        except JSEvalException as error:
            raise FunctionExecutionError(str(error).splitlines()[0]) from error
        if engine.was_hard_memory_limit_reached():
            raise FunctionExecutionError(f"It took more than {MEMORY_BYTES // 1_000_000} MB.")
    return _read_run(**found), found["missing"]


def _read_run(outcome: str, logs: list[str], reads: int, failed: int, **_: object) -> Run:
    members = json.loads(outcome)
    error = None
    if "error" in members:
        error = FunctionExecutionError(members["error"])
    elif "result" not in members:
        error = FunctionExecutionError("It returned nothing, or a promise that never settles.")
    return Run(members.get("result"), error, tuple(logs), reads, failed)


def _digest(algorithm: str, text: str, encoding: str | None) -> str:
    if algorithm not in {"md5", "sha1", "sha256"} or encoding not in _ENCODINGS:
        raise FunctionExecutionError(f"The sandbox has no digest {algorithm} in {encoding}.")
    return _ENCODINGS[encoding](hashlib.new(algorithm, text.encode()).digest())
