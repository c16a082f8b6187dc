"""The metrics of a run, which alarms and the dashboard use."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import STATUS, Site

type LooksAfter = Callable[..., None]
type ReadMetrics = Callable[[], dict[str, Any]]


@pytest.fixture
def read_metrics(capsys: pytest.CaptureFixture[str]) -> ReadMetrics:
    """Give a function that returns the last run's metrics, as it wrote them to its log."""

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


def test_a_change_measures_how_long_its_phases_take(
    site: Site, looks_after: LooksAfter, read_metrics: ReadMetrics
) -> None:
    """A run without a change leaves these metrics out, so that averages stay right."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on")
    accepted = read_metrics()
    site.settles()
    deployed = read_metrics()
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
    } == read_metrics().keys()


def test_a_closed_site_reports_its_hours_in_maintenance(
    site: Site, looks_after: LooksAfter, read_metrics: ReadMetrics
) -> None:
    """An open site reports 0, so that the alarm ends with the maintenance."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on")
    site.settles()
    site.runs_at(datetime.now(UTC) + timedelta(hours=25))
    closed = read_metrics()
    site.becomes("off")
    opened = read_metrics()

    assert (1, 25) == (closed["InMaintenance"], round(closed["HoursInMaintenance"]))
    assert (0, 0) == (opened["InMaintenance"], opened["HoursInMaintenance"])


def test_invalid_input_is_counted_and_an_unreadable_status_is_not(
    site: Site, looks_after: LooksAfter, read_metrics: ReadMetrics
) -> None:
    """The alarm about invalid input must not send people to check what they wrote."""
    looks_after(a_distribution(site.cloud))
    refusal = {"code": "AccessDeniedException", "status": 400, "resource": STATUS}
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameter", **refusal)
    with pytest.raises(RunFailed):
        site.becomes("on")
    unreadable = read_metrics()
    with pytest.raises(RunFailed):
        site.becomes("onn")

    assert (0, 1) == (unreadable["InputsRefused"], read_metrics()["InputsRefused"])
    assert ("HoursInMaintenance" in unreadable, 1) == (False, unreadable["InMaintenance"])


def test_the_preview_distribution_is_counted_neither_as_a_site_nor_as_input(
    site: Site, looks_after: LooksAfter, read_metrics: ReadMetrics
) -> None:
    """Its errors set off no alarm about invalid input, and no graph shows a change."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id, PREVIEW_DISTRIBUTION="E2EXAMPLE1AB3")
    with pytest.raises(RunFailed, match=r"preview distribution: E2EXAMPLE1AB3 does not exist"):
        site.receives({"sweep": True})
    refused = read_metrics()["InputsRefused"]
    preview = a_distribution(site.cloud, "preview")
    looks_after(distribution_id, PREVIEW_DISTRIBUTION=preview)

    site.receives({"sweep": True})

    assert site.edge_version_arn == site.version(preview)
    assert (0, 0) == (refused, read_metrics()["DistributionsChanged"])
