"""The status: what the site should do, how far it is, what comes next, and the last error."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.errors import ConfigurationError, ObservationError, RunFailed

from tests.sandbox.builders import a_distribution
from tests.stories.site import STATUS, SWITCH, Site

type LooksAfter = Callable[..., None]

REFUSED = {"code": "AccessDeniedException", "status": 400, "times": 9, "resource": STATUS}


def times_written(site: Site) -> int:
    """Return how often the status was written so far."""
    return site.cloud.ssm.get_parameter(Name=STATUS)["Parameter"]["Version"]


def test_the_status_of_a_settled_site_is_written_once(site: Site, looks_after: LooksAfter) -> None:
    """Nothing in it changes with time, so sweeps do not write it."""
    looks_after(a_distribution(site.cloud))
    site.cloud.sandbox.finish_deployments()
    site.receives({"sweep": True})
    site.runs_at(datetime.now(UTC) + timedelta(hours=1))

    assert 1 == times_written(site)
    assert "live" == site.status()["mode"]


def test_the_status_names_the_version_of_the_controller(
    site: Site, looks_after: LooksAfter
) -> None:
    """The template gives it to the controller, and an update shows with the next run."""
    for version in ("1.0.0", "1.1.0"):
        looks_after(a_distribution(site.cloud), VERSION=version)
        site.receives({"sweep": True})

        assert version == site.status()["version"]


def test_the_status_follows_a_change_until_it_is_deployed(
    site: Site, looks_after: LooksAfter
) -> None:
    """Accepted by CloudFront first, then Deployed; each is written once."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on: back at four")

    accepted = site.status()
    assert ("maintenance", None, "back at four") == (
        accepted["mode"],
        accepted["until"],
        accepted["message"],
    )
    in_progress = {"distribution_id": distribution_id, "status": "InProgress"}
    assert [in_progress] == accepted["distributions"]
    assert None is accepted["last_change"]["deployed"]

    site.settles()
    site.receives({"sweep": True})

    deployed = site.status()
    assert ["Deployed"] == [each["status"] for each in deployed["distributions"]]
    assert accepted["last_change"]["accepted"] == deployed["last_change"]["accepted"]
    assert None is not deployed["last_change"]["deployed"]
    assert 2 == times_written(site)


@pytest.mark.promise
def test_the_status_says_what_comes_next(site: Site, looks_after: LooksAfter) -> None:
    """When the site closes or opens, and by which window."""
    looks_after(a_distribution(site.cloud))
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(second=0, microsecond=0)
    ends = begins + timedelta(hours=2)
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M}) for 2h")

    site.runs_at(begins - timedelta(minutes=5))
    closes = site.status()["next_change"]
    site.runs_at(begins)
    opens = site.status()["next_change"]

    assert [
        {"at": f"{begins:%Y-%m-%dT%H:%M:%SZ}", "what": "closes", "window": "upgrade"},
        {"at": f"{ends:%Y-%m-%dT%H:%M:%SZ}", "what": "opens", "window": "upgrade"},
    ] == [closes, opens]


def test_an_error_stays_in_the_status_until_a_run_has_none(
    site: Site, looks_after: LooksAfter
) -> None:
    """It keeps its first instant while it lasts, and then says when it ended."""
    looks_after(f"{a_distribution(site.cloud)},E000000000GONE")
    for _ in range(2):
        with pytest.raises(RunFailed):
            site.receives({"sweep": True})
    lasting = site.status()["last_error"]
    looks_after(a_distribution(site.cloud, "other"))
    site.receives({"sweep": True})

    assert "there is no distribution E000000000GONE" in lasting["message"]
    assert None is lasting["until"]
    over = site.status()["last_error"]
    assert lasting["since"] == over["since"]
    assert None is not over["until"]


def test_a_run_that_could_do_nothing_says_so_in_the_status(
    site: Site, looks_after: LooksAfter
) -> None:
    """Mode and distributions stay as the last completed run found them."""
    first, second = a_distribution(site.cloud, "first"), a_distribution(site.cloud, "second")
    looks_after(f"{first},{second}", MAX_DISTRIBUTIONS="1")
    site.receives({"sweep": True})

    with pytest.raises(ConfigurationError):
        site.becomes("on")

    status = site.status()
    assert ("live", 2) == (status["mode"], status["counts"]["distributions"])
    assert "MaxDistributions allows 1" in status["last_error"]["message"]


