"""Other parties edit a closed site, or one that was closed: no displaced function is lost."""

from collections.abc import Callable

import pytest
from maintenance.errors import RunFailed

from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_version,
    change_default,
    edge,
    functions,
)
from tests.stories.site import BUCKET, Site

type LooksAfter = Callable[..., None]

SWEEP = {"sweep": True}


def a_protected_distribution(site: Site) -> tuple[str, str]:
    """Create a distribution whose default behavior has an authentication function."""
    auth = a_version(site.cloud, "auth")
    behavior = a_behavior(LambdaFunctionAssociations=edge(viewer_request=auth))
    return a_distribution(site.cloud, DefaultCacheBehavior=behavior), auth


def somebody_attaches(site: Site, distribution_id: str, **members: object) -> None:
    """Replace the functions of the default behavior by hand."""
    change_default(
        site.cloud,
        distribution_id,
        **{"LambdaFunctionAssociations": edge(), "FunctionAssociations": functions(), **members},
    )


def default_of(site: Site, distribution_id: str) -> set[str]:
    """Return the functions of the default behavior."""
    return site.attached(distribution_id)["default"]


@pytest.mark.promise
@pytest.mark.parametrize("sweeps", [0, 1])
def test_a_function_comes_back_after_somebody_removed_ours_by_hand(
    site: Site, looks_after: LooksAfter, sweeps: int
) -> None:
    """Whether a sweep has closed the site again or not: it never opens without authentication."""
    distribution_id, auth = a_protected_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    somebody_attaches(site, distribution_id)
    for _ in range(sweeps):
        site.receives(SWEEP)

    report = site.becomes("off")

    assert {f"viewer-request {auth}"} == default_of(site, distribution_id)
    assert [f"Lambda@Edge function {auth} at viewer-request"] == (
        report["distributions"][0]["restored"]
    )


def test_what_is_removed_after_the_maintenance_stays_removed(
    site: Site, looks_after: LooksAfter
) -> None:
    """Also if the record of the maintenance is read again, because the status was lost."""
    distribution_id, _ = a_protected_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    site.becomes("off")
    site.settles()

    somebody_attaches(site, distribution_id)
    site.receives(SWEEP)

    assert set() == default_of(site, distribution_id)


@pytest.mark.promise
def test_a_function_that_cannot_go_back_keeps_the_site_closed(
    site: Site, looks_after: LooksAfter
) -> None:
    """A Lambda@Edge function was attached at viewer-response, and the kinds never mix there."""
    auth = a_function(site.cloud, "auth")
    behavior = a_behavior(FunctionAssociations=functions(viewer_request=auth))
    distribution_id = a_distribution(site.cloud, DefaultCacheBehavior=behavior)
    looks_after(distribution_id)
    site.becomes("on")
    logger = a_version(site.cloud, "logger")
    both = edge(viewer_request=site.edge_version_arn, viewer_response=logger)
    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=both)

    with pytest.raises(RunFailed, match=rf"stays closed: .*{auth}.*{logger}.*Detach the latter"):
        site.becomes("off")

    ours = f"viewer-request {site.edge_version_arn}"
    assert {ours, f"viewer-response {logger}"} == default_of(site, distribution_id)

    without_logger = edge(viewer_request=site.edge_version_arn)
    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=without_logger)
    site.receives(SWEEP)

    assert {f"viewer-request {auth}"} == default_of(site, distribution_id)


def test_an_open_site_that_lacks_a_function_says_so_until_somebody_decides(
    site: Site, looks_after: LooksAfter
) -> None:
    """Its place is free, but the function that replaced ours is of the other kind."""
    headers = a_function(site.cloud, "headers")
    behavior = a_behavior(FunctionAssociations=functions(viewer_response=headers))
    distribution_id = a_distribution(site.cloud, DefaultCacheBehavior=behavior)
    looks_after(distribution_id)
    site.becomes("on")
    auth = a_version(site.cloud, "auth")
    new = edge(viewer_request=auth)
    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=new)

    with pytest.raises(RunFailed, match=rf"open without .*{headers}.*delete .* record"):
        site.becomes("off")
    with pytest.raises(RunFailed, match=r"open without"):
        site.receives(SWEEP)
    site.cloud.s3.delete_object(Bucket=BUCKET, Key=f"displaced/{distribution_id}.json")
    site.receives(SWEEP)

    assert {f"viewer-request {auth}"} == default_of(site, distribution_id)


