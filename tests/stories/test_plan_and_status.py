"""Plan and status: they say everything and change nothing."""

import threading
from collections.abc import Callable

import pytest

from tests.cloud import eventually
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions
from tests.stories.site import Site

type LooksAfter = Callable[..., None]

WRITES = ("cloudfront:UpdateDistribution", "s3:PutObject", "ssm:PutParameter")


def writes(site: Site) -> int:
    """Return how many writing calls were made so far."""
    return sum(len(site.cloud.sandbox.calls(operation)) for operation in WRITES)


@pytest.mark.promise
def test_plan_says_what_a_run_would_do(site: Site, looks_after: LooksAfter) -> None:
    """It is the plan that the controller would apply, and it is not applied."""
    rewrite = a_function(site.cloud, "rewrite")
    occupied = a_behavior(FunctionAssociations=functions(viewer_request=rewrite))
    distribution_id = a_distribution(site.cloud, DefaultCacheBehavior=occupied)
    looks_after(distribution_id)
    site.says("on")
    before = writes(site)

    report = site.receives({"plan": True})

    expected = {
        "path_pattern": "default",
        "action": "attach",
        "reason": f"displaces CloudFront Function {rewrite} at viewer-request",
    }
    assert [expected] == report["distributions"][0]["behaviors"]
    assert before == writes(site)


def test_plan_warns_of_a_viewer_request_function_that_some_will_not_meet(
    site: Site, looks_after: LooksAfter
) -> None:
    """An authentication function that is displaced guards nobody whom the page lets through."""
    rewrite = a_function(site.cloud, "rewrite")
    occupied = a_behavior(FunctionAssociations=functions(viewer_request=rewrite))
    looks_after(a_distribution(site.cloud, DefaultCacheBehavior=occupied))
    site.says("on")

    warnings = site.receives({"plan": True})["distributions"][0]["warnings"]

    assert 1 == len(warnings)
    assert f"skip CloudFront Function {rewrite} at viewer-request during maintenance" in warnings[0]


def test_plan_does_not_warn_of_a_function_that_guards_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """A viewer-response function only decorates answers."""
    headers = a_function(site.cloud, "headers")
    decorated = a_behavior(FunctionAssociations=functions(viewer_response=headers))
    looks_after(a_distribution(site.cloud, DefaultCacheBehavior=decorated))
    site.says("on")

    assert [] == site.receives({"plan": True})["distributions"][0]["warnings"]


def test_plan_of_opening_says_what_goes_back(site: Site, looks_after: LooksAfter) -> None:
    """The note is read, so the plan names the functions that will be restored."""
    rewrite = a_function(site.cloud, "rewrite")
    occupied = a_behavior(FunctionAssociations=functions(viewer_request=rewrite))
    looks_after(a_distribution(site.cloud, DefaultCacheBehavior=occupied))
    site.becomes("on")
    site.says("off")
    before = writes(site)

    report = site.receives({"plan": True})

    assert [f"CloudFront Function {rewrite} at viewer-request"] == (
        report["distributions"][0]["restored"]
    )
    assert before == writes(site)


def test_status_says_what_is_wanted_and_what_is_there(site: Site, looks_after: LooksAfter) -> None:
    """Propagation is CloudFront's own word for it."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.cloud.sandbox.finish_deployments()
    site.becomes("on")
    before = writes(site)

    report = site.receives({"status": True})

    distribution = report["distributions"][0]
    assert ("maintenance", "InProgress") == (report["mode"], distribution["status"])
    assert "it is in maintenance" == distribution["behaviors"][0]["reason"]
    assert before == writes(site)


def test_switch_windows_and_listing_are_read_at_once(site: Site, looks_after: LooksAfter) -> None:
    """None needs another: whichever is slow, the others have been asked for."""
    looks_after(a_distribution(site.cloud))
    site.cloud.sandbox.inject_fault("hold", "*", times=3)
    run = threading.Thread(target=lambda: site.receives({"status": True}))
    run.start()

    held = eventually(lambda: len(site.cloud.sandbox.held()) == 3 and site.cloud.sandbox.held())
    site.cloud.sandbox.release()
    run.join()

    asked = {call["name"] for call in held} if held else set()
    assert {
        "cloudfront:ListDistributions",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
    } == asked
