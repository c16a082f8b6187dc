"""
The pictures of README.md, drawn from its table alone: the same table gives the same bytes.

`python -m benchmarks.results.pictures` draws them again without measuring; `make bench` does so at
its end.
"""

import re

from benchmarks.artifact import ROOT
from benchmarks.results.chart import Chart, Line, draw

FLEET = ROOT / "benchmarks" / "fleet.svg"
RATE = ROOT / "benchmarks" / "rate.svg"
PAGE = ROOT / "benchmarks" / "README.md"
_FLEET_ROW = re.compile(
    r"^\| (?P<size>\d+) distributions?, to the last edge, reckoned: standby"
    r" \| (?P<standby>[\d.,]+) s \| attach (?P<attach>[\d.,]+) s \|",
    re.MULTILINE,
)
_RATE_ROW = re.compile(
    r"^\| (?P<rate>[\d,]+) requests a second, (?P<figure>median|99th percentile): ours"
    r" \| (?P<ours>[\d.,]+) ms[^|]*\| bare Python (?P<bare>[\d.,]+) ms",
    re.MULTILINE,
)
_ORANGE, _BLUE = "#d1570a", "#2f7fd6"


def fleet(page: str) -> Chart:
    """Return sizes and seconds to the last edge of each engine; ValueError without such rows."""
    rows = list(_FLEET_ROW.finditer(page))
    if not rows:
        raise ValueError("The table has no rows about the last edge: make bench ONLY=fleet.")
    return Chart(
        "Seconds until the last edge is closed",
        "Seconds until the last edge is closed, by the number of distributions",
        "distributions (logarithmic)",
        tuple(
            Line(name, color, tuple((_value(row["size"]), _value(row[name])) for row in rows))
            for name, color in (("attach", _ORANGE), ("standby", _BLUE))
        ),
        right=90,
        is_logarithmic=True,
    )


def rate(page: str) -> Chart:
    """Return requests a second and their latencies in ms; ValueError without such rows."""
    rows = list(_RATE_ROW.finditer(page))
    if not rows:
        raise ValueError("The table has no rows about latencies: make bench ONLY=rate.")
    return Chart(
        "Latency at one copy of the edge function, in milliseconds",
        "Latency at one copy of the edge function, by the requests a second that arrive there",
        "requests a second",
        tuple(
            Line(
                f"{name}, {figure}",
                color,
                tuple(
                    (_value(row["rate"]), _value(row[group]))
                    for row in rows
                    if row["figure"] == figure
                ),
                is_dashed=figure == "median",
            )
            for name, group, color in (("ours", "ours", _ORANGE), ("bare Python", "bare", _BLUE))
            for figure in ("99th percentile", "median")
        ),
        right=215,
    )


def draw_all() -> None:
    """Draw all pictures from the table as it is."""
    page = PAGE.read_text("utf-8")
    FLEET.write_text(draw(fleet(page)), "utf-8")
    RATE.write_text(draw(rate(page)), "utf-8")


def _value(text: str) -> float:
    return float(text.replace(",", ""))


if __name__ == "__main__":
    draw_all()
