"""How hard the laws look: `make laws` sets LAWS, the factor by which they draw more examples."""

import os

import pytest
from hypothesis import settings

FACTOR = int(os.environ.get("LAWS", "1"))
# Coverage doubles what a law costs; each line has a test of its own that runs it.
untraced = pytest.mark.no_cover


def examples(number: int) -> settings:
    """
    Return the settings of a law that draws so many examples in an ordinary run.

    Not derandomized, as hypothesis would have it in CI: each run is to look elsewhere.
    """
    return settings(max_examples=number * FACTOR, deadline=None, derandomize=False, print_blob=True)
