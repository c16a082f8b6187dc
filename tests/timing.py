"""How tests measure and wait, so that they pass on a machine that is slow or busy."""

import os
import time
from collections.abc import Callable

# How long to wait for what takes seconds on an idle machine, in seconds; only a test that fails
# waits so long.
PATIENCE = 300.0
_READINGS = 20


def fastest(work: Callable[[], object], *, limit: float) -> float:
    """
    Return the processor time that `work` takes, in seconds: the least of several readings.

    It is read again until it is below `limit`, because a single reading also counts what else the
    process does, such as collecting the garbage of the tests before.
    """
    least = _reading(work)
    for _ in range(_READINGS - 1):
        if least < limit:
            break
        least = min(least, _reading(work))
    return least


def crowding() -> float:
    """Return how many processes have wanted each core in the last minute, at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _reading(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
