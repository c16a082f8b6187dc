"""The last off is remembered in the status too, where the switch's own history is not enough."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import STATUS, SWITCH, Site

type LooksAfter = Callable[..., None]

REFUSED = {"code": "AccessDeniedException", "status": 400, "times": 99}


def an_open_window() -> str:
    """Return a window that began this minute and lasts for a day and a half."""
    return f"at({datetime.now(UTC):%Y-%m-%dT%H:%M}) for 36h"


@pytest.fixture
def distribution_id(site: Site, looks_after: LooksAfter) -> str:
    """Give the only distribution of the site."""
    made = a_distribution(site.cloud)
    looks_after(made)
    return made


@pytest.mark.promise
def test_deleting_the_switch_does_not_bring_back_a_window_that_was_ended(
    site: Site, distribution_id: str
) -> None:
    """Its history is gone, and the run fails as the switch is missing, but the site stays open."""
    site.schedules("upgrade", an_open_window())
    site.becomes("off")
    site.cloud.ssm.delete_parameter(Name=SWITCH)

    with pytest.raises(RunFailed, match="does not exist"):
        site.receives({"sweep": True})

    assert set() == site.attached(distribution_id)["default"]


def test_a_switch_that_was_written_again_does_not_bring_it_back_either(
    site: Site, distribution_id: str
) -> None:
    """Its history begins with the on."""
    site.schedules("upgrade", an_open_window())
    site.becomes("off")
    site.cloud.ssm.delete_parameter(Name=SWITCH)
    site.says("on for 10m")

    report = site.runs_at(datetime.now(UTC) + timedelta(minutes=11))

    assert "live" == report["mode"]
    assert set() == site.attached(distribution_id)["default"]


def test_an_off_is_remembered_behind_a_hundred_writes(site: Site, distribution_id: str) -> None:
    """Parameter Store keeps a hundred versions."""
    now = datetime.now(UTC)
    site.schedules("upgrade", f"at({now + timedelta(days=3):%Y-%m-%dT%H:%M}) for 36h")
    site.becomes("off for 30d")
    for _ in range(100):
        site.says("on for 10m")

    report = site.runs_at(now + timedelta(days=4))

    assert "live" == report["mode"]
    assert set() == site.attached(distribution_id)["default"]


def test_a_run_that_cannot_read_what_is_remembered_changes_nothing(
    site: Site, distribution_id: str
) -> None:
    """The window may have been ended."""
    site.schedules("upgrade", an_open_window())
    site.becomes("off")
    site.cloud.ssm.delete_parameter(Name=SWITCH)
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameter", resource=STATUS, **REFUSED)

    with pytest.raises(RunFailed, match=f"the status {STATUS} cannot be read"):
        site.receives({"sweep": True})

    assert set() == site.attached(distribution_id)["default"]
