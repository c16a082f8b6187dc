"""Clients of AWS are made when they are needed, in whichever thread that is."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from maintenance.aws.clients import lazy

_CLIENTS, _CALLERS = 4, 8


def test_threads_make_clients_of_one_session_one_after_the_other() -> None:
    """And each once: botocore's session breaks if two are made at the same time."""
    overlaps: list[bool] = []
    is_free = threading.Lock()

    def make() -> object:
        overlaps.append(not is_free.acquire(blocking=False))
        time.sleep(0.01)
        is_free.release()
        return object()

    gets = [lazy(make) for _ in range(_CLIENTS)]
    with ThreadPoolExecutor(max_workers=_CALLERS) as threads:
        made = [*threads.map(lambda get: get(), gets * (_CALLERS // _CLIENTS))]

    assert [False] * _CLIENTS == overlaps
    assert [get() for get in gets] * (_CALLERS // _CLIENTS) == made
