"""Maintenance Mode Changed: each change is announced once when accepted and once when deployed."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.errors import RunFailed

from tests.cloud import eventually
from tests.sandbox.builders import a_distribution
from tests.stories.site import STATUS, SWITCH, Site

type LooksAfter = Callable[..., None]
type Listener = Callable[[], list[dict[str, Any]]]

SWEEP = {"sweep": True}


@pytest.fixture
def heard(site: Site) -> Listener:
    """Give what a queue hears that a rule on the default bus sends our events to."""
    cloud = site.cloud
    url = cloud.sqs.create_queue(QueueName="news")["QueueUrl"]
    pattern = {"source": ["site.maintenance"], "detail-type": ["Maintenance Mode Changed"]}
    cloud.events.put_rule(Name="news", EventPattern=json.dumps(pattern))
    arn = "arn:aws:sqs:us-east-1:000000000000:news"
    cloud.events.put_targets(Rule="news", Targets=[{"Id": "queue", "Arn": arn}])
    details: list[dict[str, Any]] = []

    def listen() -> list[dict[str, Any]]:
        while messages := cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
            details.extend(json.loads(each["Body"])["detail"] for each in messages)
            cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return details

    return listen


def phases(details: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return mode and phase of each event."""
    return [(each["mode"], each["phase"]) for each in details]


def test_a_change_is_announced_though_the_answer_about_its_status_was_cut_short(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """The status was written; without another try the next run would find nothing to tell."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.says("on")
    site.cloud.sandbox.inject_fault("cut-short", "ssm:PutParameter", resource=STATUS)

    site.wakes()

    assert [("maintenance", "accepted")] == phases(heard())


@pytest.mark.promise
def test_a_change_is_announced_once_when_accepted_and_once_when_deployed(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """However often somebody looks in between and afterwards."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.becomes("on for 2h: back at four")
    site.receives(SWEEP)
    assert [("maintenance", "accepted")] == phases(heard())

    site.settles()
    site.receives(SWEEP)

    accepted, deployed = heard()
    assert ("maintenance", "deployed") == (deployed["mode"], deployed["phase"])
    assert isinstance(accepted.pop("seconds"), int)
    until = site.status()["until"]
    expected = {
        "mode": "maintenance",
        "previous_mode": "live",
        "phase": "accepted",
        "reason": site.status()["reason"],
        "until": until,
        "message": "back at four",
        "distributions": 1,
        "failed": 0,
        "stack": "site",
        "switch": SWITCH,
    }
    assert expected == accepted


def test_a_change_back_takes_the_place_of_one_that_was_not_deployed_yet(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """Maintenance never was everywhere, so nobody is told that it was."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.becomes("on")
    site.becomes("off")
    site.settles()

    expected = [("maintenance", "accepted"), ("live", "accepted"), ("live", "deployed")]
    assert expected == phases(heard())


def test_a_new_site_that_is_live_is_no_news(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """Neither is what a lost status said already."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    assert [] == heard()
    site.becomes("on")
    site.settles()
    told = len(heard())
    site.cloud.ssm.delete_parameter(Name=STATUS)

    site.receives(SWEEP)

    assert told == len(heard())


def test_the_first_change_of_a_new_site_is_announced(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """Although no status says what was before."""
    looks_after(a_distribution(site.cloud))

    site.becomes("on")

    assert [("maintenance", None)] == [(each["mode"], each["previous_mode"]) for each in heard()]


def test_one_that_fails_is_counted_and_holds_up_deployed(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """Accepted means as many as could; deployed means all."""
    good, bad = a_distribution(site.cloud, "good"), a_distribution(site.cloud, "bad")
    looks_after(f"{bad},{good}")
    site.settles()
    refusal = {"code": "AccessDenied", "status": 403, "resource": bad, "times": 2}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)
    with pytest.raises(RunFailed):
        site.becomes("on")
    with pytest.raises(RunFailed):
        site.settles()
    assert [("accepted", 2, 1)] == [
        (each["phase"], each["distributions"], each["failed"]) for each in heard()
    ]

    site.receives(SWEEP)
    site.settles()

    assert ("deployed", 0) == (heard()[-1]["phase"], heard()[-1]["failed"])
    assert 2 == len(heard())


def test_a_change_that_nobody_accepted_is_not_announced(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """It is when a later run succeeds."""
    looks_after(a_distribution(site.cloud))
    refusal = {"code": "AccessDenied", "status": 403}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)
    with pytest.raises(RunFailed):
        site.becomes("on")
    assert [] == heard()

    site.receives(SWEEP)

    assert [("maintenance", "accepted")] == phases(heard())


def test_an_announcement_that_is_refused_is_made_by_the_next_run(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """The run fails, the site is closed all the same, and nobody is left out."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "events:PutEvents", **refusal)
    with pytest.raises(RunFailed, match="the change of mode cannot be announced"):
        site.becomes("on")
    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    assert None is site.status()["last_change"]

    site.cloud.sandbox.clear_faults()
    site.receives(SWEEP)

    assert [("maintenance", "accepted")] == phases(heard())


def test_nothing_is_announced_that_the_status_cannot_remember(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """Or it would be announced with every look, as long as the status cannot be written."""
    looks_after(a_distribution(site.cloud))
    site.receives(SWEEP)
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9, "resource": STATUS}
    site.cloud.sandbox.inject_fault("refuse", "ssm:PutParameter", **refusal)
    with pytest.raises(RunFailed, match="the next run announces"):
        site.becomes("on")
    assert [] == heard()

    site.cloud.sandbox.clear_faults()
    site.receives(SWEEP)

    assert [("maintenance", "accepted")] == phases(heard())


def test_two_runs_at_once_may_announce_twice(
    site: Site, looks_after: LooksAfter, heard: Listener
) -> None:
    """Parameter Store has no conditional write; what matters is that nobody is left out."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.says("on")
    site.cloud.sandbox.inject_fault("hold", "ssm:PutParameter")
    with ThreadPoolExecutor(1) as other:
        running = other.submit(site.wakes)
        eventually(site.cloud.sandbox.held)
        site.wakes()
        site.cloud.sandbox.release()
        running.result()

    assert {("maintenance", "accepted")} == set(phases(heard()))


def test_while_cloudfront_is_at_work_the_alarm_clock_rings_within_a_minute(
    site: Site, looks_after: LooksAfter
) -> None:
    """Nothing waits inside an invocation; the end of the window comes later."""
    looks_after(a_distribution(site.cloud))
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")

    site.runs_at(begins)

    assert f"at({begins + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S})" == site.alarm()


def test_a_distribution_that_is_stuck_is_named_and_left_to_the_sweep(
    site: Site, looks_after: LooksAfter
) -> None:
    """Looking each minute for ever would help nobody."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.cloud.sandbox.set(deploy_seconds=9999)
    site.becomes("on")

    report = site.runs_at(datetime.now(UTC) + timedelta(minutes=31))

    assert [f"{distribution_id} is stuck"] == [
        each.partition(":")[0] for each in report["distributions"][0]["warnings"]
    ]
    assert 1 == site.status()["counts"]["stuck"]
    assert None is site.alarm()
