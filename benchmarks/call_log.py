"""What the sandbox's log of calls tells of a run."""

import math
from collections.abc import Sequence
from typing import Any


def busy_seconds(calls: Sequence[dict[str, Any]]) -> float:
    """Return the seconds during which at least one of `calls` was under way."""
    busy, until = 0.0, -math.inf
    for call in sorted(calls, key=lambda each: each["began"]):
        busy += max(0.0, call["ended"] - max(until, call["began"]))
        until = max(until, call["ended"])
    return busy
