"""Preflight finds everything that would be refused before the run changes anything."""

import re
from collections.abc import Callable

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    edge,
    functions,
    ordered,
)
from tests.stories.site import EDGE_NAME, Site, edge_package

type LooksAfter = Callable[..., None]


def updated_ids(site: Site) -> set[str]:
    """Return the ids of the distributions that the controller tried to update."""
    calls = site.cloud.sandbox.calls("cloudfront:UpdateDistribution")
    return {call["resource"].split("/")[3] for call in calls}


def two_conflicting_distributions(site: Site) -> tuple[str, str]:
    """Create two distributions with conflicting functions, the first also with a sibling's."""
    occupied = functions(viewer_request=a_function(site.cloud, "rewrite"))
    signed = edge(viewer_request=a_version(site.cloud, "sign"))
    other_stack = edge(viewer_request=a_version(site.cloud, "blog-MaintenanceEdge-A1B2C3"))
    first = a_distribution(
        site.cloud,
        "first",
        DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=other_stack),
        CacheBehaviors=ordered(
            a_behavior(PathPattern="/api/*", FunctionAssociations=occupied),
            a_behavior(PathPattern="/downloads/*", LambdaFunctionAssociations=signed),
            a_behavior(PathPattern="/free/*"),
        ),
    )
    second = a_distribution(
        site.cloud,
        "second",
        DefaultCacheBehavior=a_behavior(FunctionAssociations=occupied),
        CacheBehaviors=ordered(
            a_behavior(PathPattern="/b/*", LambdaFunctionAssociations=signed),
        ),
    )
    return first, second


def test_all_refusals_are_named_at_once_and_only_the_free_distribution_is_changed(
    site: Site, looks_after: LooksAfter
) -> None:
    """All or nothing for each distribution: half a site is not in maintenance."""
    first, second = two_conflicting_distributions(site)
    free = a_distribution(site.cloud, "free")
    looks_after(f"{first},{free},{second}", EXISTING_FUNCTIONS="refuse")

    with pytest.raises(RunFailed) as caught:
        site.becomes("on")

    refusals = re.findall(
        r"behavior (\S+): .*?(stack blog|function/rewrite|sign:1)", str(caught.value)
    )
    assert [
        ("/api/*", "function/rewrite"),
        ("/b/*", "sign:1"),
        ("/downloads/*", "sign:1"),
        ("default", "function/rewrite"),
        ("default", "stack blog"),
    ] == sorted(refusals)
    assert {free} == updated_ids(site)


def test_a_version_that_is_not_active_is_an_error_before_anything_is_changed(
    site: Site, looks_after: LooksAfter
) -> None:
    """For each distribution, beside its other refusals; not even a record is written."""
    _, conflicting = two_conflicting_distributions(site)
    other = a_distribution(site.cloud, "other")
    pending = a_pending_version(site)
    looks_after(f"{conflicting},{other}", EXISTING_FUNCTIONS="refuse", EDGE_VERSION_ARN=pending)

    with pytest.raises(RunFailed) as caught:
        site.becomes("on")

    errors = str(caught.value).split(" | ")
    message = f"is left as it was: the edge version {pending} is Pending"
    assert {f"{conflicting} {message}", f"{other} {message}"} == {
        each.partition(",")[0] for each in errors if "Pending" in each
    }
    assert any(
        re.match(f"{conflicting} .*behavior default: .*; behavior /b/", each) for each in errors
    )
    assert set() == updated_ids(site)
    assert [] == site.cloud.sandbox.calls("s3:PutObject")


def a_pending_version(site: Site) -> str:
    """Publish another version of the base, Pending for an hour; return its ARN."""
    update = site.cloud.functions.update_function_code
    update(FunctionName=EDGE_NAME, ZipFile=edge_package(newer=""))
    site.cloud.sandbox.set(activation_seconds=3600)
    return site.cloud.functions.publish_version(FunctionName=EDGE_NAME)["FunctionArn"]


def test_a_plan_reports_what_preflight_finds(site: Site, looks_after: LooksAfter) -> None:
    """An operator learns it in the afternoon, not at 2 a.m."""
    distribution_id = a_distribution(site.cloud)
    nowhere = site.edge_version_arn.replace(":1", ":99")
    looks_after(distribution_id, EDGE_VERSION_ARN=nowhere)
    site.says("on")

    (outcome,) = site.receives({"plan": True})["distributions"]

    assert [f"the edge version {nowhere} does not exist"] == [
        each.partition(": ")[2].partition(": deploy")[0] for each in outcome["errors"]
    ]


def test_a_version_that_cannot_be_read_does_not_keep_a_site_open(
    site: Site, looks_after: LooksAfter
) -> None:
    """CloudFront decides, as it does anyway; a notice says that preflight could not."""
    distribution_id = a_distribution(site.cloud)
    newer = site.publishes_another_version()
    looks_after(distribution_id, EDGE_VERSION_ARN=newer)
    denied = {"code": "AccessDeniedException", "status": 403}
    site.cloud.sandbox.inject_fault("refuse", "lambda:GetFunction", **denied)

    report = site.becomes("on")

    assert newer == site.version(distribution_id)
    assert any("CloudFront decides" in each for each in report["notices"])
