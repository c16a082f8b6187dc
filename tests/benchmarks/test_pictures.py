"""The pictures of benchmarks/README.md show what its table says."""

import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks.pictures import FLEET, PAGE, draw_fleet, read_fleet

ROWS = (
    "| 1 distribution, to the last edge, reckoned: standby | 30.9 s | attach 181 s | 0.17 x | | |\n"
    "| 500 distributions, to the last edge, reckoned: standby | 34.6 s | attach 1,350 s | x | | |\n"
)


def test_the_fleet_is_drawn_from_the_table() -> None:
    """`python -m benchmarks.pictures` draws it again after an edit by hand."""
    assert draw_fleet(read_fleet(PAGE.read_text("utf-8"))) == FLEET.read_text("utf-8")


def test_rows_are_read_with_thousands() -> None:
    """Of both engines, in the table's order."""
    assert {
        "attach": [(1, 181.0), (500, 1350.0)],
        "standby": [(1, 30.9), (500, 34.6)],
    } == read_fleet(ROWS)


def test_a_slower_fleet_is_drawn_higher() -> None:
    """SVG counts from the top; each point is labeled with its seconds, inside the picture."""
    picture = ET.fromstring(draw_fleet(read_fleet(ROWS)))  # noqa: S314 - our own
    circles = [each for each in picture if each.tag.endswith("circle")]
    attach_one, attach_many, standby_one, standby_many = (
        float(each.attrib["cy"]) for each in circles
    )

    assert 0 < attach_many < attach_one < standby_many < standby_one < 360
    assert {"181", "1350", "31", "35"} <= {each.text for each in picture}


def test_the_text_changes_its_color_on_a_dark_page() -> None:
    """Otherwise it would be dark on dark."""
    assert re.search(r"prefers-color-scheme:dark.*fill:#e6", draw_fleet(read_fleet(ROWS)))


def test_a_table_without_these_rows_is_refused() -> None:
    """An empty picture would look like a measurement."""
    with pytest.raises(ValueError, match="ONLY=engines"):
        read_fleet("| nothing |")
