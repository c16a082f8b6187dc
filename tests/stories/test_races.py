"""Crashes, lost responses and other writers in the middle of a run: no setting is lost."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from maintenance.errors import RunFailed

from tests.cloud import eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    change_default,
    edge,
    functions,
)
from tests.stories.site import PAGE_NAME, Site

type LooksAfter = Callable[..., None]

SWEEP = {"sweep": True}


def an_occupied_distribution(site: Site, name: str = "rewrite") -> str:
    """Create a distribution whose default behavior has a CloudFront Function at viewer-request."""
    occupied = functions(viewer_request=a_function(site.cloud, name))
    return a_distribution(
        site.cloud, name, DefaultCacheBehavior=a_behavior(FunctionAssociations=occupied)
    )


def while_held(
    site: Site, operation: str, run: Callable[[], Any], act: Callable[[], Any]
) -> Future[Any]:
    """Start a run, hold its next call of the operation, act, and let the run continue."""
    site.cloud.sandbox.inject_fault("hold", operation)
    with ThreadPoolExecutor(1) as other:
        running = other.submit(run)
        eventually(site.cloud.sandbox.held)
        try:
            act()
        finally:
            site.cloud.sandbox.release()
    return running


@pytest.mark.promise
def test_another_writer_who_comes_first_is_not_overwritten(
    site: Site, looks_after: LooksAfter
) -> None:
    """The run reads and plans again, and records what the other writer has attached."""
    distribution_id = a_distribution(site.cloud)
    auth = a_version(site.cloud, "auth")
    looks_after(distribution_id)
    site.says("on")

    def attach_auth() -> None:
        change_default(
            site.cloud, distribution_id, LambdaFunctionAssociations=edge(viewer_request=auth)
        )

    while_held(site, "cloudfront:UpdateDistribution", site.wakes, attach_auth).result()

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    site.becomes("off")
    assert {f"viewer-request {auth}"} == site.attached(distribution_id)["default"]


def test_two_runs_at_once_close_the_site_once(site: Site, looks_after: LooksAfter) -> None:
    """The slower run finds the record changed and the work done."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.says("on")

    while_held(site, "s3:PutObject", site.wakes, site.wakes).result()

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    site.becomes("off")
    assert before == site.config(distribution_id)


@pytest.mark.promise
def test_off_during_a_closing_run_ends_with_an_open_site(
    site: Site, looks_after: LooksAfter
) -> None:
    """The run reads the switch again after its changes, whichever event is delivered."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.says("on")

    run = while_held(site, "cloudfront:UpdateDistribution", site.wakes, lambda: site.says("off"))

    assert "live" == run.result()["mode"]
    assert before == site.config(distribution_id)


def test_a_closing_run_does_not_retry_a_conflict_after_an_off(
    site: Site, looks_after: LooksAfter
) -> None:
    """The run that the off has started may already be over, and would not open the site."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.says("on")

    def off_and_another_writer() -> None:
        site.says("off")
        change_default(site.cloud, distribution_id, Compress=False)

    while_held(site, "cloudfront:UpdateDistribution", site.wakes, off_and_another_writer).result()

    updates = site.cloud.sandbox.calls("cloudfront:UpdateDistribution")
    assert ([412, 200], set()) == (
        sorted((each["status"] for each in updates), reverse=True),
        site.attached(distribution_id).get("default", set()),
    )


@pytest.mark.promise
def test_a_lost_response_changes_nothing_twice(site: Site, looks_after: LooksAfter) -> None:
    """CloudFront accepted the update, and the retry finds the work done."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.cloud.sandbox.inject_fault("lose", "cloudfront:UpdateDistribution")

    site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    site.becomes("off")
    assert before == site.config(distribution_id)


def test_an_off_is_seen_if_it_is_written_while_a_response_is_lost(
    site: Site, looks_after: LooksAfter
) -> None:
    """The run that finds its own work done still reads the switch again."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.says("on")
    site.cloud.sandbox.inject_fault("lose", "cloudfront:UpdateDistribution")
    # The first read passes, and the one after the lost response is held.
    site.cloud.sandbox.inject_fault("slow", "cloudfront:GetDistributionConfig", seconds=0)

    run = while_held(site, "cloudfront:GetDistributionConfig", site.wakes, lambda: site.says("off"))

    assert "live" == run.result()["mode"]
    assert before == site.config(distribution_id)


