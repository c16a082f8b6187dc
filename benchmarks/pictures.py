"""
The pictures of README.md, drawn from its table alone: the same table gives the same bytes.

`python -m benchmarks.pictures` draws them again without measuring; `make bench` does so at its end.
They bring their own background, light or dark as the reader's system is.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from benchmarks.artifact import ROOT

FLEET = ROOT / "benchmarks" / "fleet.svg"
PAGE = ROOT / "benchmarks" / "README.md"
_ROW = re.compile(
    r"^\| (?P<size>\d+) distributions?, to the last edge, reckoned: standby"
    r" \| (?P<standby>[\d.,]+) s \| attach (?P<attach>[\d.,]+) s \|",
    re.MULTILINE,
)
_COLORS = {"attach": "#d1570a", "standby": "#2f7fd6"}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 360, 60, 90, 50, 50
# Between the axis and the first point, whose label would cover the numbers of the axis.
_INSET = 26

type Points = Sequence[tuple[int, float]]


def read_fleet(page: str) -> dict[str, Points]:
    """Return sizes and seconds to the last edge for each engine; ValueError without such rows."""
    rows = list(_ROW.finditer(page))
    if not rows:
        raise ValueError("The table has no rows about the last edge: make bench ONLY=engines.")
    return {
        engine: [(int(row["size"]), float(row[engine].replace(",", ""))) for row in rows]
        for engine in _COLORS
    }


def draw_fleet(lines: Mapping[str, Points]) -> str:
    """Return an SVG: distributions on a logarithmic axis, seconds on a linear one."""
    sizes = [size for size, _ in next(iter(lines.values()))]
    most = _ceiling(max(seconds for points in lines.values() for _, seconds in points))

    def place(size: float, seconds: float) -> tuple[float, float]:
        span = math.log(max(sizes)) or 1.0
        x = _LEFT + _INSET + (_WIDTH - _LEFT - _INSET - _RIGHT) * math.log(size) / span
        return x, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * seconds / most

    parts = [_text(_LEFT, 24, "Seconds until the last edge is closed", "title")]
    for tick in range(5):
        _, y = place(1, most * tick / 4)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{most * tick / 4:g}", "end"))
    for size in sizes:
        x, y = place(size, 0)
        parts.append(_text(x, y + 20, str(size), "middle"))
    parts.append(_text(_LEFT, _HEIGHT - 10, "distributions (logarithmic)", "start"))
    for engine, points in lines.items():
        parts += _line(engine, [(*place(*each), each[1]) for each in points])
    return _document(parts)


def draw() -> None:
    """Draw all pictures from the table as it is."""
    FLEET.write_text(draw_fleet(read_fleet(PAGE.read_text("utf-8"))), "utf-8")


def _line(engine: str, places: Sequence[tuple[float, float, float]]) -> Iterable[str]:
    color = _COLORS[engine]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in places)
    yield f'<path fill="none" stroke="{color}" stroke-width="2.5" d="M{path}"/>'
    for x, y, seconds in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>'
        yield _text(x, y - 9, f"{seconds:.0f}", "middle")
    x, y, _ = places[-1]
    yield _text(x + 10, y + 4, engine, "start", f' style="fill:{color};font-weight:600"')


def _ceiling(value: float) -> float:
    """Return the next number with one digit, even or a power of ten, whose quarters are short."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * each for each in (1, 2, 4, 6, 8, 10) if value <= power * each)


def _text(x: float, y: float, text: str, kind: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{more}>{escape(text)}</text>'


def _document(parts: Iterable[str]) -> str:
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:600}"
        ".middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:#8b949e;stroke-opacity:.4}"
        ".page{fill:#fff}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}}"
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Seconds until the last edge is closed, by the number of distributions">'
    )
    page = f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>'
    return "\n".join([head, f"<style>{style}</style>", page, *parts, "</svg>", ""])


if __name__ == "__main__":
    draw()
