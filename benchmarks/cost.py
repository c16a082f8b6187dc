"""
What it costs, computed from measured durations and listed prices. Pure.

Prices are of third-party pages read on the day below; the live price list was not read. No free
tier is deducted, and every sweep is taken for a cold start, which is the dearest case.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

PRICES_READ = "2026-11-23"

# Dollars.
_LAMBDA_REQUEST = 0.20 / 1e6
_LAMBDA_GB_SECOND = 0.0000166667
_EDGE_REQUEST = 0.60 / 1e6
_EDGE_GB_SECOND = 0.00005001
_CLOUDFRONT_HTTPS_REQUEST = 0.0100 / 10_000
_CLOUDFRONT_GB = 0.085

# Of the template.
CONTROLLER_MB = 1_769
_EDGE_MB = 128
_SWEEPS = 30 * 24 * 60 // 15

# The memory at which Lambda gives a function one whole processor
# (doc: AWS Lambda Developer Guide, configuration-memory).
_ONE_PROCESSOR_MB = 1_769

NEEDED = frozenset(
    {
        "cold_toggle_seconds",
        "cold_toggle_work_seconds",
        "cold_sweep_work_seconds",
        "sweep_waiting_seconds",
        "edge_invocation_milliseconds",
        "page_bytes",
    }
)


@dataclass(frozen=True, slots=True)
class Cost:
    """One row: what happens, what it is made of, and dollars."""

    what: str
    made_of: str
    dollars: float


def costs(numbers: Mapping[str, float]) -> tuple[Cost, ...]:
    """Return the rows; `numbers` has those that are NEEDED."""
    toggle = _toggle_seconds(numbers)
    sweep = _stretched(numbers["cold_sweep_work_seconds"]) + numbers["sweep_waiting_seconds"]
    edge = _whole_milliseconds(numbers["edge_invocation_milliseconds"])
    return (
        Cost("a toggle", f"1 run of {toggle:.1f} s", _controller_run(toggle)),
        Cost(
            "an idle month",
            f"{_SWEEPS:,} sweeps of {sweep:.1f} s",
            _SWEEPS * _controller_run(sweep),
        ),
        Cost(
            "a million visitors, Lambda@Edge",
            f"{edge * 1000:.0f} ms each",
            1e6 * (_EDGE_REQUEST + edge * _EDGE_MB / 1024 * _EDGE_GB_SECOND),
        ),
        Cost(
            "the same, CloudFront's own",
            f"HTTPS requests of {numbers['page_bytes'] / 1e3:.1f} kB",
            1e6 * (_CLOUDFRONT_HTTPS_REQUEST + numbers["page_bytes"] / 1e9 * _CLOUDFRONT_GB),
        ),
    )


def markdown(numbers: Mapping[str, float]) -> str:
    """Return the table of costs."""
    lines = ["| what | made of | US dollars |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.made_of} | {_shown(row.dollars)} |" for row in costs(numbers)]
    lines += ["", f"Prices as read on {PRICES_READ}, not checked against AWS's live price list."]
    return "\n".join(lines)


def _toggle_seconds(numbers: Mapping[str, float]) -> float:
    work = numbers["cold_toggle_work_seconds"]
    waits = max(0.0, numbers["cold_toggle_seconds"] - work)
    return waits + _stretched(work)


def _stretched(work_seconds: float) -> float:
    """Return how long work takes with the share of a processor that the memory buys."""
    return work_seconds / min(1.0, CONTROLLER_MB / _ONE_PROCESSOR_MB)


def _controller_run(seconds: float) -> float:
    return _LAMBDA_REQUEST + _whole_milliseconds(seconds * 1000) * CONTROLLER_MB / 1024 * (
        _LAMBDA_GB_SECOND
    )


def _whole_milliseconds(milliseconds: float) -> float:
    """Return seconds, as they are billed: each millisecond that has begun."""
    return math.ceil(milliseconds) / 1000


def _shown(dollars: float) -> str:
    return f"{dollars:.2f}" if dollars >= 0.01 else f"{dollars:.6f}"  # noqa: PLR2004 - cents
