"""The custom resource on create, update and delete, and its responses to CloudFormation."""

from collections.abc import Callable

import pytest
from maintenance.errors import EventRefused

from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions
from tests.stories.conftest import Answers
from tests.stories.site import STATUS, SWITCH, Site

type LooksAfter = Callable[..., None]

STACK_ID = "arn:aws:cloudformation:us-east-1:000000000000:stack/site/6d8e5b2a-0c9f-4a1e-8b7d"


def request(kind: str, url: str, **members: object) -> dict[str, object]:
    """Return a custom resource request."""
    return {
        "RequestType": kind,
        "ResponseURL": url,
        "StackId": STACK_ID,
        "RequestId": "5b6c8b3e-cf3d-4a5e-9d6a-1f2e3d4c5b6a",
        "ResourceType": "Custom::MaintenanceInstallation",
        "LogicalResourceId": "Installation",
        "ResourceProperties": {"SwitchParameter": SWITCH},
        **members,
    }


def switch(site: Site) -> str:
    """Return what the switch says."""
    return site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Value"]


def test_create_writes_a_missing_switch(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """A new site is open, and its switch refuses typos from the first day."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    site.cloud.ssm.delete_parameter(Name=SWITCH)

    site.receives(request("Create", url))

    assert ("off", "SUCCESS") == (switch(site), put[0]["Status"])
    with pytest.raises(site.cloud.ssm.exceptions.ParameterPatternMismatchException):
        site.says("offf")


def test_create_does_not_touch_an_existing_switch(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """An operator who has prepared an `on` means it."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    site.says("on")

    site.receives(request("Create", url))

    assert ("on", "SUCCESS") == (switch(site), put[0]["Status"])


def test_create_refuses_to_overwrite_the_status_of_another_application(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Nothing is written, and CloudFormation names the parameter."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    site.cloud.ssm.delete_parameter(Name=SWITCH)
    site.cloud.ssm.put_parameter(Name=STATUS, Value="green", Type="String")

    site.receives(request("Create", url))

    assert "FAILED" == put[0]["Status"]
    assert f"the parameter {STATUS} is where the status goes" in put[0]["Reason"]
    assert "green" == site.cloud.ssm.get_parameter(Name=STATUS)["Parameter"]["Value"]
    with pytest.raises(site.cloud.ssm.exceptions.ParameterNotFound):
        switch(site)


def test_create_fails_with_the_reason_if_a_target_does_not_exist(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """A deployment is a better moment to learn it than the first maintenance."""
    url, put = answers
    looks_after("E000000000GONE")

    site.receives(request("Create", url))

    assert "FAILED" == put[0]["Status"]
    assert "there is no distribution E000000000GONE" in put[0]["Reason"]


def test_the_rollback_of_a_failed_create_does_not_touch_the_switch(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """CloudFormation deletes what it could not create; an `on` from before stays in force."""
    url, put = answers
    looks_after("E000000000GONE", TIME_ZONE="Mars/Olympus")
    site.says("on")
    site.receives(request("Create", url))

    site.receives(request("Delete", url, PhysicalResourceId=put[0]["PhysicalResourceId"]))

    assert ("on", "SUCCESS") == (switch(site), put[1]["Status"])
    assert put[0]["PhysicalResourceId"] == put[1]["PhysicalResourceId"]


def test_cloudformation_gets_an_answer_even_if_the_settings_are_invalid(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """A stack without an answer hangs for an hour."""
    url, put = answers
    looks_after(a_distribution(site.cloud), TIME_ZONE="Mars/Olympus")

    site.receives(request("Create", url))

    assert "FAILED" == put[0]["Status"]
    assert "TIME_ZONE" in put[0]["Reason"]


@pytest.mark.promise
def test_a_stack_update_does_not_touch_a_switch_that_says_on(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """For this reason the switch is not a CloudFormation resource."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    site.says("on")
    version = site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"]

    site.receives(request("Update", url, PhysicalResourceId="x", OldResourceProperties={}))

    assert "SUCCESS" == put[0]["Status"]
    assert version == site.cloud.ssm.get_parameter(Name=SWITCH)["Parameter"]["Version"]


def test_an_update_keeps_the_physical_id(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """With a new id, CloudFormation would delete the old one, and that ends maintenance."""
    url, put = answers
    looks_after(a_distribution(site.cloud))

    site.receives(request("Create", url))
    site.receives(request("Update", url))

    assert put[0]["PhysicalResourceId"] == put[1]["PhysicalResourceId"]


@pytest.mark.promise
def test_delete_restores_everything_and_leaves_the_switch_off(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """A late event finds an off that outlasts every window."""
    url, put = answers
    occupied = functions(viewer_request=a_function(site.cloud, "rewrite"))
    distribution_id = a_distribution(
        site.cloud, DefaultCacheBehavior=a_behavior(FunctionAssociations=occupied)
    )
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.becomes("on")

    site.receives(request("Delete", url))
    site.wakes()

    assert "SUCCESS" == put[0]["Status"]
    assert before == site.config(distribution_id)
    assert switch(site).startswith("off until 9999-12-31")


def test_delete_detaches_from_the_preview_distribution_too(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """A function that is still attached could not be deleted later."""
    url, put = answers
    preview = a_distribution(site.cloud, "preview")
    looks_after(a_distribution(site.cloud), PREVIEW_DISTRIBUTION=preview)
    site.receives({"sweep": True})
    shown = site.version(preview)

    site.receives(request("Delete", url))

    assert ("SUCCESS", site.edge_version_arn) == (put[0]["Status"], shown)
    assert set() == site.attached(preview)["default"]


def test_a_site_that_cannot_be_restored_fails_the_deletion_with_the_reason(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Better a stack that stays than a site that is stranded."""
    url, put = answers
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    refusal = {"code": "AccessDenied", "status": 403}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)

    site.receives(request("Delete", url))

    assert "FAILED" == put[0]["Status"]
    assert distribution_id in put[0]["Reason"]


def test_the_next_stack_takes_over_the_switch_of_a_deleted_one(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """The off of a deletion outlasts every window, but must not outlast the next create."""
    url, _ = answers
    looks_after(a_distribution(site.cloud))
    site.receives(request("Delete", url))

    site.receives(request("Create", url))

    assert "off" == switch(site)


def test_delete_removes_the_status(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Without a controller it would only be outdated."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    site.becomes("on")

    site.receives(request("Delete", url))

    names = [each["Name"] for each in site.cloud.ssm.describe_parameters()["Parameters"]]
    assert ([SWITCH], "SUCCESS") == (names, put[0]["Status"])


def test_delete_succeeds_although_the_status_cannot_be_removed(
    site: Site, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """The site is open again, and the deletion waits for nothing else."""
    url, put = answers
    looks_after(a_distribution(site.cloud))
    refusal = {"code": "AccessDeniedException", "status": 400, "resource": STATUS}
    site.cloud.sandbox.inject_fault("refuse", "ssm:DeleteParameter", **refusal)

    site.receives(request("Delete", url))

    assert "SUCCESS" == put[0]["Status"]


def test_a_forged_cloudformation_request_changes_nothing_and_gets_no_answer(
    site: Site,
    looks_after: LooksAfter,
    answers: tuple[str, Answers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without AWS_ENDPOINT_URL, as on AWS: no sandbox acts as CloudFormation."""
    looks_after(a_distribution(site.cloud))
    site.becomes("on")
    calls = len(site.cloud.sandbox.calls())
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    with pytest.raises(EventRefused, match="a ResponseURL in S3, with https"):
        site.receives(request("Delete", answers[0]))

    assert (calls, []) == (len(site.cloud.sandbox.calls()), answers[1])
