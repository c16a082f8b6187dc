"""Commands belong to an instant: late and repeated delivery never overrides an operator."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from maintenance.errors import ConfigurationError, EventRefused, UnreadableValue
from maintenance.schedule.switch import parse_switch

from tests.sandbox.builders import a_distribution
from tests.stories.site import SWITCH, Site

type LooksAfter = Callable[..., None]


def instant(**ago: float) -> str:
    """Return the instant that long ago, as a schedule writes it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def switch(site: Site) -> str:
    """Return what the switch says."""
    return site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]


@pytest.mark.promise
def test_a_command_writes_the_switch_and_closes_the_site(
    site: Site, looks_after: LooksAfter
) -> None:
    """A schedule, a pipeline or a chat bot needs only the permission to invoke."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)

    report = site.receives({"maintenance": "on", "at": instant(seconds=-1)})

    assert ("on", "maintenance") == (switch(site), report["mode"])
    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]


def test_a_duration_counts_from_the_instant_of_the_command(
    site: Site, looks_after: LooksAfter
) -> None:
    """`for` becomes `until`, so that a late delivery does not last longer."""
    looks_after(a_distribution(site.cloud))
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)

    site.receives({"maintenance": "on for 90m", "at": at.isoformat()})

    ends = parse_switch(switch(site), written=at, zone=ZoneInfo("UTC")).until
    assert at + timedelta(minutes=90) == ends
    assert switch(site).startswith("on until ")


def test_a_command_from_the_future_is_refused(site: Site, looks_after: LooksAfter) -> None:
    """It would win over everything that operators write until then."""
    looks_after(a_distribution(site.cloud))

    with pytest.raises(ConfigurationError, match=r"from the future"):
        site.receives({"maintenance": "on", "at": instant(hours=-1)})

    assert "off" == switch(site)


def test_a_late_command_does_not_override_a_newer_write(
    site: Site, looks_after: LooksAfter
) -> None:
    """The report says which newer write won, and the run does not fail."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.says("off")

    report = site.receives({"maintenance": "on", "at": instant(minutes=5)})

    assert ("off", "live") == (switch(site), report["mode"])
    assert "is newer" in report["notices"][0]


def test_a_command_that_is_already_over_is_not_written(site: Site, looks_after: LooksAfter) -> None:
    """A dead letter replayed the next day starts nothing."""
    looks_after(a_distribution(site.cloud))
    site.cloud.ssm.delete_parameter(Name=SWITCH)
    site.says("off")
    late = {"maintenance": "on for 1s", "at": instant(seconds=-0.3)}
    site.cloud.sandbox.inject_fault("slow", "ssm:GetParameter", seconds=2.5)

    report = site.receives(late)

    assert "off" == switch(site)
    assert "already over" in report["notices"][0]


def test_an_event_bridge_event_carries_a_command_and_its_time(
    site: Site, looks_after: LooksAfter
) -> None:
    """A rule on a custom bus needs no input transformer."""
    looks_after(a_distribution(site.cloud))
    event = {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "Deployment Started",
        "source": "pipeline",
        "account": "000000000000",
        "time": instant(seconds=-1),
        "region": "us-east-1",
        "resources": [],
        "detail": {"maintenance": "on"},
    }

    site.receives(event)

    assert "on" == switch(site)


def test_a_command_without_an_instant_is_refused(site: Site, looks_after: LooksAfter) -> None:
    """Lambda does not say whether a delivery is late, so the command must name its instant."""
    looks_after(a_distribution(site.cloud))

    with pytest.raises(EventRefused, match=r"a command needs its instant"):
        site.receives({"maintenance": "on"})

    assert "off" == switch(site)


def test_an_invalid_command_writes_nothing(site: Site, looks_after: LooksAfter) -> None:
    """The error quotes it and shows the grammar."""
    looks_after(a_distribution(site.cloud))

    with pytest.raises(UnreadableValue, match=r"(?s)'onn'.*on \| off"):
        site.receives({"maintenance": "onn", "at": instant(seconds=-1)})

    assert "off" == switch(site)
    assert "'onn'" in site.status()["last_error"]["message"]
