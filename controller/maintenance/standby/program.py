"""
The code of the function, with the state that counts if the store does not. Pure.

The program is `function.js` of this package or, if the site's owner has composed it with a function
of their own, `standby/program.js` in the state bucket. The state in the code is the one in the
store, as of the last publish, and the paths that stay open. It counts where the key `state` is
missing, unreadable or older. A publish moves every cache behavior that uses the function and takes
minutes, so it follows the write of the store, not more than one every few minutes.
"""

import json
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from maintenance.errors import ConfigurationError
from maintenance.standby.state import State

# Not adjustable (doc: CloudFront Developer Guide, cloudfront-limits).
CODE_LIMIT_BYTES = 10_240
# What a program leaves for the state: eight periods without messages, and the paths of most sites.
STATE_ROOM_BYTES = 1_000
# In standby_function/source.js, and once in what is built from it.
PLACEHOLDER = "__BAKED__"


def bytes_left(program: str) -> int:
    """Return how many bytes may be added to a program, below 0 if it is too large already."""
    size = len(program.encode()) - len(PLACEHOLDER)
    return CODE_LIMIT_BYTES - STATE_ROOM_BYTES - size


def check_program(program: str) -> None:
    """Raise ConfigurationError if the code cannot be made of this program."""
    number = program.count(PLACEHOLDER)
    if number != 1:
        raise ConfigurationError(
            f"the program of the standby function has {PLACEHOLDER} {number} times and not once: "
            "make it with site-maintenance standby compose"
        )
    if bytes_left(program) < 0:
        raise ConfigurationError(
            f"the program of the standby function is {-bytes_left(program)} bytes too large: "
            f"CloudFront accepts {CODE_LIMIT_BYTES}, and {STATE_ROOM_BYTES} are for its state"
        )


def parts(program: str) -> tuple[str, str]:
    """Return what stands before and after the state in the code of a program."""
    before, _, after = program.partition(PLACEHOLDER)
    return before, after


def bake(program: str, state: State, paths: Iterable[str]) -> bytes:
    """
    Return the code to publish: `program` with this state and these path patterns in it.

    Messages are left out if they would not fit. Raise ConfigurationError if it still does not.
    """
    code = _with_state(program, state, paths)
    if len(code) > CODE_LIMIT_BYTES:
        silent = tuple(replace(each, message="") for each in state.periods)
        code = _with_state(program, replace(state, periods=silent), paths)
    if len(code) > CODE_LIMIT_BYTES:
        raise ConfigurationError(
            f"the function has {len(code)} bytes with its state, and CloudFront accepts "
            f"{CODE_LIMIT_BYTES}: shorten 'allowed_paths', or what is composed with it"
        )
    return code


def _with_state(program: str, state: State, paths: Iterable[str]) -> bytes:
    document = {**msgspec.to_builtins(state), "a": [*paths]}
    # In ASCII, because no page of AWS says in which encoding it reads code.
    return program.replace(PLACEHOLDER, json.dumps(document, separators=(",", ":"))).encode()
