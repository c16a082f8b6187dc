"""How long clients of AWS wait and try again, and how they are made only when they are needed."""

import threading
from collections.abc import Callable

from botocore.config import Config

# Threads that make clients of one session at the same time, or add to its events, break it:
# "dictionary changed size during iteration" (doc: Boto3 guide, session, multithreading).
MAKING_CLIENTS = threading.RLock()
# Standard mode backs off with jitter, up to 20 seconds; after that, the invocation is retried.
CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=5, read_timeout=30
)
# Shorter for what a page needs: a site that should be closed waits for it.
PAGE_CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=10
)
# If S3 hangs, there is still time to publish the last good page.
PAGE_FILES_CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=3, read_timeout=5
)


def lazy[Made](make: Callable[[], Made]) -> Callable[[], Made]:
    """Return a function that makes a client at its first call, also if threads call at once."""
    made: list[Made] = []

    def get() -> Made:
        if not made:
            with MAKING_CLIENTS:
                if not made:
                    made.append(make())
        return made[0]

    return get
