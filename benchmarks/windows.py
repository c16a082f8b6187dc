"""
Windows: deciding over many of them, and the timeline of a year.

    next change   the decision that every run takes: what is in force now, and when that can change
    timeline      what `make windows` draws: at most a thousand occurrences, whatever there are
    whole year    every occurrence of every window, in order, which nothing in the product asks for
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from maintenance.schedule.decision import Schedule, decide
from maintenance.schedule.forecast import forecast
from maintenance.schedule.switch import Says, Switch
from maintenance.schedule.window import Window, occurrences, parse_window

from benchmarks.artifact import Artifacts
from benchmarks.findings import Finding, Goal, Samples, Section, paired

_NUMBERS = (10, 100, 1_000)
_REPETITIONS = 5
_NOW = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
_YEAR = timedelta(days=365)
_LINEAR = Goal(1.15, "x")
_SWITCH = Switch(Says.OFF, _NOW - timedelta(days=30))
# As many as divide every number, so that each has the same mixture.
_TEXTS = (
    "cron({m} 2 ? * SUN *) for 2h in Europe/Ljubljana",
    "cron({m} 22 ? * MON-FRI *) for 1h30m in America/New_York",
    "cron({m} 3 ? * 6#3 *) for 90m in Asia/Tokyo",
    "cron({m} 1 L * ? *) for 1h in Australia/Lord_Howe",
    "at(2027-03-01T02:{m:02d}) for 6h: We move house.",
)


def run(_artifacts: Artifacts, _folder: Path) -> Section:
    """Return the findings for each number of windows."""
    by_number = {number: _windows(number) for number in _NUMBERS}
    decisions = _samples(by_number, _decide)
    timelines = _samples(by_number, _draw)
    years = _samples(by_number, _list)
    findings = [
        *_findings("the next change", decisions, "per window"),
        *_findings("the timeline of a year, as it is drawn", timelines, "per window"),
        *_findings("every occurrence of a year", years, "per window"),
    ]
    return Section(title="Windows", findings=tuple(findings))


def _samples(
    by_number: dict[int, list[Window]], work: Callable[[list[Window]], object]
) -> dict[int, list[float]]:
    """Return microseconds per window, for each number of windows, interleaved."""
    samples: dict[int, list[float]] = {number: [] for number in by_number}
    for repetition in range(_REPETITIONS + 1):
        for number, windows in by_number.items():
            began = time.process_time_ns()
            # As often as the largest number has windows, so that all are timed for as long.
            for _ in range(_NUMBERS[-1] // number):
                work(windows)
            took = (time.process_time_ns() - began) / _NUMBERS[-1] / 1_000
            if repetition:  # the first one fills caches
                samples[number].append(took)
    return samples


def _decide(windows: list[Window]) -> object:
    return decide(Schedule(_SWITCH, windows=windows), now=_NOW)


def _draw(windows: list[Window]) -> object:
    return forecast(Schedule(_SWITCH, windows=windows), since=_NOW, until=_NOW + _YEAR)


def _list(windows: list[Window]) -> object:
    every = (occurrences(each, since=_NOW, until=_NOW + _YEAR) for each in windows)
    return sorted(chain.from_iterable(every), key=lambda each: each.begins)


def _findings(what: str, samples: dict[int, list[float]], unit: str) -> list[Finding]:
    few = samples[_NUMBERS[0]]
    return [
        Finding(
            subject=f"{what}, {number:,} windows",
            measured=f"{Samples(tuple(values)).shown('µs')} {unit}",
            beside=f"{_NUMBERS[0]} windows {Samples(tuple(few)).shown('µs')}",
            **(_LINEAR.judged(paired(values, few, ratio=True)) if number > _NUMBERS[0] else {}),
        )
        for number, values in samples.items()
    ]


def _windows(number: int) -> list[Window]:
    zone = ZoneInfo("UTC")
    return [
        parse_window(f"w{each}", _TEXTS[each % len(_TEXTS)].format(m=each % 60), zone=zone)
        for each in range(number)
    ]
