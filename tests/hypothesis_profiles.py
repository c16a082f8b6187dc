"""
How hard the laws look: LAWS is the factor by which they draw more examples, 10 for `make laws`.

With LAWS=0, for `make mutation`, they draw few, the same each time, and do not simplify what they
find: every mutant meets the laws, and its verdict has to come out the same again.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

FACTOR = int(os.environ.get("LAWS", "1"))
# Coverage doubles what a law costs; each line has a test of its own that runs it.
untraced = pytest.mark.no_cover
_FEW = 10


def examples(number: int) -> settings:
    """
    Return the settings of a law that draws so many examples in an ordinary run.

    Not derandomized there, as hypothesis would have it in CI: each run is to look elsewhere.
    """
    if FACTOR == 0:
        return settings(
            max_examples=min(number, _FEW),
            deadline=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow],
        )
    return settings(max_examples=number * FACTOR, deadline=None, derandomize=False, print_blob=True)
