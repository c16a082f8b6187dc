"""The main story: the switch takes a site down and brings it back exactly as it was."""

from collections.abc import Callable

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    all_methods,
    edge,
    functions,
    ordered,
    signed,
)
from tests.stories.site import Site

type LooksAfter = Callable[..., None]


def a_busy_distribution(site: Site) -> str:
    """Create a distribution with every kind of function that a behavior may have."""
    rewrite = a_function(site.cloud, "rewrite")
    headers = a_function(site.cloud, "headers")
    auth = a_version(site.cloud, "auth")
    sign = a_version(site.cloud, "sign")
    return a_distribution(
        site.cloud,
        CacheBehaviors=ordered(
            a_behavior(
                PathPattern="/api/*",
                FunctionAssociations=functions(viewer_request=rewrite, viewer_response=headers),
            ),
            a_behavior(
                PathPattern="/assets/*", FunctionAssociations=functions(viewer_response=headers)
            ),
            a_behavior(
                PathPattern="/downloads/*",
                LambdaFunctionAssociations=edge(origin_request=sign, viewer_request=auth),
            ),
            a_behavior(PathPattern="/a&b/*"),
        ),
    )


@pytest.mark.promise
def test_on_closes_every_behavior_and_off_restores_the_identical_bytes(
    site: Site, looks_after: LooksAfter
) -> None:
    """Displaced functions return to their places, and nothing else changes."""
    distribution_id = a_busy_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)

    report = site.becomes("on")

    ours = f"viewer-request {site.edge_version_arn}"
    attached = site.attached(distribution_id)
    assert "maintenance" == report["mode"]
    assert all(ours in each for each in attached.values())
    assert 2 == len(attached["/downloads/*"])

    site.becomes("off")

    assert before == site.config(distribution_id)


def test_a_run_that_finds_nothing_to_do_writes_nothing(site: Site, looks_after: LooksAfter) -> None:
    """A sweep over a settled site is seven reads."""
    distribution_id = a_busy_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    site.settles()
    before = len(site.cloud.sandbox.calls())

    site.receives({"sweep": True})

    assert [
        "cloudfront:ListDistributions",
        "lambda:ListVersionsByFunction",
        "s3:ListObjectsV2",
        "scheduler:GetSchedule",
        "ssm:GetParameter",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
    ] == sorted(call["operation"] for call in site.cloud.sandbox.calls()[before:])


def test_one_update_per_distribution_however_many_behaviors(
    site: Site, looks_after: LooksAfter
) -> None:
    """CloudFront accepts few updates a minute, so one update changes all behaviors."""
    distribution_id = a_busy_distribution(site)
    looks_after(distribution_id)

    site.becomes("on")

    assert 1 == len(site.cloud.sandbox.calls("cloudfront:UpdateDistribution"))


@pytest.mark.promise
def test_the_sweep_repairs_what_another_tool_undid(site: Site, looks_after: LooksAfter) -> None:
    """An infrastructure tool that applies its own configuration does not end maintenance."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.becomes("on")
    overwrite_config(site, distribution_id, before)

    site.receives({"sweep": True})

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]


def overwrite_config(site: Site, distribution_id: str, xml: bytes) -> None:
    """Update the distribution as another tool would."""
    current = site.cloud.cloudfront.get_distribution_config(Id=distribution_id)
    path = f"PUT /2020-05-31/distribution/{distribution_id}/config"
    assert 200 == signed(site.cloud, path, xml, if_match=current["ETag"]).status


def test_a_newer_version_replaces_the_attached_one(site: Site, looks_after: LooksAfter) -> None:
    """A deployment during maintenance attaches the new version, and off still restores."""
    distribution_id = a_busy_distribution(site)
    looks_after(distribution_id)
    before = site.config(distribution_id)
    site.becomes("on")
    newer = site.publishes_another_version()
    looks_after(distribution_id, EDGE_VERSION_ARN=newer)

    site.receives({"sweep": True})

    assert all(
        f"viewer-request {newer}" in each for each in site.attached(distribution_id).values()
    )
    site.becomes("off")
    assert before == site.config(distribution_id)


@pytest.mark.promise
def test_a_path_in_except_paths_stays_open(site: Site, looks_after: LooksAfter) -> None:
    """ExceptPaths names behaviors as the distribution writes them, with or without the slash."""
    distribution_id = a_busy_distribution(site)
    looks_after(distribution_id, EXCEPT_PATHS="assets/*, default")
    before = site.attached(distribution_id)

    site.becomes("on")

    after = site.attached(distribution_id)
    assert before["/assets/*"] == after["/assets/*"]
    assert before["default"] == after["default"]
    assert before["/api/*"] != after["/api/*"]


def test_a_distribution_that_is_no_longer_listed_is_opened(
    site: Site, looks_after: LooksAfter
) -> None:
    """Our function leaves every distribution that is not a target any more."""
    kept, dropped = a_distribution(site.cloud, "kept"), a_distribution(site.cloud, "dropped")
    looks_after(f"{kept},{dropped}")
    before = site.config(dropped)
    site.becomes("on")
    looks_after(kept)

    site.receives({"sweep": True})

    assert before == site.config(dropped)
    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(kept)["default"]


@pytest.mark.promise
def test_behaviors_that_cannot_take_the_function_are_skipped_and_named(
    site: Site, looks_after: LooksAfter
) -> None:
    """The other behaviors are closed, and the report names those that are not."""
    distribution_id = a_distribution(
        site.cloud,
        CacheBehaviors=ordered(
            a_behavior(
                PathPattern="/grpc/*",
                GrpcConfig={"Enabled": True},
                AllowedMethods=all_methods(),
            )
        ),
    )
    looks_after(distribution_id)

    report = site.becomes("on")

    actions = {b["path_pattern"]: b["action"] for b in report["distributions"][0]["behaviors"]}
    assert {"default": "attach", "/grpc/*": "skip"} == actions


@pytest.mark.promise
def test_refuse_leaves_an_occupied_distribution_unchanged_and_names_the_function(
    site: Site, looks_after: LooksAfter
) -> None:
    """An owner who has set refuse gets a failed run and an untouched configuration."""
    distribution_id = a_busy_distribution(site)
    looks_after(distribution_id, EXISTING_FUNCTIONS="refuse")
    before = site.config(distribution_id)

    with pytest.raises(RunFailed, match=r"function/rewrite.*ExistingFunctions is refuse"):
        site.becomes("on")

    assert before == site.config(distribution_id)
