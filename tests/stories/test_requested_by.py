"""Who asked: the report, the status and the events name who wrote what decides."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from maintenance.wakeup import parse_wakeup

from tests.cloud import Cloud
from tests.sandbox.builders import a_session, allow
from tests.stories.site import SWITCH, Site

ANA = "arn:aws:sts::000000000000:assumed-role/operators/ana"
OURS = "arn:aws:sts::000000000000:assumed-role/controller/site-Controller"


@pytest.fixture
def ana(site: Site) -> Cloud:
    """Give the cloud of an operator."""
    return a_session(site.cloud, "operators", "ana", allow("ssm:PutParameter", "*"))


def write(cloud: Cloud, value: str, name: str = SWITCH, **members: Any) -> None:  # noqa: ANN401 - what SSM takes
    """Write a parameter as this caller."""
    cloud.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True, **members)


def requested(document: dict[str, Any]) -> tuple[str, str]:
    """Return who asked by a document."""
    return document["requested_by"], document["requested_by_arn"]


@pytest.mark.promise
@pytest.mark.usefixtures("distribution_id")
def test_who_wrote_the_switch_is_named(site: Site, ana: Cloud) -> None:
    """In the report, in the status parameter and in the answer to a question."""
    write(ana, "on")
    report = site.wakes()

    assert {("ana", ANA)} == {
        requested(each) for each in (report, site.status(), site.receives({"status": True}))
    }


@pytest.mark.usefixtures("distribution_id")
def test_a_window_is_named_with_who_wrote_it(site: Site, ana: Cloud) -> None:
    """When it closes the site, and when its end opens it, not who wrote the off of last month."""
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(second=0, microsecond=0)
    write(ana, f"at({begins:%Y-%m-%dT%H:%M}) for 2h", f"{SWITCH}/windows/upgrade")

    asked = [requested(site.runs_at(begins + timedelta(hours=hours))) for hours in (-1, 0, 2)]

    root = "arn:aws:iam::000000000000:root"
    upgrade = ("window 'upgrade', written by ana", ANA)
    assert [("root", root), upgrade, upgrade] == asked


@pytest.mark.usefixtures("distribution_id")
def test_an_old_off_is_not_named_if_an_open_window_is_deleted(site: Site, ana: Cloud) -> None:
    """It says off, and did so before the window closed the site; who deleted that is not known."""
    write(ana, "off")
    begins = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M}) for 2h")
    site.runs_at(begins)
    site.cloud.ssm.delete_parameter(Name=f"{SWITCH}/windows/upgrade")

    opened = site.runs_at(begins + timedelta(minutes=5))
    later = site.runs_at(begins + timedelta(minutes=20))

    someone = ("someone who deleted or changed a window", "")
    assert ["live", someone, someone] == [opened["mode"], *map(requested, (opened, later))]


@pytest.mark.usefixtures("distribution_id")
def test_a_command_is_named_by_what_it_says(site: Site) -> None:
    """The controller writes it, and nothing proves who sent it."""
    controller = a_session(site.cloud, "controller", "site-Controller", allow("*", "*"))
    session = boto3.Session(
        controller.access_key, controller.secret_key, controller.session_token, "us-east-1"
    )
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    site.cloud.ssm.delete_parameter(Name=SWITCH)

    command = parse_wakeup({"maintenance": "on", "at": at, "by": "bob"})
    report = site.controller(session=session).run(command)

    assert ('a command that says it was sent by "bob"', OURS) == requested(report)


@pytest.mark.usefixtures("distribution_id")
def test_a_person_who_pretends_to_be_a_command_is_named(site: Site, ana: Cloud) -> None:
    """Only what the controller has written is a command's."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    forged = f'Written at {now} by a command of {now}, sent by "bob"; see docs/windows.md'
    write(ana, "on", Description=forged)

    assert ("ana", ANA) == requested(site.wakes())


def test_closing_does_not_wait_for_a_name(site: Site, ana: Cloud, distribution_id: str) -> None:
    """If the history does not answer, the run succeeds, and a later one finds the name."""
    site.settles()
    write(ana, "on")
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "ssm:GetParameterHistory", **refusal)

    assert ("", "") == requested(site.wakes())
    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]

    site.cloud.sandbox.clear_faults()
    site.receives({"sweep": True})
    assert ("ana", ANA) == requested(site.status())


@pytest.mark.usefixtures("distribution_id")
def test_the_name_is_looked_up_once(site: Site) -> None:
    """The status remembers it, also for another process."""
    site.becomes("on")
    before = len(site.cloud.sandbox.calls("ssm:GetParameterHistory"))

    site.runs_at(datetime.now(UTC) + timedelta(minutes=1))

    assert before == len(site.cloud.sandbox.calls("ssm:GetParameterHistory"))
