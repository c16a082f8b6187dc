"""
How long requests take that arrive at one execution environment of the edge function.

They arrive at random moments, as visitors do (a Poisson process), and wait while the one before is
answered; each latency counts from the arrival. The rates are shares of what our function can
answer, and the constant handler gets the same requests at the same moments.
"""

import contextlib
import functools
import http.client
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from benchmarks.artifact import Artifacts
from benchmarks.edge.cold_start import EVENT, FLOOR, OURS, make_functions
from benchmarks.edge.lambda_runtime import INVOCATIONS, Function, running
from benchmarks.results.findings import Finding, Section, milliseconds, number, ratios

_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
_ROUNDS = 5
_SECONDS = 0.9
_COUNTED = 2_000
_BODY = json.dumps(EVENT)
_FIGURES: dict[str, Callable[[list[float]], float]] = {
    "median": statistics.median,
    "99th percentile": lambda seconds: statistics.quantiles(seconds, n=100)[-1],
}

type _Answer = Callable[[], None]


def run(artifacts: Artifacts, folder: Path) -> Section:
    """Return the rate that each can answer, and two findings for each rate of arrivals."""
    packages = make_functions(artifacts, folder)
    with _answering(packages[OURS]) as ours, _answering(packages[FLOOR]) as floor:
        most, most_of_floor = _most_a_second(ours), _most_a_second(floor)
        rates = [round(share * most, -1) for share in _SHARES]
        at_rates = [each for rate in rates for each in _measure(rate, (ours, floor))]
    capacity = Finding(
        subject="one request after another: ours",
        measured=f"{number(most)} requests a second",
        beside=f"{FLOOR} {number(most_of_floor)} requests a second",
        judged=f"{number(most / most_of_floor)} x",
    )
    title = "latency at one execution environment of the edge function, by the rate of requests"
    return Section(title=title, findings=(capacity, *at_rates))


def arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Return the moments at which requests arrive, in seconds from the start."""
    pauses = random.Random(seed)  # noqa: S311 - the same moments each time
    return list(accumulate(pauses.expovariate(rate) for _ in range(round(rate * seconds))))


def latencies(
    moments: Sequence[float],
    answer: _Answer,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> list[float]:
    """Return the seconds from each arrival to its answer; one is answered at a time, in order."""
    began = clock()
    seconds = []
    for moment in moments:
        sleep(max(0.0, began + moment - clock()))
        answer()
        seconds.append(clock() - began - moment)
    return seconds


def _measure(rate: float, pair: tuple[_Answer, _Answer]) -> Iterator[Finding]:
    """Yield the figures of this rate; both get the same arrivals, in turns."""
    rounds = [arrivals(rate, _SECONDS, seed) for seed in range(_ROUNDS)]
    measured = [[latencies(moments, answer) for answer in pair] for moments in rounds]
    for name, figure in _FIGURES.items():
        ours, floor = ([figure(each[which]) for each in measured] for which in (0, 1))
        yield Finding(
            subject=f"{rate:,.0f} requests a second, {name}: ours",
            measured=milliseconds(ours),
            beside=f"{FLOOR} {milliseconds(floor)}",
            judged=f"{number(ratios(ours, floor).median)} x",
        )


def _most_a_second(answer: _Answer) -> float:
    return _COUNTED / latencies([0.0] * _COUNTED, answer)[-1]


@contextlib.contextmanager
def _answering(function: Function) -> Iterator[_Answer]:
    """Start the function, and yield what asks it for the page once, over one connection."""
    with running(function) as runtime:
        runtime.answer(EVENT)
        connection = http.client.HTTPConnection(runtime.client.base_url.netloc.decode())
        with contextlib.closing(connection):
            yield functools.partial(_ask, connection)


def _ask(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", INVOCATIONS, _BODY)
    answer = connection.getresponse().read()
    if b'"status"' not in answer:
        raise RuntimeError(f"The function returned no response: {answer[:300]!r}")
