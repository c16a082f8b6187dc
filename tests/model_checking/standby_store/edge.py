"""
How an edge decides and picks, as standby_function/source.js does it, in Python.

tests/standby/test_model_reading.py compares this reading with the function itself, on both engines.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

type Read = Callable[[str], str | None]

_BAKED = re.compile(rb"=(\{.*\});", re.DOTALL)
_NUMBER = re.compile(r"\s*[+-]?\d+")


class Seen(NamedTuple):
    """Whether a visitor is kept out; then the parts of the answer, None for a plain text."""

    is_closed: bool
    answer: str | None = None


OPEN = Seen(is_closed=False)
# With a plain text.
CLOSED = Seen(is_closed=True)


def baked_in(code: bytes) -> dict[str, Any]:
    """Return the state in a code of this exploration, which has nothing else."""
    found = _BAKED.search(code)
    assert found
    return dict(json.loads(found[1]))


def see(read: Read, code: Mapping[str, Any], now: float, kind: str = "h") -> Seen:
    """Return what a visitor gets who wants this kind of answer, in the first language."""
    try:
        state = current_state(read("state"), code)
        period = period_at(state["p"], now)
        if not period:
            return OPEN
        return Seen(is_closed=True, answer=_picked(read, state, period["r"], kind))
    except (TypeError, KeyError, ValueError, IndexError):
        return CLOSED


def current_state(text: str | None, baked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the state that counts: the stored one, unless it is unusable or older."""
    try:
        stored = json.loads(text or "")
        if stored["g"] >= baked["g"] and isinstance(stored["p"], list):
            return dict(stored)
    except (TypeError, KeyError, ValueError, IndexError):
        pass
    return baked


def period_at(periods: list[Any], now: float) -> Mapping[str, Any] | None:
    """Return the first period that has begun and is not over."""
    found = []
    for each in periods:
        if not (each["f"] > 0 and each["u"] >= 0):
            raise ValueError
        if each["f"] <= now and (not each["u"] or now < each["u"]):
            found.append(each)
    return found[0] if found else None


def _picked(read: Read, state: Mapping[str, Any], rendering: str, kind: str) -> str | None:
    language = state["l"][0] if state["l"] else "undefined"
    return stored(read, f"{rendering}.{language}.{kind}.") or stored(
        read, f"{state['d']}.{language}.{kind}."
    )


def stored(read: Read, prefix: str) -> str | None:
    """Return all parts of an answer, joined, None if one is missing."""
    text = read(f"{prefix}0") or ""
    number = _NUMBER.match(text)
    count = int(number[0]) if number else 0
    for each in range(1, count):
        part = read(f"{prefix}{each}")
        if part is None:
            return None
        text += part
    if not count:
        return None
    json.loads(text.split("\n")[1])
    return text
