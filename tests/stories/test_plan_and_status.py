"""Plan and status report everything and change nothing."""

import threading
from collections.abc import Callable

import pytest

from tests.cloud import eventually
from tests.sandbox.builders import a_behavior, a_distribution, a_function, functions, ordered
from tests.stories.site import Site

type LooksAfter = Callable[..., None]

WRITES = ("cloudfront:UpdateDistribution", "s3:PutObject", "ssm:PutParameter")


def writes(site: Site) -> int:
    """Return the number of writing calls so far."""
    return sum(len(site.cloud.sandbox.calls(operation)) for operation in WRITES)


@pytest.mark.promise
def test_plan_says_what_a_run_would_do(site: Site, looks_after: LooksAfter) -> None:
    """It is the same plan, but it is not applied."""
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


def test_plan_warns_that_requests_will_skip_the_displaced_functions(
    site: Site, looks_after: LooksAfter
) -> None:
    """
    A displaced authentication function does not check the requests that may pass.

    Without the headers of one at viewer-response, a tester's program may not read its API.
    """
    rewrite, headers = a_function(site.cloud, "rewrite"), a_function(site.cloud, "headers")
    both = a_behavior(
        FunctionAssociations=functions(viewer_request=rewrite, viewer_response=headers)
    )
    looks_after(a_distribution(site.cloud, DefaultCacheBehavior=both))
    site.says("on")

    warnings = site.receives({"plan": True})["distributions"][0]["warnings"]

    assert 1 == len(warnings)
    assert (
        f"skip CloudFront Function {rewrite} at viewer-request and "
        f"CloudFront Function {headers} at viewer-response during maintenance"
    ) in warnings[0]


def test_plan_offers_to_rewrite_addresses_for_testers(site: Site, looks_after: LooksAfter) -> None:
    """With the behaviors that have no such function, whose paths must stay as they are."""
    rewrite = functions(viewer_request=a_function(site.cloud, "rewrite"))
    headers = functions(viewer_response=a_function(site.cloud, "headers"))
    looks_after(
        a_distribution(
            site.cloud,
            DefaultCacheBehavior=a_behavior(FunctionAssociations=rewrite),
            CacheBehaviors=ordered(
                a_behavior(PathPattern="/api/*", FunctionAssociations=headers),
                a_behavior(PathPattern="img/*"),
                a_behavior(PathPattern="/docs/*", FunctionAssociations=rewrite),
            ),
        )
    )
    site.says("on")

    [warning] = site.receives({"plan": True})["distributions"][0]["warnings"]

    assert warning.endswith(
        "during maintenance; if one completes paths such as /about/, set rewrite in "
        "page/settings.json, and rewrite_except_paths for /api/*, /img/*"
    )


def test_plan_offers_no_rewrite_without_a_function_that_could_do_it(
    site: Site, looks_after: LooksAfter
) -> None:
    """A function at viewer-response changes no address."""
    headers = functions(viewer_response=a_function(site.cloud, "headers"))
    looks_after(
        a_distribution(site.cloud, DefaultCacheBehavior=a_behavior(FunctionAssociations=headers))
    )
    site.says("on")

    [warning] = site.receives({"plan": True})["distributions"][0]["warnings"]

    assert warning.endswith("at viewer-response during maintenance")


def test_plan_names_a_function_once_that_is_displaced_from_many_behaviors(
    site: Site, looks_after: LooksAfter
) -> None:
    """The warning stays readable."""
    headers = functions(viewer_response=a_function(site.cloud, "headers"))
    looks_after(
        a_distribution(
            site.cloud,
            DefaultCacheBehavior=a_behavior(FunctionAssociations=headers),
            CacheBehaviors=ordered(a_behavior(PathPattern="/api/*", FunctionAssociations=headers)),
        )
    )
    site.says("on")

    warnings = site.receives({"plan": True})["distributions"][0]["warnings"]

    assert 1 == str(warnings).count("function/headers")


def test_plan_of_opening_names_the_functions_to_restore(
    site: Site, looks_after: LooksAfter
) -> None:
    """The plan reads the record of displaced functions."""
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


def test_status_shows_the_mode_and_how_far_it_is_deployed(
    site: Site, looks_after: LooksAfter
) -> None:
    """InProgress is CloudFront's own word."""
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


def test_switch_windows_and_distributions_are_read_at_the_same_time(
    site: Site, looks_after: LooksAfter
) -> None:
    """A slow read does not delay the others."""
    looks_after(a_distribution(site.cloud))
    site.cloud.sandbox.inject_fault("hold", "*", times=3)
    run = threading.Thread(target=lambda: site.receives({"status": True}))
    run.start()

    calls = eventually(lambda: len(site.cloud.sandbox.held()) == 3 and site.cloud.sandbox.held())
    site.cloud.sandbox.release()
    run.join()

    asked = {call["name"] for call in calls} if calls else set()
    assert {
        "cloudfront:ListDistributions",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
    } == asked