@pytest.mark.promise
def test_an_old_configuration_restores_nothing_by_itself(
    site: Site, looks_after: LooksAfter
) -> None:
    """Weeks later a tool writes it back, and the function that it names was replaced long ago."""
    distribution_id, auth = a_protected_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    closed = edge(viewer_request=site.edge_version_arn)
    site.becomes("off")
    site.settles()
    newer = edge(viewer_request=a_version(site.cloud, "newer-auth"))
    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=newer)
    site.receives(SWEEP)

    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=closed)

    with pytest.raises(RunFailed, match=rf"stays closed: .* that maintenance is over.*{auth}"):
        site.receives(SWEEP)
    assert {f"viewer-request {site.edge_version_arn}"} == default_of(site, distribution_id)

    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=newer)
    assert [] == site.receives(SWEEP)["errors"]


def test_an_old_configuration_of_an_unprotected_site_is_undone(
    site: Site, distribution_id: str
) -> None:
    """Its last maintenance displaced nothing, so nothing is missing."""
    site.becomes("on")
    site.becomes("off")
    site.settles()

    closed = edge(viewer_request=site.edge_version_arn)
    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=closed)
    site.receives(SWEEP)

    assert set() == default_of(site, distribution_id)


@pytest.mark.promise
def test_a_function_of_an_earlier_installation_is_replaced_and_detached(
    site: Site, looks_after: LooksAfter
) -> None:
    """A stack of that name was deleted, and its function, which stays, is still attached."""
    former = a_version(site.cloud, "site-MaintenanceEdge-Z9Y8X7W6V5U4")
    closed = a_behavior(LambdaFunctionAssociations=edge(viewer_request=former))
    distribution_id = a_distribution(site.cloud, DefaultCacheBehavior=closed)
    looks_after(distribution_id)

    with pytest.raises(RunFailed, match=r"stays closed.*a former function of this stack"):
        site.receives(SWEEP)
    assert {f"viewer-request {former}"} == default_of(site, distribution_id)

    report = site.becomes("on")
    assert [f"a former function of this stack is attached, {former}"] == [
        each["reason"] for each in report["distributions"][0]["behaviors"]
    ]
    assert {f"viewer-request {site.edge_version_arn}"} == default_of(site, distribution_id)


def test_the_record_of_an_earlier_installation_opens_what_its_function_has_closed(
    site: Site, looks_after: LooksAfter
) -> None:
    """Copied from the bucket of that installation, as the runbook says."""
    distribution_id, auth = a_protected_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    former = edge(viewer_request=a_version(site.cloud, "site-MaintenanceEdge-Z9Y8X7W6V5U4"))
    somebody_attaches(site, distribution_id, LambdaFunctionAssociations=former)

    site.becomes("off")

    assert {f"viewer-request {auth}"} == default_of(site, distribution_id)


def test_a_sweep_over_a_live_site_reads_no_record(site: Site, looks_after: LooksAfter) -> None:
    """Once a run has found that nothing is owed; after a change of the site it asks again."""
    distribution_id, _ = a_protected_distribution(site)
    looks_after(distribution_id)
    site.becomes("on")
    site.becomes("off")
    site.settles()
    reads = []

    for edits in (False, True, False):
        if edits:
            change_default(site.cloud, distribution_id, Compress=False)
        before = len(site.cloud.sandbox.calls("s3:GetObject"))
        site.receives(SWEEP)
        reads.append(len(site.cloud.sandbox.calls("s3:GetObject")) - before)

    assert [0, 1, 0] == reads
