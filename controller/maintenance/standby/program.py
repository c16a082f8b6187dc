"""
The code of the function, with the state that counts if the store does not. Pure.

The state in the code is the one in the store, as of the last publish, and the paths that stay open.
It counts where the key `state` is missing, unreadable or older. A publish moves every cache
behavior that uses the function and takes minutes, so it follows the write of the store, not more
than one every few minutes.
"""

import json
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from maintenance.errors import ConfigurationError
from maintenance.standby.state import State

# Not adjustable (doc: CloudFront Developer Guide, cloudfront-limits).
CODE_LIMIT_BYTES = 10_240
# In standby_function/source.js, and once in what is built from it.
_PLACEHOLDER = "__BAKED__"


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
    return program.replace(_PLACEHOLDER, json.dumps(document, separators=(",", ":"))).encode()
