"""
Run the JavaScript of a CloudFront Function, `handler(event)`, plain or async, in V8.

Each run gets its own engine in this process, so a function keeps nothing from the last run. There
are no timers, no `eval`, no WebAssembly and no network (doc: CloudFront Developer Guide,
cloudfront-function-restrictions). V8 knows more of the language than cloudfront-js-2.0 does. That
runtime's modules (crypto, querystring, Buffer, cloudfront) are missing: a function that needs one
fails, and the error says so.
"""

import asyncio
import json
from typing import Any

from py_mini_racer import JSEvalException, mini_racer

SECONDS = 1.0
MEMORY_BYTES = 64_000_000  # includes what V8 itself needs; CloudFront gives a function 2 MB

_PRELUDE = """
    globalThis.setTimeout = globalThis.clearTimeout = undefined;
    globalThis.eval = globalThis.WebAssembly = undefined;
"""
# Without timers and I/O a promise is settled once the microtasks have run, or never.
_RUN = """
    var __outcome = '{{}}';
    Promise.resolve().then(() => handler({event})).then(
        result => {{ __outcome = JSON.stringify({{result}}) }},
        error => {{ __outcome = JSON.stringify({{error: String(error)}}) }});
    true
"""


class FunctionExecutionError(Exception):
    """The function threw, took too much time or memory, or is no program; the text says which."""


async def run_function(code: str, event: dict[str, Any], *, seconds: float = SECONDS) -> object:
    """
    Return the result of `handler(event)` in `code`, as JSON carries it.

    Raise FunctionExecutionError if it fails, or does not return within `seconds`.
    """
    try:
        outcome = json.loads(await _evaluate(code, event, seconds))
    except TimeoutError as error:
        raise FunctionExecutionError(f"It did not return within {seconds:g} s.") from error
    except JSEvalException as error:
        raise FunctionExecutionError(str(error).splitlines()[0]) from error
    if "error" in outcome:
        raise FunctionExecutionError(outcome["error"])
    if "result" not in outcome:
        raise FunctionExecutionError("It returned nothing, or a promise that never settles.")
    return outcome["result"]


async def _evaluate(code: str, event: dict[str, Any], seconds: float) -> str:
    with mini_racer() as engine:
        engine.set_hard_memory_limit(MEMORY_BYTES)
        async with asyncio.timeout(seconds):
            await engine.eval_cancelable(_PRELUDE)
            await engine.eval_cancelable(code)
            await engine.eval_cancelable(_RUN.format(event=json.dumps(event)))
            outcome = await engine.eval_cancelable("__outcome")
        if engine.was_hard_memory_limit_reached():
            raise FunctionExecutionError(f"It took more than {MEMORY_BYTES // 1_000_000} MB.")
    return str(outcome)
