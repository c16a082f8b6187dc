"""
How many examples the property tests draw: LAWS multiplies them, by 10 in `make laws`.

With LAWS=0, for `make mutation`, they draw the same few each time and do not shrink a failing one:
the tests run for every mutant, and must give the same verdict each time.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

FACTOR = int(os.environ.get("LAWS", "1"))
# For property tests in folders that tests/conftest.py lets be traced, which doubles their time.
untraced = pytest.mark.no_cover
_FEW = 10
# The machine is shared, so how long drawing examples takes says nothing about the test.
_SHARED = [HealthCheck.too_slow]


def examples(number: int) -> settings:
    """
    Return the settings of a property test that draws this many examples in an ordinary run.

    Each run draws others, except in CI: there a change must not fail because of a rare example that
    has nothing to do with it. `make laws` draws others everywhere.
    """
    if FACTOR == 0:
        return settings(
            max_examples=min(number, _FEW),
            deadline=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=_SHARED,
        )
    return settings(
        max_examples=number * FACTOR,
        deadline=None,
        derandomize=FACTOR == 1 and bool(os.environ.get("CI")),
        print_blob=True,
        suppress_health_check=_SHARED,
    )
