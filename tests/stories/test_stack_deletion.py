"""Deleting the stack while AWS fails: CloudFormation learns it, and the next attempt succeeds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cloud import eventually
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions
from tests.stories.conftest import Answers
from tests.stories.site import GROUP, STATUS, SWITCH, Site
from tests.stories.test_installation import request, switch

type LooksAfter = Callable[..., None]
CALLS = (
    "cloudfront:ListDistributions",
    "cloudfront:GetDistributionConfig",
    "cloudfront:UpdateDistribution",
    "s3:GetObject",
    "scheduler:GetSchedule",
    "ssm:GetParameter",
    "ssm:GetParametersByPath",
    "ssm:PutParameter",
)


def three_occupied_distributions(site: Site) -> list[str]:
    """Create three distributions with a CloudFront Function at the default viewer-request."""
    occupied = functions(viewer_request=a_function(site.cloud, "rewrite"))
    behavior = a_behavior(FunctionAssociations=occupied)
    return [a_distribution(site.cloud, each, DefaultCacheBehavior=behavior) for each in "abc"]


@pytest.mark.parametrize("call", CALLS)
def test_a_deletion_during_a_fault_gets_an_answer_and_the_next_one_succeeds(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers], call: str
) -> None:
    """Whichever call AWS refuses, SUCCESS means that everything is restored."""
    url, put = answers
    ids = three_occupied_distributions(site)
    looks_after(",".join(ids))
    before = [site.config(each) for each in ids]
    site.becomes("on")
    site.cloud.sandbox.inject_fault("refuse", call, code="AccessDenied", status=403)

    site.receives(request("Delete", url))
    site.cloud.sandbox.clear_faults()
    if put[0]["Status"] == "FAILED":
        assert put[0]["Reason"]
        site.receives(request("Delete", url))

    assert "SUCCESS" == put[-1]["Status"]
    assert before == [site.config(each) for each in ids]
    site.receives(request("Create", url))
    assert ("off", "SUCCESS") == (switch(site), put[-1]["Status"])


def test_a_deletion_with_every_second_call_refused_is_answered_each_time(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Each attempt says why it failed, and loses no setting."""
    url, put = answers
    ids = three_occupied_distributions(site)
    looks_after(",".join(ids))
    before = [site.config(each) for each in ids]
    site.becomes("on")
    site.cloud.sandbox.inject_fault(
        "refuse", "*", every=2, times=1_000, code="AccessDenied", status=403
    )

    for _ in range(4):
        site.receives(request("Delete", url))
    site.cloud.sandbox.clear_faults()
    site.receives(request("Delete", url))

    failed = [each["Reason"] for each in put if each["Status"] == "FAILED"]
    assert (5, True, "SUCCESS") == (len(put), all(failed) and bool(failed), put[-1]["Status"])
    assert before == [site.config(each) for each in ids]


def test_no_late_event_closes_the_site_of_a_deleted_stack(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Late events, sweeps and commands find an off that outlasts them."""
    url, _ = answers
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.cloud.ssm.put_parameter(
        Name=f"{SWITCH}/windows/hourly", Value="cron(0 * * * ? *) for 1h", Type="String"
    )
    site.becomes("on")

    site.receives(request("Delete", url))
    site.wakes()
    for event in ({"sweep": True}, {"alarm_clock": True}):
        site.receives(event)
    site.receives({"maintenance": "on", "at": "2026-01-01T00:00:00Z"})

    assert set() == site.attached(distribution_id)["default"]


def left_behind(site: Site) -> tuple[str, list[str]]:
    """Return the state of the alarm clock, and the parameters of the site."""
    schedule = site.cloud.scheduler.get_schedule(Name="alarm-clock", GroupName=GROUP)
    names = [each["Name"] for each in site.cloud.ssm.describe_parameters()["Parameters"]]
    return schedule["State"], names


def test_a_deletion_stops_the_alarm_clock_and_late_events_leave_no_status(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Or it would wake the controller in the minute in which the stack is deleted."""
    url, _ = answers
    looks_after(a_distribution(site.cloud))
    site.becomes("on")

    site.receives(request("Delete", url))
    stopped = left_behind(site)
    for event in ({"sweep": True}, {"alarm_clock": True}):
        site.receives(event)
    site.wakes()

    assert ("DISABLED", [SWITCH]) == stopped == left_behind(site)


def test_a_run_that_a_deletion_overtakes_leaves_neither_alarm_clock_nor_status(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """It has begun before, and comes to both afterwards."""
    url, _ = answers
    looks_after(a_distribution(site.cloud))
    site.becomes("on")
    site.cloud.sandbox.inject_fault("hold", "scheduler:GetSchedule")

    with ThreadPoolExecutor(1) as other:
        overtaken = other.submit(site.receives, {"sweep": True})
        eventually(site.cloud.sandbox.held)
        try:
            site.receives(request("Delete", url))
        finally:
            site.cloud.sandbox.release()
        report = overtaken.result()

    assert ("DISABLED", [SWITCH]) == left_behind(site)
    assert any("the stack is being deleted" in each for each in report["notices"])


def test_an_alarm_clock_that_cannot_be_stopped_does_not_keep_the_stack(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """The site is open again, and the stack's deletion ends the alarm clock too."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    refusal = {"code": "AccessDeniedException", "status": 403, "times": 99}
    site.cloud.sandbox.inject_fault("refuse", "scheduler:*", **refusal)

    site.receives(request("Delete", url))

    assert "SUCCESS" == put[0]["Status"]


def test_a_new_installation_sets_the_alarm_clock_again(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Such as that of a stack that had removed only its custom resource."""
    url, _ = answers
    looks_after(a_distribution(site.cloud))
    site.receives(request("Delete", url))

    site.receives(request("Create", url))
    site.becomes("on for 2h")

    state, names = left_behind(site)
    assert ("ENABLED", True) == (state, STATUS in names)