@pytest.mark.promise
def test_a_crash_between_record_and_update_costs_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """A record without an attached function means nothing; the next run writes its own."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    refusal = {"code": "AccessDenied", "status": 403}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)
    with pytest.raises(RunFailed, match=r"AccessDenied"):
        site.becomes("on")
    assert before == site.config(distribution_id)

    site.receives(SWEEP)

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]
    site.becomes("off")
    assert before == site.config(distribution_id)


@pytest.mark.promise
def test_a_throttled_update_is_retried(site: Site, looks_after: LooksAfter) -> None:
    """CloudFront accepts a few updates a minute; the run backs off and continues."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    throttle = {"code": "Throttling", "status": 400, "times": 2}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **throttle)

    site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]


@pytest.mark.promise
def test_one_distribution_that_fails_does_not_stop_the_others(
    site: Site, looks_after: LooksAfter
) -> None:
    """The report names it, and the run fails in the end."""
    good, bad = a_distribution(site.cloud, "good"), a_distribution(site.cloud, "bad")
    looks_after(f"{bad},{good}")
    refusal = {"code": "AccessDenied", "status": 403, "resource": bad}
    site.cloud.sandbox.inject_fault("refuse", "cloudfront:UpdateDistribution", **refusal)

    with pytest.raises(RunFailed, match=rf"the update of {bad} failed.*docs/iam.md"):
        site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(good)["default"]
    assert set() == site.attached(bad)["default"]


def test_a_version_that_a_sweep_deletes_before_it_is_attached_is_published_again(
    site: Site, distribution_id: str
) -> None:
    """The sweep had read that the site is open, and nothing had used the version for a week."""
    site.becomes("on: Back soon")
    site.becomes("off")
    site.settles()
    (unused,) = site.published()
    site.says("on: Back soon")

    def delete() -> None:
        site.cloud.functions.delete_function(
            FunctionName=PAGE_NAME, Qualifier=unused.rpartition(":")[2]
        )

    run = while_held(site, "cloudfront:UpdateDistribution", site.wakes, delete)

    assert [] == run.result()["errors"]
    assert [site.version(distribution_id)] == site.published() != [unused]


def test_a_displaced_function_that_is_gone_keeps_the_site_closed(
    site: Site, looks_after: LooksAfter
) -> None:
    """An open site without its authentication function would be worse."""
    distribution_id = an_occupied_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    closed = site.config(distribution_id)
    etag = site.cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]
    site.cloud.cloudfront.delete_function(Name="rewrite", IfMatch=etag)

    with pytest.raises(RunFailed, match=r"stays in maintenance.*function/rewrite.*attach another"):
        site.becomes("off")

    assert closed == site.config(distribution_id)


def test_a_switch_that_keeps_changing_fails_the_run(site: Site, looks_after: LooksAfter) -> None:
    """The run gives up after three passes, and Lambda retries it."""
    looks_after(a_distribution(site.cloud))
    site.says("on")
    values = iter(["off", "on", "off"])
    site.cloud.sandbox.inject_fault("hold", "cloudfront:UpdateDistribution", times=3)
    with ThreadPoolExecutor(1) as other:
        running = other.submit(site.wakes)
        for value in values:
            eventually(site.cloud.sandbox.held)
            site.says(value)
            site.cloud.sandbox.release()
            eventually(lambda: not site.cloud.sandbox.held() or running.done())

        with pytest.raises(RunFailed, match=r"the desired state changed 3 times"):
            running.result()
