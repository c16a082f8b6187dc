"""How hard the laws look: `make laws` sets LAWS, the factor by which they draw more examples."""

import os

from hypothesis import settings

FACTOR = int(os.environ.get("LAWS", "1"))


def examples(number: int) -> settings:
    """
    Return the settings of a law that draws so many examples in an ordinary run.

    Not derandomized, as hypothesis would have it in CI: each run is to look elsewhere.
    """
    return settings(max_examples=number * FACTOR, deadline=None, derandomize=False, print_blob=True)
