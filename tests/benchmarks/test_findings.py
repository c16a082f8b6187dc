"""What the benchmarks compute from their measurements, and the table that records it."""

import pytest

from benchmarks.results.findings import (
    Finding,
    Goal,
    Samples,
    Section,
    at_most,
    busy_seconds,
    differences,
    none_of,
    number,
    ratios,
)
from benchmarks.results.table import between_markers, replace_sections

PAGE = "Ours.\n<!-- begin table -->\n<!-- end table -->\nAlso ours.\n"


def test_the_figure_is_the_median_and_the_spread_the_quartiles() -> None:
    """One slow repetition changes neither."""
    samples = Samples((1.0, 2.0, 3.0, 4.0, 900.0))

    assert "3.00 ms (2.00-4.00)" == samples.text("ms")


def test_a_single_sample_has_no_spread() -> None:
    """The table shows by that that it was measured once."""
    assert "7.00 s" == Samples((7.0,)).text("s")


def test_each_sample_is_compared_with_the_floor_of_its_own_round() -> None:
    """The machine was equally busy for both."""
    assert (1.0, 10.0) == differences([2.0, 30.0], [1.0, 20.0]).values
    assert (2.0, 1.5) == ratios([2.0, 30.0], [1.0, 20.0]).values


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (-3.0, "-3.00")]
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    """More digits would pretend precision."""
    assert text == number(value)


@pytest.mark.parametrize(("figure", "is_met"), [(1.15, True), (1.16, False)])
def test_a_goal_is_met_up_to_its_limit(figure: float, is_met: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    """The finding says what was judged."""
    judged = Goal(1.15, "x").judge(figure)

    assert {"judged": f"{figure} x", "goal": "at most 1.15 x", "is_met": is_met} == judged


def test_simultaneous_calls_count_once() -> None:
    """The order in the log does not matter, and gaps between calls do not count."""
    times = [(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (1.5, 2.5)]

    assert 4.0 == busy_seconds([{"began": began, "ended": ended} for began, ended in times])


def test_the_table_shows_which_goals_are_met() -> None:
    """A section begins with its name, its title and its circumstances."""
    findings = (
        Finding(subject="a|b", measured="2 ms"),
        none_of("lost", ["E1"]),
        at_most("run", 9, 900, "s"),
    )
    section = Section(title="Edge", findings=findings, circumstances="today, a laptop")

    lines = replace_sections(PAGE, {"edge": section}, ["edge"]).splitlines()

    assert [
        "| **edge**: Edge | today, a laptop |  |  |  |  |",
        "| a\\|b | 2 ms |  |  |  |  |",
        "| lost | 1: E1 |  |  | none | no |",
        "| run | 9 s |  |  | at most 900 s | yes |",
    ] == lines[5:9]


def test_sections_that_are_not_measured_again_stay() -> None:
    """Measured ones are replaced, and all keep their order."""
    order = ["edge", "toggle", "fleet"]
    old = {
        name: Section(title="old", findings=(Finding(subject="s", measured="m"),)) for name in order
    }
    page = replace_sections(PAGE, old, order)

    new = replace_sections(page, {"toggle": Section(title="new", findings=())}, order)

    assert [
        "| **edge**: old |  |  |  |  |  |",
        "| s | m |  |  |  |  |",
        "| **toggle**: new |  |  |  |  |  |",
        "| **fleet**: old |  |  |  |  |  |",
        "| s | m |  |  |  |  |",
    ] == new.splitlines()[5:10]


def test_only_what_is_between_the_markers_is_replaced() -> None:
    """The rest of the page stays, and a second time changes nothing."""
    page = "before\n<!-- begin t -->\nold\n<!-- end t -->\nafter\n"

    once = between_markers(page, "t", "new")

    assert "before\n<!-- begin t -->\n\nnew\n\n<!-- end t -->\nafter\n" == once
    assert once == between_markers(once, "t", "new")


def test_a_page_without_markers_is_refused() -> None:
    """Otherwise the table would be lost."""
    with pytest.raises(ValueError, match="begin t"):
        between_markers("no markers", "t", "new")
