"""The code follows the store calmly, and never goes back."""

import pytest
from maintenance.standby.program import bake
from maintenance.standby.publishing import (
    PUBLISH_PAUSE_SECONDS,
    Code,
    is_of_program,
    publish_at,
    read_code,
)
from maintenance.standby.state import Period, State
from msgspec.structs import replace

NOW = 1_796_000_000.0
T = int(NOW)
DAY = 86_400
R, OTHER = "0a1b2c3d", "4e5f6071"
PROGRAM = "const b=__BAKED__;b()"
PATHS = ("/robots.txt",)
OPEN = State(7, ("en",), R, ())
CLOSED = replace(OPEN, generation=8, periods=(Period(T - 60, T + 60, R, "Upgrade"),))


def _code(state: State, paths: tuple[str, ...] = PATHS, program: str = PROGRAM) -> bytes:
    return bake(program, state, paths)


def test_a_code_is_read_back() -> None:
    """With the program around its state."""
    assert Code(CLOSED, PATHS, ("const b=", ";b()")) == read_code(_code(CLOSED))


@pytest.mark.parametrize(
    "code",
    [
        b"function handler(e){return e.request}",
        b'const b={"g":7',
        b'const b={"g":7};',
        b'const b={"g":7,"l":["en"],"d":"","p":[]};',
        b'const b={"g":7,"l":["en"],"d":"","p":[],"a":"/x"};',
        b'\xff{"g":}',
    ],
)
def test_another_code_is_none_of_ours(code: bytes) -> None:
    """The template's own, or one that somebody has edited."""
    assert read_code(code) is None
    assert NOW == publish_at(code, _code(OPEN), published=NOW - 1, now=NOW)


def test_a_state_is_found_behind_another_object() -> None:
    """A composed function may have one that begins alike."""
    found = read_code(b'a({"g":1});' + _code(OPEN))

    assert found == Code(OPEN, PATHS, ('a({"g":1});const b=', ";b()"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (_code(CLOSED), True),
        (_code(OPEN, ()), True),
        (_code(CLOSED, program="const c=__BAKED__;b()"), False),
        (_code(CLOSED) + b" ", False),
        (PROGRAM.encode(), False),
        (b"", False),
    ],
)
def test_it_is_known_of_which_program_a_code_is(code: bytes, *, expected: bool) -> None:
    """Whatever state and paths are in it."""
    assert expected == is_of_program(code, PROGRAM)


def test_a_closed_site_is_published_after_a_pause() -> None:
    """A publish moves every behavior."""
    live, wanted = _code(OPEN), _code(CLOSED)

    assert NOW + PUBLISH_PAUSE_SECONDS - 1 == publish_at(live, wanted, published=NOW - 1, now=NOW)
    assert NOW == publish_at(live, wanted, published=NOW - DAY, now=NOW)


@pytest.mark.parametrize(
    "other",
    [
        _code(replace(CLOSED, generation=9, periods=(Period(T - 60, T + 90, R, "Upgrade"),))),
        _code(replace(CLOSED, generation=9, periods=())),
        _code(CLOSED, paths=()),
        _code(CLOSED, program="const b=__BAKED__;c()"),
    ],
    ids=["another end", "opened", "another path", "another program"],
)
def test_what_lets_visitors_in_is_published_soon(other: bytes) -> None:
    """Or keeps them out."""
    found = publish_at(_code(CLOSED), other, published=NOW, now=NOW)

    assert NOW + PUBLISH_PAUSE_SECONDS == found


@pytest.mark.parametrize(
    "other",
    [
        replace(CLOSED, default=OTHER),
        replace(CLOSED, languages=("en", "de")),
        replace(CLOSED, periods=(replace(CLOSED.periods[0], rendering=OTHER),)),
        replace(CLOSED, periods=(replace(CLOSED.periods[0], message="Move"),)),
    ],
)
def test_other_pages_are_published_within_a_day(other: State) -> None:
    """Those of the code are in the store too, and stay."""
    found = publish_at(_code(CLOSED), _code(other), published=NOW - 60, now=NOW)

    assert NOW - 60 + DAY == found


def test_what_is_over_or_began_at_another_time_needs_no_publish() -> None:
    """Nor does a newer generation of the same."""
    live = replace(CLOSED, periods=(Period(T - 99, T - 90, OTHER), *CLOSED.periods))
    wanted = replace(CLOSED, generation=99, periods=(replace(CLOSED.periods[0], begins=T - 9),))

    assert publish_at(_code(live), _code(wanted), published=0, now=NOW) is None


def test_the_code_never_goes_back() -> None:
    """Another run has published what this one has not read."""
    newer = replace(CLOSED, generation=9)

    assert publish_at(_code(newer), _code(OPEN), published=0, now=NOW) is None
