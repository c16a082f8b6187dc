"""Events of a change of mode: one when it is accepted, and one when it is deployed."""

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
type ReceivedEvents = Callable[[], list[dict[str, Any]]]

SWEEP = {"sweep": True}


@pytest.fixture
def received_events(site: Site) -> ReceivedEvents:
    """Give a function that returns the events so far, as a rule sends them to a queue."""
    cloud = site.cloud
    url = cloud.sqs.create_queue(QueueName="news")["QueueUrl"]
    pattern = {"source": ["site.maintenance"], "detail-type": ["Maintenance Mode Changed"]}
    cloud.events.put_rule(Name="news", EventPattern=json.dumps(pattern))
    arn = "arn:aws:sqs:us-east-1:000000000000:news"
    cloud.events.put_targets(Rule="news", Targets=[{"Id": "queue", "Arn": arn}])
    details: list[dict[str, Any]] = []

    def receive() -> list[dict[str, Any]]:
        while messages := cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
            details.extend(json.loads(each["Body"])["detail"] for each in messages)
            cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return details

    return receive


def phases(details: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return mode and phase of each event."""
    return [(each["mode"], each["phase"]) for each in details]


def test_a_truncated_response_to_writing_the_status_loses_no_event(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """The status is written, so the next run would find nothing to announce."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.says("on")
    site.cloud.sandbox.inject_fault("cut-short", "ssm:PutParameter", resource=STATUS)

    site.wakes()

    assert [("maintenance", "accepted")] == phases(received_events())


@pytest.mark.promise
def test_a_change_is_announced_once_when_accepted_and_once_when_deployed(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """However many runs there are in between and afterwards."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.becomes("on for 2h: back at four")
    site.receives(SWEEP)
    assert [("maintenance", "accepted")] == phases(received_events())

    site.settles()
    site.receives(SWEEP)

    accepted, deployed = received_events()
    assert ("maintenance", "deployed") == (deployed["mode"], deployed["phase"])
    assert isinstance(accepted.pop("seconds"), int)
    until = site.status()["until"]
    assert accepted.pop("text").startswith("CloudFront has accepted the change for 1 distribution;")
    expected = {
        "title": "Closing now",
        "mode": "maintenance",
        "previous_mode": "live",
        "phase": "accepted",
        "reason": site.status()["reason"],
        "until": until,
        "message": "back at four",
        "distributions": 1,
        "failed": 0,
        "requested_by": "root",
        "requested_by_arn": "arn:aws:iam::000000000000:root",
        "stack": "site",
        "switch": SWITCH,
    }
    assert expected == accepted


def test_a_change_that_is_undone_before_it_is_deployed_is_not_announced_as_deployed(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """Maintenance never reached every distribution."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    site.becomes("on")
    site.becomes("off")
    site.settles()

    expected = [("maintenance", "accepted"), ("live", "accepted"), ("live", "deployed")]
    assert expected == phases(received_events())


def test_a_new_live_site_and_a_lost_status_send_no_event(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """The mode has not changed."""
    looks_after(a_distribution(site.cloud))
    site.settles()
    assert [] == received_events()
    site.becomes("on")
    site.settles()
    sent = len(received_events())
    site.cloud.ssm.delete_parameter(Name=STATUS)

    site.receives(SWEEP)

    assert sent == len(received_events())


def test_the_first_change_of_a_new_site_is_announced(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """Although no status holds the mode before it."""
    looks_after(a_distribution(site.cloud))

    site.becomes("on")

    assert [("maintenance", None)] == [
        (each["mode"], each["previous_mode"]) for each in received_events()
    ]


def test_a_distribution_that_fails_is_counted_and_delays_deployed(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """Accepted needs one distribution without an error; deployed needs all."""
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
        (each["phase"], each["distributions"], each["failed"]) for each in received_events()
    ]

    site.receives(SWEEP)
    site.settles()

    assert ("deployed", 0) == (received_events()[-1]["phase"], received_events()[-1]["failed"])
    assert 2 == len(received_events())


def test_a_change_that_cloudfront_refuses_is_not_announced(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """It is announced when a later run succeeds."""
    looks_after(a_distribution(site.cloud))
    refusal = {"code": "AccessDenied", "status": 403}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)
    with pytest.raises(RunFailed):
        site.becomes("on")
    assert [] == received_events()

    site.receives(SWEEP)

    assert [("maintenance", "accepted")] == phases(received_events())


def test_an_event_that_event_bridge_refuses_is_sent_by_the_next_run(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """The run fails, the site is closed all the same, and no event is lost."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9}
    site.cloud.sandbox.inject_fault("refuse", "events:PutEvents", **refusal)
    with pytest.raises(RunFailed, match="the change cannot be announced"):
        site.becomes("on")
    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    assert None is site.status()["last_change"]

    site.cloud.sandbox.clear_faults()
    site.receives(SWEEP)

    assert [("maintenance", "accepted")] == phases(received_events())


def test_a_change_is_not_announced_before_the_status_is_written(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """Otherwise each run would announce it until the status can be written."""
    looks_after(a_distribution(site.cloud))
    site.receives(SWEEP)
    refusal = {"code": "AccessDeniedException", "status": 400, "times": 9, "resource": STATUS}
    site.cloud.sandbox.inject_fault("refuse", "ssm:PutParameter", **refusal)
    with pytest.raises(RunFailed, match="the next run announces"):
        site.becomes("on")
    assert [] == received_events()

    site.cloud.sandbox.clear_faults()
    site.receives(SWEEP)

    assert [("maintenance", "accepted")] == phases(received_events())


def test_two_runs_at_once_may_announce_twice(
    site: Site, looks_after: LooksAfter, received_events: ReceivedEvents
) -> None:
    """Parameter Store has no conditional write; an event must never be missing."""
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

    assert {("maintenance", "accepted")} == set(phases(received_events()))


def test_while_cloudfront_deploys_the_alarm_clock_rings_within_a_minute(
    site: Site, looks_after: LooksAfter
) -> None:
    """No invocation waits for a deployment, and the window ends much later."""
    looks_after(a_distribution(site.cloud))
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    site.schedules("upgrade", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")

    site.runs_at(begins)

    assert f"at({begins + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S})" == site.alarm()


def test_a_distribution_that_is_stuck_is_named_and_left_to_the_sweep(
    site: Site, looks_after: LooksAfter
) -> None:
    """Reading it every minute for ever would not help."""
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
