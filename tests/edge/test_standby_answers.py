"""The standby engine's function answers in V8 as the edge handler does; tests/standby asks njs."""

from pathlib import Path

from tests.standby.comparison import differences
from tests.standby.runtimes import run_in_v8
from tests.standby.sites import sites
from tests.standby.visits import table


def test_the_function_gives_the_answers_of_the_edge_handler(tmp_path: Path) -> None:
    """For each request of the table, to each of the sites."""
    visits = (*table(),)

    assert len(visits) >= 400
    for site in sites(tmp_path).values():
        assert [] == differences(run_in_v8, site, visits)
