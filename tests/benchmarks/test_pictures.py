"""The pictures of benchmarks/README.md show what its table says."""

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.results.chart import Chart, draw
from benchmarks.results.pictures import FLEET, PAGE, RATE, fleet, rate

FLEET_ROWS = (
    "| 1 distribution, to the last edge, reckoned: standby | 30.9 s | attach 181 s | 0.17 x | | |\n"
    "| 500 distributions, to the last edge, reckoned: standby | 34.6 s | attach 1,350 s | x | | |\n"
)
RATE_ROWS = (
    "| 500 requests a second, median: ours | 1.1 ms (1-2) | bare Python 0.90 ms (1-2) | x |\n"
    "| 500 requests a second, 99th percentile: ours | 4.0 ms (1-2) | bare Python 3.0 ms (1) | x |\n"
    "| 1,000 requests a second, median: ours | 5.0 ms (1-2) | bare Python 1.0 ms (1-2) | x |\n"
    "| 1,000 requests a second, 99th percentile: ours | 38.0 ms (1) | bare Python 4.9 ms (1) | |\n"
)


@pytest.mark.parametrize(("chart", "picture"), [(fleet, FLEET), (rate, RATE)])
def test_the_pictures_are_drawn_from_the_table(
    chart: Callable[[str], Chart], picture: Path
) -> None:
    """`python -m benchmarks.results.pictures` draws them again after an edit by hand."""
    assert draw(chart(PAGE.read_text("utf-8"))) == picture.read_text("utf-8")


def test_rows_are_read_with_thousands() -> None:
    """Of each line, in the table's order."""
    assert {
        "attach": ((1, 181.0), (500, 1350.0)),
        "standby": ((1, 30.9), (500, 34.6)),
    } == {line.name: line.points for line in fleet(FLEET_ROWS).lines}
    assert {
        "ours, 99th percentile": ((500, 4.0), (1000, 38.0)),
        "ours, median": ((500, 1.1), (1000, 5.0)),
        "bare Python, 99th percentile": ((500, 3.0), (1000, 4.9)),
        "bare Python, median": ((500, 0.9), (1000, 1.0)),
    } == {line.name: line.points for line in rate(RATE_ROWS).lines}


def test_a_slower_fleet_is_drawn_higher() -> None:
    """SVG counts from the top; each point is labeled with its seconds, inside the picture."""
    picture = ET.fromstring(draw(fleet(FLEET_ROWS)))  # noqa: S314 - our own
    circles = [each for each in picture if each.tag.endswith("circle")]
    attach_one, attach_many, standby_one, standby_many = (
        float(each.attrib["cy"]) for each in circles
    )

    assert 0 < attach_many < attach_one < standby_many < standby_one < 360
    assert {"181", "1350", "31", "35"} <= {each.text for each in picture}


def test_names_at_the_end_of_close_lines_do_not_cover_each_other() -> None:
    """Also where two lines end at nearly the same height."""
    picture = ET.fromstring(draw(rate(RATE_ROWS)))  # noqa: S314 - our own
    named = {"ours, median", "bare Python, 99th percentile", "bare Python, median"}
    heights = sorted(float(each.attrib["y"]) for each in picture if each.text in named)

    assert [True, True] == [lower - upper >= 13 for upper, lower in itertools.pairwise(heights)]


def test_the_text_changes_its_color_on_a_dark_page() -> None:
    """Otherwise it would be dark on dark."""
    assert re.search(r"prefers-color-scheme:dark.*fill:#e6", draw(fleet(FLEET_ROWS)))


@pytest.mark.parametrize(("chart", "name"), [(fleet, "fleet"), (rate, "rate")])
def test_a_table_without_these_rows_is_refused(chart: Callable[[str], Chart], name: str) -> None:
    """An empty picture would look like a measurement."""
    with pytest.raises(ValueError, match=f"ONLY={name}"):
        chart("| nothing |")
