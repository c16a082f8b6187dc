"""What the benchmarks compute with what they measured."""

import pytest

from benchmarks.call_log import busy_seconds
from benchmarks.cost import CONTROLLER_MB, NEEDED, costs, markdown
from benchmarks.findings import Finding, Goal, Samples, Section, number, paired
from benchmarks.table import between_markers, markdown_table
from tests.contract.template import load_template

NUMBERS = {
    "cold_toggle_seconds": 3.0,
    "cold_toggle_work_seconds": 1.0,
    "cold_sweep_work_seconds": 0.7,
    "sweep_waiting_seconds": 0.3,
    "edge_invocation_milliseconds": 1.2,
    "page_bytes": 5_000.0,
}


def test_the_figure_is_the_median_and_the_spread_the_quartiles() -> None:
    """One slow repetition moves neither."""
    samples = Samples((1.0, 2.0, 3.0, 4.0, 900.0))

    assert "3.00 ms (2.00-4.00)" == samples.shown("ms")


def test_a_single_sample_has_no_spread() -> None:
    """Where there is only one, it is all three."""
    assert "7.00 s (7.00-7.00)" == Samples((7.0,)).shown("s")


@pytest.mark.parametrize(("ratio", "expected"), [(False, (1.0, 10.0)), (True, (2.0, 1.5))])
def test_neighbours_are_compared(ratio: bool, expected: tuple[float, ...]) -> None:  # noqa: FBT001 -- a parameter of the test
    """Each with the floor of its own round, because the machine was as busy for both."""
    assert expected == paired([2.0, 30.0], [1.0, 20.0], ratio=ratio).values


@pytest.mark.parametrize(
    ("value", "shown"), [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (-3.0, "-3.00")]
)
def test_numbers_have_three_digits_that_count(value: float, shown: str) -> None:
    """More would pretend to be known."""
    assert shown == number(value)


@pytest.mark.parametrize(("figure", "verdict"), [(1.15, True), (1.16, False)])
def test_a_goal_is_met_up_to_its_limit(figure: float, verdict: bool) -> None:  # noqa: FBT001 -- the same
    """And the finding says what was judged."""
    judged = Goal(1.15, "x").judged(figure)

    assert {"judged": f"{figure} x", "goal": "at most 1.15 x", "verdict": verdict} == judged


def test_calls_at_once_are_waited_for_once() -> None:
    """In whichever order the log has them; between calls nothing is waited for."""
    times = [(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (1.5, 2.5)]

    assert 4.0 == busy_seconds([{"began": began, "ended": ended} for began, ended in times])


def test_the_table_shows_goals_that_are_not_met() -> None:
    """A row each, and below it when and where."""
    found = Finding(subject="a|b", measured="2 ms", judged="2 x", goal="at most 1 x", verdict=False)
    section = Section(title="Edge", findings=(found,), taken="today", machine="a laptop")

    written = markdown_table([section])

    assert "| a\\|b | 2 ms |  | 2 x | at most 1 x | no |" in written.splitlines()
    assert "- Edge: today, a laptop." in written.splitlines()


def test_a_section_survives_being_written_down() -> None:
    """So that rows that are not measured again stay."""
    section = Section(title="t", findings=(Finding(subject="s", measured="m"),), numbers=NUMBERS)

    assert section == Section.read(section.document())


def test_only_what_is_between_the_markers_is_replaced() -> None:
    """The rest of a page is written by hand; twice is the same as once."""
    page = "before\n<!-- begin t -->\nold\n<!-- end t -->\nafter\n"

    once = between_markers(page, "t", "new")

    assert "before\n<!-- begin t -->\n\nnew\n\n<!-- end t -->\nafter\n" == once
    assert once == between_markers(once, "t", "new")


def test_a_page_without_markers_is_refused() -> None:
    """Nothing is appended somewhere."""
    with pytest.raises(ValueError, match="begin t"):
        between_markers("no markers", "t", "new")


def test_costs_follow_from_durations_and_prices() -> None:
    """Worked by hand from the prices in docs/cost.md: GB-seconds and requests."""
    toggle, month, visitors, cloudfront = (each.dollars for each in costs(NUMBERS))

    gigabytes = 1_769 / 1_024
    assert pytest.approx(3.0 * gigabytes * 0.0000166667 + 0.0000002) == toggle
    assert pytest.approx(2_880 * (1.0 * gigabytes * 0.0000166667 + 0.0000002)) == month
    # 1.2 ms are billed as 2: 250 GB-seconds for a million, as in the fact sheet.
    assert pytest.approx(0.60 + 250 * 0.00005001) == visitors
    assert pytest.approx(1.00 + 5 * 0.085) == cloudfront


def test_the_cost_table_says_that_prices_were_not_checked() -> None:
    """And needs every number that it is computed from."""
    assert "not checked" in markdown(NUMBERS)
    assert NUMBERS.keys() == NEEDED


def test_the_memory_is_that_of_the_template() -> None:
    """The cost table computes with what is deployed."""
    deployed = load_template()["Resources"]["Controller"]["Properties"]

    assert CONTROLLER_MB == deployed["MemorySize"]
