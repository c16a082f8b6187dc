"""What a run counts, as the metrics that alarms and dashboard lean on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import STATUS, Site

type LooksAfter = Callable[..., None]
type Counted = Callable[[], dict[str, Any]]


@pytest.fixture
def counted(capsys: pytest.CaptureFixture[str]) -> Counted:
    """Give the metrics of the last run, as it wrote them to its log."""

    def read() -> dict[str, Any]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        written = [each for each in lines if "_aws" in each][-1]
        (definition,) = written["_aws"]["CloudWatchMetrics"]
        assert ("SiteMaintenance", [["service"]]) == (
            definition["Namespace"],
            definition["Dimensions"],
        )
        return {each["Name"]: written[each["Name"]][0] for each in definition["Metrics"]}

    return read


def test_a_change_counts_how_long_its_phases_took(
    site: Site, looks_after: LooksAfter, counted: Counted
) -> None:
    """And a run without one does not, so that no average is made of nothing."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on")
    accepted = counted()
    site.settles()
    deployed = counted()
    site.receives({"sweep": True})

    assert accepted["SecondsToAccepted"] >= 0
    assert "SecondsToDeployed" not in accepted
    assert deployed["SecondsToDeployed"] >= 0
    assert {
        "DistributionsChanged",
        "DistributionsFailed",
        "DistributionsStuck",
        "HoursInMaintenance",
        "InMaintenance",
        "InputsRefused",
        "VersionsDeleted",
        "VersionsStillReplicated",
    } == counted().keys()


def test_a_closed_site_counts_its_hours(
    site: Site, looks_after: LooksAfter, counted: Counted
) -> None:
    """None while it is open, so that the alarm ends with the maintenance."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on")
    site.settles()
    site.runs_at(datetime.now(UTC) + timedelta(hours=25))
    closed = counted()
    site.becomes("off")
    opened = counted()

    assert (1, 25) == (closed["InMaintenance"], round(closed["HoursInMaintenance"]))
    assert (0, 0) == (opened["InMaintenance"], opened["HoursInMaintenance"])


def test_what_cannot_be_understood_is_counted_and_what_cannot_be_told_is_not(
    site: Site, looks_after: LooksAfter, counted: Counted
) -> None:
    """The alarm about unreadable input must not send people to look at what they wrote."""
    looks_after(a_distribution(site.cloud))
    refusal = {"code": "AccessDeniedException", "status": 400, "resource": STATUS}
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameter", **refusal)
    with pytest.raises(RunFailed):
        site.becomes("on")
    untold = counted()
    with pytest.raises(RunFailed):
        site.becomes("onn")

    assert (0, 1) == (untold["InputsRefused"], counted()["InputsRefused"])
    assert ("HoursInMaintenance" in untold, 1) == (False, untold["InMaintenance"])


def test_the_preview_is_neither_a_site_nor_an_input(
    site: Site, looks_after: LooksAfter, counted: Counted
) -> None:
    """The alarm about unreadable input is not for it, nor do graphs show a site that changes."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id, PREVIEW_DISTRIBUTION="E2EXAMPLE1AB3")
    with pytest.raises(RunFailed, match=r"preview distribution: E2EXAMPLE1AB3 does not exist"):
        site.receives({"sweep": True})
    refused = counted()["InputsRefused"]
    preview = a_distribution(site.cloud, "preview")
    looks_after(distribution_id, PREVIEW_DISTRIBUTION=preview)

    site.receives({"sweep": True})

    assert site.edge_version_arn == site.version(preview)
    assert (0, 0) == (refused, counted()["DistributionsChanged"])
