"""What a run asks of AWS: no more than it must, because AWS answers only so often."""

from collections.abc import Callable

from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site

_HISTORY = "ssm:GetParameterHistory"


def test_the_history_is_read_once_for_each_version_of_the_switch(
    site: Site, looks_after: Callable[..., None]
) -> None:
    """SSM tells it three times a second, to all runs at once; behind a version it cannot change."""
    looks_after(a_distribution(site.cloud))
    site.schedules("new-year", "at(2198-12-31T22:00) for 4h")
    read = []
    for value in ("on", "on for 2h"):
        site.becomes(value)
        site.receives({"sweep": True})
        site.receives({"sweep": True})
        read.append(len(site.cloud.sandbox.calls(_HISTORY)))

    assert [1, 2] == read


def test_a_switch_that_was_deleted_and_written_anew_has_another_history(
    site: Site, looks_after: Callable[..., None]
) -> None:
    """Its versions count from 1 again."""
    looks_after(a_distribution(site.cloud))
    site.schedules("new-year", "at(2198-12-31T22:00) for 4h")
    for _ in range(2):
        site.cloud.ssm.delete_parameter(Name=SWITCH)
        site.becomes("on")

    assert 2 == len(site.cloud.sandbox.calls(_HISTORY))
