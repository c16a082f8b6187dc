"""
Draw lines over a grid as an SVG. Pure: the same chart gives the same bytes.

It brings its own background, light or dark as the reader's system is.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 640, 360, 60, 50, 50
# Between the axis and the first point, whose label would cover the numbers of the axis.
_INSET = 26
_LINE_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its name, which stands at its end; a dashed line has no numbers."""

    name: str
    color: str
    points: tuple[tuple[float, float], ...]
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over the same values of x; `right` is the room for their names, in pixels."""

    title: str
    description: str
    below: str
    lines: tuple[Line, ...]
    right: int
    is_logarithmic: bool = False

    @property
    def columns(self) -> list[float]:
        """Return the values of x."""
        return [x for x, _ in self.lines[0].points]

    @property
    def most(self) -> float:
        """Return the upper end of the y axis."""
        return _ceiling(max(y for line in self.lines for _, y in line.points))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies in the picture, in pixels from its upper left corner."""
        scale = math.log if self.is_logarithmic else float
        first, last = scale(self.columns[0]), scale(self.columns[-1])
        share = (scale(x) - first) / ((last - first) or 1.0)
        across = _LEFT + _INSET + (_WIDTH - _LEFT - _INSET - self.right) * share
        return across, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * y / self.most


def draw(chart: Chart) -> str:
    """Return an SVG with numbers at the points, and at the columns and rows of a grid."""
    most = chart.most
    parts = [_text(_LEFT, 24, chart.title, "title")]
    for tick in range(5):
        _, y = chart.place(chart.columns[0], most * tick / 4)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - chart.right}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{most * tick / 4:g}", "end"))
    for column in chart.columns:
        x, y = chart.place(column, 0)
        parts.append(_text(x, y + 20, f"{column:g}", "middle"))
    parts.append(_text(_LEFT, _HEIGHT - 10, chart.below, "start"))
    for line in chart.lines:
        parts += _line(chart, line)
    return _document(chart.description, [*parts, *_names(chart)])


def _line(chart: Chart, line: Line) -> Iterator[str]:
    places = [chart.place(*each) for each in line.points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dashes = ' stroke-dasharray="6 4"' if line.is_dashed else ""
    yield f'<path fill="none" stroke="{line.color}" stroke-width="2.5"{dashes} d="M{path}"/>'
    for (x, y), (_, value) in zip(places, line.points, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{line.color}"/>'
        if not line.is_dashed:
            yield _text(x, y - 9, f"{value:.0f}", "middle")


def _names(chart: Chart) -> Iterator[str]:
    """Yield the names at the ends of their lines, each far enough below the one above."""
    above = -math.inf
    for line in sorted(chart.lines, key=lambda each: -each.points[-1][1]):
        x, y = chart.place(*line.points[-1])
        above = max(y, above + _LINE_HEIGHT)
        style = f' style="fill:{line.color};font-weight:600"'
        yield _text(x + 10, above + 4, line.name, "start", style)


def _ceiling(value: float) -> float:
    """Return the next number with one digit, even or a power of ten, whose quarters are short."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * each for each in (1, 2, 4, 6, 8, 10) if value <= power * each)


def _text(x: float, y: float, text: str, kind: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{more}>{escape(text)}</text>'


def _document(description: str, parts: Iterable[str]) -> str:
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:600}"
        ".middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:#8b949e;stroke-opacity:.4}"
        ".page{fill:#fff}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}}"
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(description)}">'
    )
    page = f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>'
    return "\n".join([head, f"<style>{style}</style>", page, *parts, "</svg>", ""])
