# ruff: noqa: INP001, T201 -- a program that prints its result
"""
Time the edge handler in this process: `time_handler.py REPETITIONS`, events by case on stdin.

Each repetition runs a constant handler and then every case, so that other work on the machine
affects all alike. Prints microseconds per request of each, as JSON.
"""

import json
import sys
import time

import viewer_request  # of the package that PYTHONPATH names

CONSTANT = {"status": "503"}


def constant(_event: object, _context: object) -> dict[str, str]:
    """Return a constant."""
    return CONSTANT


def microseconds(handler: object, events: list[object]) -> float:
    """Return the time of a request."""
    began = time.perf_counter_ns()
    for event in events:
        handler(event, None)  # type: ignore[operator]  # either of two functions
    return (time.perf_counter_ns() - began) / len(events) / 1_000


cases = json.load(sys.stdin)
repetitions = int(sys.argv[1])
samples: dict[str, list[float]] = {"": [], **{name: [] for name in cases}}
for repetition in range(repetitions + 1):
    for name, events in (("", next(iter(cases.values()))), *cases.items()):
        took = microseconds(viewer_request.handler if name else constant, events)
        if repetition:  # the first one fills caches
            samples[name].append(took)
print(json.dumps(samples))
