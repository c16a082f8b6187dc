"""The state in the code is what the store had, and the code stays within CloudFront's limit."""

import pytest
from maintenance.errors import ConfigurationError
from maintenance.standby.program import (
    CODE_LIMIT_BYTES,
    STATE_ROOM_BYTES,
    bake,
    bytes_left,
    check_program,
)
from maintenance.standby.state import Period, State

PROGRAM = "const BAKED=__BAKED__;"
STATE = State(7, ("en",), "0a1b2c3d", (Period(100, 0, "0a1b2c3d", "Back \u2028soon"),))


def test_the_state_and_the_paths_stand_in_the_code() -> None:
    """In ASCII: a line separator, for one, would end a line of older JavaScript."""
    assert (
        b'const BAKED={"g":7,"l":["en"],"d":"0a1b2c3d",'
        b'"p":[{"f":100,"u":0,"r":"0a1b2c3d","m":"Back \\u2028soon"}],"a":["/a*"]};'
    ) == bake(PROGRAM, STATE, ["/a*"])


def test_messages_are_left_out_before_it_is_too_large() -> None:
    """They are in the store as well."""
    spare = CODE_LIMIT_BYTES - len(bake(PROGRAM, STATE, ["/a*"]))

    whole = bake(PROGRAM + " " * spare, STATE, ["/a*"])
    silent = bake(PROGRAM + " " * (spare + 1), STATE, ["/a*"])

    assert (CODE_LIMIT_BYTES, True) == (len(whole), b"soon" in whole)
    periods = b'"p":[{"f":100,"u":0,"r":"0a1b2c3d"}]'
    assert (True, False) == (periods in silent, b"soon" in silent)


def test_code_that_is_too_large_is_refused() -> None:
    """With the figure, before CloudFront refuses it."""
    with pytest.raises(ConfigurationError, match=r"has 10\d{3} bytes .* accepts 10240: shorten"):
        bake(PROGRAM + " " * CODE_LIMIT_BYTES, STATE, [])


def test_a_program_leaves_room_for_the_state() -> None:
    """A kilobyte, of which the placeholder takes nothing."""
    whole = PROGRAM + " " * bytes_left(PROGRAM)

    check_program(whole)
    assert CODE_LIMIT_BYTES - STATE_ROOM_BYTES == len(whole) - len("__BAKED__")
    with pytest.raises(ConfigurationError, match="is 1 bytes too large: CloudFront accepts 10240"):
        check_program(whole + " ")


@pytest.mark.parametrize(("program", "number"), [("", 0), (PROGRAM * 2, 2)])
def test_a_program_has_one_place_for_the_state(program: str, number: int) -> None:
    """Or it would run without the state, or be no JavaScript."""
    with pytest.raises(ConfigurationError, match=f"has __BAKED__ {number} times and not once"):
        check_program(program)
