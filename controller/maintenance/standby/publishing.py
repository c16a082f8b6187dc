"""
When the code of the function is published again. Pure.

A publish moves every cache behavior that uses the function and takes minutes, so it follows the
write of the store, calmly:

    the code that visitors get                       is published again
    -------------------------------------------      -----------------------------------------------
    has no state, as the template's                  at once
    has a newer state than the one that was read     not by this run
    closes the site at other times, has other        5 minutes after the last publish
    paths, or is another program
    names other renderings or messages               a day after the last publish
    differs in its generation and its past alone     not

Neither does the state in the code go back, nor is it newer than the store's, if a run reads the
ETag of stage DEVELOPMENT first, then the key `state`, and then updates and publishes what `bake`
makes of that, both with If-Match.
"""

import json
import re
from typing import Any

import msgspec
from msgspec import Struct

from maintenance.standby.program import parts
from maintenance.standby.state import State, closed_times, comparable

PUBLISH_PAUSE_SECONDS = 300
_DAY_SECONDS = 86_400
_STATE = re.compile(r'(?=\{"g":)')


class Code(Struct, frozen=True):
    """The state in a code, its paths that stay open, and the program before and after them."""

    state: State
    paths: tuple[str, ...]
    program: tuple[str, str]


def read_code(code: bytes) -> Code | None:
    """Return what `bake` put into a code; None if it is not one of ours."""
    text = code.decode(errors="replace")
    for place in _STATE.finditer(text):
        try:
            document, end = json.JSONDecoder().raw_decode(text, place.start())
            state = msgspec.convert(document, State)
            paths = msgspec.convert(document["a"], tuple[str, ...])
        except (ValueError, KeyError, msgspec.MsgspecError):
            continue
        return Code(state, paths, (text[: place.start()], text[end:]))
    return None


def is_of_program(code: bytes, program: str) -> bool:
    """Return whether a code is what `bake` makes of a program, with any state."""
    found = read_code(code)
    return found is not None and found.program == parts(program)


def publish_at(live: bytes, wanted: bytes, *, published: float, now: float) -> float | None:
    """
    Return from when on `wanted` may be published, by this module's table; None if it need not be.

    `wanted` is what `bake` returns for the state that the store has, once that is as desired.
    `live` is the code of stage LIVE, and `published` when it was published. Unix times.
    """
    code, desired = read_code(live), read_code(wanted)
    if code is None or desired is None:
        return now
    if code.state.generation > desired.state.generation:
        return None
    if _urgent(code, now) != _urgent(desired, now):
        return max(now, published + PUBLISH_PAUSE_SECONDS)
    if comparable(code.state, now) != comparable(desired.state, now):
        return max(now, published + _DAY_SECONDS)
    return None


def _urgent(code: Code, now: float) -> tuple[Any, ...]:
    return closed_times(code.state, now), code.paths, code.program
