"""Commands are ordered by their instants, in whichever order they arrive."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.cloud import eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site

type LooksAfter = Callable[..., None]

MOMENT = timedelta(milliseconds=1)


def switch(site: Site) -> str:
    """Return what the switch says."""
    return site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]


def written(site: Site) -> datetime:
    """Return when the switch was written; commands of a moment later are newer and arrive late."""
    found = site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]
    return found["LastModifiedDate"].astimezone(UTC)


def command(value: str, at: datetime) -> dict[str, str]:
    """Return a command that belongs to an instant."""
    return {"maintenance": value, "at": at.isoformat()}


@pytest.fixture
def distribution_id(site: Site, looks_after: LooksAfter) -> str:
    """Give the only distribution of the site."""
    made = a_distribution(site.cloud)
    looks_after(made)
    return made


@pytest.mark.promise
@pytest.mark.parametrize("is_in_order", [True, False], ids=["in order", "the off first"])
def test_an_off_wins_over_an_earlier_on_in_either_order_of_arrival(
    site: Site, distribution_id: str, *, is_in_order: bool
) -> None:
    """A site that should open opens, however late an earlier on is delivered."""
    before = written(site)
    commands = [command("on", before + MOMENT), command("off", before + 2 * MOMENT)]
    for each in commands if is_in_order else reversed(commands):
        report = site.receives(each)

    assert ("off", "live") == (switch(site), report["mode"])
    assert set() == site.attached(distribution_id)["default"]


def test_an_off_that_an_on_overwrites_at_the_same_time_is_written_again(
    site: Site, distribution_id: str
) -> None:
    """Parameter Store has no conditional write, so the slower run checks what it overwrote."""
    before = written(site)
    site.cloud.sandbox.inject_fault("hold", "ssm:PutParameter")
    with ThreadPoolExecutor(1) as other:
        slower = other.submit(site.receives, command("on", before + MOMENT))
        eventually(site.cloud.sandbox.held)
        try:
            site.receives(command("off", before + 2 * MOMENT))
        finally:
            site.cloud.sandbox.release()

    report = slower.result()

    assert ("off", "live") == (switch(site), report["mode"])
    assert "overwritten by an earlier command: written again" in report["notices"][0]
    assert set() == site.attached(distribution_id)["default"]


def test_an_operators_value_after_a_command_counts_from_its_own_write(
    site: Site, distribution_id: str
) -> None:
    """The parameter still has the command's description, which is not about this value."""
    before = written(site)
    site.receives(command("on", before + MOMENT))
    site.says("off")

    report = site.receives(command("on", before + 2 * MOMENT))

    assert ("off", "live") == (switch(site), report["mode"])
    assert "is newer" in report["notices"][0]
    assert set() == site.attached(distribution_id)["default"]


@pytest.mark.promise
def test_a_late_off_does_not_end_a_window_that_began_after_its_instant(
    site: Site, distribution_id: str
) -> None:
    """It is about windows that were open when it was sent; the report names the other one."""
    before = written(site)
    begins = before + 2 * MOMENT
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M:%S.%fZ}) for 1h")

    report = site.receives(command("off", before + MOMENT))

    assert ("off", "maintenance") == (switch(site), report["mode"])
    assert "which was written at" in report["reason"]
    assert set() != site.attached(distribution_id)["default"]
    assert "maintenance" == site.receives({"sweep": True})["mode"]


def test_a_late_off_ends_a_window_that_began_before_its_instant(
    site: Site, distribution_id: str
) -> None:
    """However late it arrives."""
    before = written(site)
    begins = before + MOMENT
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M:%S.%fZ}) for 1h")
    site.receives({"sweep": True})

    report = site.receives(command("off", before + 2 * MOMENT))

    assert "live" == report["mode"]
    assert set() == site.attached(distribution_id)["default"]
