"""No order of calls, changes of the switch, crashes and lagging edges opens a closed site."""

import pytest

from tests.hypothesis_profiles import FACTOR
from tests.model_checking.exploration import Found, explore_from
from tests.model_checking.standby_store import broken
from tests.model_checking.standby_store.protocol import Variant
from tests.model_checking.standby_store.sites import (
    BRANDED,
    BRANDED_OFF,
    FROM_THE_FUTURE,
    HANDS,
    HOUR,
    LONGER_WINDOW,
    MOVE,
    OFF,
    ON,
    SAME_NAME,
    UPGRADE,
    WINDOW,
    WINDOW_BEGINS,
    WINDOW_ENDS,
    T,
    first_world,
    scope,
)
from tests.model_checking.standby_store.steps import Steps
from tests.model_checking.standby_store.world import Budget, Scope

LATER = (T, T + 2 * HOUR, T + 4 * HOUR)
DURING_WINDOW = (T, WINDOW_BEGINS, T + HOUR, WINDOW_ENDS, WINDOW_ENDS + 30)

ORDINARY = (
    scope(ON, OFF, ON, budget=Budget(2)),
    scope(UPGRADE, OFF, budget=Budget(2, crashes=1)),
    scope(BRANDED, BRANDED_OFF, budget=Budget(2)),
    scope(UPGRADE, MOVE, budget=Budget(2)),
    scope(WINDOW, OFF, budget=Budget(1, crashes=1), instants=DURING_WINDOW),
    scope(OFF, first=UPGRADE, budget=Budget(3), instants=LATER),
    scope(ON, budget=Budget(1, edits=1), edits=(FROM_THE_FUTURE, *HANDS)),
    scope(UPGRADE, budget=Budget(2), is_new=True),
)
THOROUGH = (
    scope(UPGRADE, OFF, ON, budget=Budget(2, crashes=1, losses=1)),
    scope(ON, OFF, ON, budget=Budget(3, crashes=1)),
    scope(BRANDED, BRANDED_OFF, budget=Budget(2, crashes=1, losses=1)),
    scope(WINDOW, LONGER_WINDOW, budget=Budget(2, crashes=1), instants=DURING_WINDOW),
    scope(OFF, MOVE, first=UPGRADE, budget=Budget(2, crashes=1), instants=LATER),
    scope(ON, budget=Budget(2, edits=1), edits=(FROM_THE_FUTURE, *HANDS)),
    scope(OFF, first=UPGRADE, budget=Budget(1, edits=2), edits=HANDS, instants=LATER[:2]),
    scope(UPGRADE, budget=Budget(2, crashes=1, losses=1), is_new=True),
)

BROKEN = {
    "the state names pages that are written after it": (
        broken.PAGES_LAST,
        scope(UPGRADE, budget=Budget(1)),
        "complete",
    ),
    "the state is in one change with its pages": (
        broken.STATE_AMONG_PAGES,
        scope(UPGRADE, budget=Budget(1)),
        "complete",
    ),
    "a new default rendering is named at once": (
        broken.DEFAULT_FIRST,
        scope(BRANDED, budget=Budget(1)),
        "complete",
    ),
    "a rendering is deleted with the state that named it": (
        broken.WITHOUT_HOUR,
        scope(OFF, first=UPGRADE, budget=Budget(2)),
        "complete",
    ),
    "a rendering that the published code names is deleted": (
        broken.WITHOUT_CODE,
        scope(OFF, first=UPGRADE, budget=Budget(3, crashes=1), instants=LATER[:2]),
        "complete",
    ),
    "two pages have the same keys": (
        Variant(),
        scope(UPGRADE, SAME_NAME, budget=Budget(2)),
        "whole",
    ),
    "a closed site is opened while its pages are written": (
        broken.OPENING_FOR_PAGES,
        scope(MOVE, first=UPGRADE, budget=Budget(1)),
        "desired",
    ),
    "the generation is the time alone": (
        broken.BY_THE_CLOCK,
        scope(ON, OFF, budget=Budget(2)),
        "forwards",
    ),
    "the store is written without its ETag": (
        broken.UNCONDITIONAL,
        scope(ON, budget=Budget(2)),
        "forwards",
    ),
    "the ETag is read after the store": (
        broken.ETAG_READ_LAST,
        scope(ON, budget=Budget(2)),
        "forwards",
    ),
    "the function is updated without its ETag": (
        broken.CODE_UNCONDITIONAL,
        scope(ON, UPGRADE, budget=Budget(2)),
        "forwards",
    ),
    "the code is published before the store is written": (
        broken.PUBLISHED_FIRST,
        scope(UPGRADE, budget=Budget(1)),
        "ahead",
    ),
    "whatever stands in the store is published": (
        broken.PUBLISHING_ANYTHING,
        scope(ON, budget=Budget(1, edits=1), edits=HANDS),
        "desired",
    ),
    "a run keeps what the switch said when it began": (
        broken.SWITCH_READ_ONCE,
        scope(UPGRADE, budget=Budget(2)),
        "calm",
    ),
    "the switch is not read again after the last write": (
        broken.SWITCH_NOT_READ_AGAIN,
        scope(ON, OFF, budget=Budget(2)),
        "settled",
    ),
    "an edge without the state is open": (
        broken.OPEN_WITHOUT_STATE,
        scope(ON, budget=Budget(1)),
        "settled",
    ),
    "an edge with a broken state is open": (
        broken.OPEN_WITH_BROKEN_STATE,
        scope(ON, budget=Budget(1)),
        "settled",
    ),
}


def _named(each: Scope) -> str:
    words = ", ".join(desired.word for desired in each.desired)
    times = f" at {len(each.instants)} instants" if len(each.instants) > 1 else ""
    return f"{'new: ' if each.is_new else ''}{words} {each.budget}{times}"


def _explore(each: Scope, variant: Variant | None = None) -> tuple[Found, frozenset[str]]:
    """Return what was found, and what edges without the state did before the publish."""
    steps = Steps(each, variant or Variant())
    found = explore_from(first_world(each), steps)
    print(f"{_named(each)}: {found}")  # noqa: T201 - what was explored is part of the result
    return found, frozenset(steps.exceptions)


@pytest.mark.parametrize("each", [*ORDINARY, *(THOROUGH if FACTOR > 1 else ())], ids=_named)
def test_no_order_opens_a_closed_site(each: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor keeps one closed, nor tears a page, with every step possible at every moment."""
    with capsys.disabled():
        found, _ = _explore(each)

    assert (None, ()) == (found.violation, found.trace)


@pytest.mark.parametrize(("variant", "each", "violated"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_protocol_violates_an_invariant(
    variant: Variant, each: Scope, violated: str
) -> None:
    """An exploration that finds no known error would prove nothing."""
    found, _ = _explore(each, variant)

    assert violated == (found.violation or "").partition(":")[0]


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        pytest.param(scope(ON, budget=Budget(1)), {"open"}, id="an unplanned on"),
        pytest.param(scope(ON, OFF, budget=Budget(2)), {"open", "closed"}, id="and its off"),
    ],
)
def test_until_the_publish_an_edge_without_the_state_goes_by_the_code_before(
    each: Scope, expected: set[str]
) -> None:
    """The documented exception is real, and ends with the publish, as the exploration checks."""
    _, exceptions = _explore(each)

    assert expected == exceptions