def test_a_fleet_that_does_not_fit_into_the_status_is_counted(
    site: Site, looks_after: LooksAfter
) -> None:
    """A parameter holds 4 KB: distributions that need attention are listed first."""
    bad = a_distribution(site.cloud, "bad")
    fleet = [a_distribution(site.cloud, f"fleet{number}") for number in range(45)]
    looks_after(",".join([*fleet, bad]), MAX_DISTRIBUTIONS="99")
    refusal = {"code": "AccessDenied", "status": 403, "resource": bad}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)

    with pytest.raises(RunFailed):
        site.becomes("on")

    status = site.status()
    assert (46, 1) == (status["counts"]["distributions"], status["counts"]["failed"])
    assert 10 < len(status["distributions"]) < 46
    assert bad == status["distributions"][0]["distribution_id"]


@pytest.mark.parametrize("text", ["oops", "[]", '{"last_change": 1, "last_error": {}}', "[" * 4096])
def test_a_forged_status_is_overwritten(site: Site, looks_after: LooksAfter, text: str) -> None:
    """A notice says so; the run neither crashes nor fails."""
    looks_after(a_distribution(site.cloud))
    site.cloud.ssm.put_parameter(Name=STATUS, Value=text, Type="String")

    notices = site.receives({"sweep": True})["notices"]

    assert [f"the status {STATUS} was overwritten"] == [each.partition(":")[0] for each in notices]
    assert "live" == site.status()["mode"]


def test_a_status_that_cannot_be_written_fails_the_run_and_undoes_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """The next run writes it."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.cloud.sandbox.inject_fault("refuse", "ssm:PutParameter", **REFUSED)

    with pytest.raises(RunFailed, match=f"the status {STATUS} cannot be written"):
        site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    site.cloud.sandbox.clear_faults()
    site.receives({"sweep": True})
    assert "maintenance" == site.status()["mode"]


def test_a_status_that_cannot_be_read_is_not_overwritten(
    site: Site, looks_after: LooksAfter
) -> None:
    """It holds what has been announced already."""
    looks_after(a_distribution(site.cloud))
    site.receives({"sweep": True})
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameter", **REFUSED)

    with pytest.raises(RunFailed, match=f"the status {STATUS} cannot be read"):
        site.becomes("on")

    site.cloud.sandbox.clear_faults()
    assert "live" == site.status()["mode"]


def test_an_error_is_reported_even_if_the_status_cannot_be_written(
    site: Site, looks_after: LooksAfter
) -> None:
    """The run fails with both errors."""
    looks_after(a_distribution(site.cloud))
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameter", **{**REFUSED, "resource": SWITCH})

    with pytest.raises(RunFailed, match=rf"{SWITCH} cannot be read.*{STATUS} cannot be read"):
        site.receives({"sweep": True})


def test_a_first_run_that_fails_writes_the_status(site: Site, looks_after: LooksAfter) -> None:
    """It creates the status with its error, and without distributions."""
    looks_after(a_distribution(site.cloud))
    site.cloud.sandbox.inject_fault(
        "refuse", "cloudfront:ListDistributions", code="AccessDenied", status=403
    )

    with pytest.raises(ObservationError, match="cannot be listed"):
        site.receives({"sweep": True})

    status = site.status()
    assert ("unchanged", []) == (status["mode"], status["distributions"])
    assert "cannot be listed" in status["last_error"]["message"]


def test_asking_for_the_status_writes_no_status(site: Site, looks_after: LooksAfter) -> None:
    """A question changes nothing."""
    looks_after(a_distribution(site.cloud))
    site.receives({"status": True})
    site.receives({"plan": True})

    written = site.cloud.sandbox.calls("ssm:PutParameter")
    assert [SWITCH] == [call["resource"] for call in written]


def test_the_status_is_json_that_people_can_read(site: Site, looks_after: LooksAfter) -> None:
    """Each member has a line of its own, in the letters that were typed."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on: nazaj ob štirih")

    text = site.cloud.ssm.get_parameter(Name=STATUS)["Parameter"]["Value"]

    assert '\n "message": "nazaj ob štirih",\n' in text
    assert json.loads(text)
