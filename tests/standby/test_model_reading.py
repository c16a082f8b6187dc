"""
The function decides and picks as the Python reading does that the model checking explores with.

States, codes and renderings with something missing, older or broken, put together at random.
"""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from maintenance.standby.program import bake
from maintenance.standby.state import Period, State, encode_state

from tests.edge.builders import BROWSER, NOW
from tests.hypothesis_profiles import FACTOR
from tests.model_checking.standby_store.edge import Seen, see
from tests.model_checking.standby_store.sites import rendering
from tests.standby.comparison import Visit, function_event
from tests.standby.runtimes import ENGINES, PROGRAM, Outcome, Run

T = int(NOW)
PAGES = tuple(rendering(name) for name in "PUM")
PERIODS = (
    (),
    (Period(T - 60, 0, PAGES[1].rendering),),
    (Period(T - 60, T + 60, PAGES[2].rendering, "Move"),),
    (Period(T - 60, T, PAGES[1].rendering), Period(T + 1, 0, PAGES[1].rendering)),
    (Period(T - 60, T, PAGES[1].rendering), Period(T, T + 9, PAGES[2].rendering)),
    (Period(T - 60, T + 9, "0" * 8), Period(T - 30, 0, PAGES[1].rendering)),
)
BROKEN = (
    None, "", "{", "7", "null", "[]", '{"g": 6}', '{"p": []}', '{"g": 6, "p": {}}',
    '{"g": 6, "p": [null]}', '{"g": 6, "p": [{"f": 1}]}', '{"g": 6, "p": [{"f": 1, "u": -1}]}',
    '{"g": 6, "p": [{"f": 1, "u": 0}]}', '{"g": 6, "l": [], "p": [{"f": 1, "u": 0}]}',
    '{"g": 6, "l": [], "d": "00000050", "p": [{"f": 1, "u": 0, "r": "00000055"}]}',
)  # fmt: skip
PARTS = (None, "", "x", "1\n{}\nother", "2\n{}\nother", "2\n{", "2")
ACCEPTS = {"h": BROWSER, "t": "text/plain"}


def _state(generation: int, periods: tuple[Period, ...], default: int = 0) -> State:
    return State(generation, ("en",), PAGES[default].rendering, periods)


CODES = tuple(_state(5, periods) for periods in (PERIODS[0], PERIODS[1], PERIODS[4]))


def _cases(number: int, seed: int) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield stores, and the kind of answer that the visitor wants."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    values = [
        *BROKEN,
        *(
            encode_state(_state(generation, periods, default))
            for generation in (4, 5, 6)
            for periods in PERIODS
            for default in (0, 2)
        ),
    ]
    for _ in range(number):
        keys: dict[str, str | None] = {"state": draw.choice(values)}
        for page in PAGES:
            keys |= page.keys
        for key in draw.sample([*keys][1:], draw.choice((0, 1, 4))):
            keys[key] = draw.choice(PARTS)
        store = {key: value for key, value in keys.items() if value is not None}
        yield store, draw.choice([*ACCEPTS])


def _expected(seen: Seen) -> tuple[bool, str | None]:
    return seen.is_closed, seen.answer and "\n".join(seen.answer.split("\n")[2:])


def _found(outcome: Outcome) -> tuple[bool, str | None]:
    """Return whether the visitor is kept out, and the body of a stored answer."""
    if "statusCode" not in outcome.result:
        return False, None
    is_stored = "content-type" not in outcome.result["headers"]
    return True, outcome.result["body"]["data"] if is_stored else None


@pytest.mark.parametrize("code", CODES, ids=["open", "closed", "later"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_function_does_as_the_model_reads_it(engine: str, code: State) -> None:
    """Open, closed with this answer, or closed with a plain text."""
    baked: dict[str, Any] = json.loads(encode_state(code))
    cases = [*_cases(500 * FACTOR, seed=CODES.index(code))]
    runs = [
        Run(
            function_event(Visit(headers=(("accept", ACCEPTS[kind]), ("accept-encoding", "gzip")))),
            NOW,
            values=store,
        )
        for store, kind in cases
    ]

    outcomes = ENGINES[engine](bake(PROGRAM.read_text(encoding="utf-8"), code, ()), runs)

    expected = [_expected(see(store.get, baked, NOW, kind)) for store, kind in cases]
    assert expected == [_found(each) for each in outcomes]
    assert 2 < len(set(expected))
