"""What is not understood is refused in one sentence, changes nothing, and fails visibly."""

import json
from collections.abc import Callable

import pytest
from maintenance.errors import ConfigurationError, EventRefused, RunFailed

from tests.sandbox.builders import a_behavior, a_distribution, a_version, edge
from tests.stories.site import BUCKET, SWITCH, Site

type LooksAfter = Callable[..., None]


def with_aliases(*aliases: str) -> dict[str, object]:
    """Return the members of a distribution that has these aliases."""
    certificate = {
        "ACMCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c",
        "SSLSupportMethod": "sni-only",
    }
    return {
        "Aliases": {"Quantity": len(aliases), "Items": list(aliases)},
        "ViewerCertificate": certificate,
    }


@pytest.mark.promise
def test_an_unreadable_switch_counts_as_never_written(site: Site, looks_after: LooksAfter) -> None:
    """The last readable value goes on standing, and the run fails with a sentence that helps."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    closed = site.config(distribution_id)

    with pytest.raises(RunFailed, match=r"(?s)/site/maintenance is invalid.*'offf'.*on \| off"):
        site.becomes("offf")

    assert closed == site.config(distribution_id)


def test_a_deleted_switch_lifts_nothing(site: Site, looks_after: LooksAfter) -> None:
    """Whoever deletes the switch has not said off; the sentence says how to say it."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    closed = site.config(distribution_id)
    site.cloud.ssm.delete_parameter(Name=SWITCH)

    with pytest.raises(RunFailed, match=r"does not exist.*aws ssm put-parameter"):
        site.wakes()

    assert closed == site.config(distribution_id)


def test_an_unknown_distribution_fails_the_run_and_the_others_are_closed(
    site: Site, looks_after: LooksAfter
) -> None:
    """One stale id in the list must not keep the rest of the site open at 2 a.m."""
    distribution_id = a_distribution(site.cloud)
    looks_after(f"{distribution_id},E000000000GONE")

    with pytest.raises(RunFailed, match=r"there is no distribution E000000000GONE"):
        site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(distribution_id)["default"]


def test_an_alias_pattern_that_matches_nothing_fails_the_run(
    site: Site, looks_after: LooksAfter
) -> None:
    """A pattern is a promise that something has that alias."""
    looks_after("*.nowhere.example")

    with pytest.raises(
        RunFailed, match=r"no distribution .* has an alias like \*\.nowhere\.example"
    ):
        site.becomes("on")


def test_an_alias_pattern_finds_its_distributions(site: Site, looks_after: LooksAfter) -> None:
    """Patterns match aliases, whatever the case."""
    shop = a_distribution(site.cloud, "shop", **with_aliases("www.shop.example"))
    other = a_distribution(site.cloud, "other", **with_aliases("www.other.example"))
    looks_after("*.SHOP.example")

    site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(shop)["default"]
    assert set() == site.attached(other)["default"]


@pytest.mark.promise
def test_more_than_max_distributions_is_refused_whole(site: Site, looks_after: LooksAfter) -> None:
    """A pattern that matches more than its owner expected closes nothing at all."""
    first, second = a_distribution(site.cloud, "first"), a_distribution(site.cloud, "second")
    looks_after(f"{first},{second}", MAX_DISTRIBUTIONS="1")

    with pytest.raises(
        ConfigurationError, match=r"matches 2 distributions.*MaxDistributions allows 1"
    ):
        site.becomes("on")

    assert [set(), set()] == [site.attached(each)["default"] for each in (first, second)]


def test_max_distributions_never_keeps_a_site_closed(site: Site, looks_after: LooksAfter) -> None:
    """The guard is about closing: what was closed under a larger one is opened all the same."""
    first, second = a_distribution(site.cloud, "first"), a_distribution(site.cloud, "second")
    looks_after(f"{first},{second}")
    site.becomes("on")
    looks_after(f"{first},{second}", MAX_DISTRIBUTIONS="1")

    site.becomes("off")

    assert [set(), set()] == [site.attached(each)["default"] for each in (first, second)]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:lambda:us-east-1:000000000000:function:site-MaintenanceEdge-A1",
        "arn:aws:lambda:us-east-1:000000000000:function:site-MaintenanceEdge-A1:latest",
        "arn:aws:lambda:us-east-1:000000000000:function:site-MaintenanceEdge-A1:$LATEST",
        "arn:aws:lambda:eu-west-1:000000000000:function:site-MaintenanceEdge-A1:1",
    ],
)
def test_an_edge_version_that_cloudfront_would_refuse_is_found_first(
    site: Site, looks_after: LooksAfter, arn: str
) -> None:
    """Only a numbered version in us-east-1 can be attached."""
    looks_after(a_distribution(site.cloud), EDGE_VERSION_ARN=arn)

    with pytest.raises(ConfigurationError, match=r"not a numbered version .* in us-east-1"):
        site.becomes("on")


def test_every_fault_of_the_settings_is_named_at_once(site: Site, looks_after: LooksAfter) -> None:
    """Mending one fault to meet the next is nobody's pleasure."""
    looks_after("E1 E2", EXISTING_FUNCTIONS="replace", TIME_ZONE="Mars/Olympus", STATE_BUCKET="")

    with pytest.raises(ConfigurationError) as refused:
        site.receives({"sweep": True})

    sentence = str(refused.value)
    assert ["STATE_BUCKET", "EXISTING_FUNCTIONS", "TIME_ZONE", "DISTRIBUTIONS"] == [
        name
        for name in ("STATE_BUCKET", "EXISTING_FUNCTIONS", "TIME_ZONE", "DISTRIBUTIONS")
        if name in sentence
    ]


def test_an_event_of_unknown_shape_is_refused_and_changes_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """The sentence lists what is understood."""
    looks_after(a_distribution(site.cloud))
    before = len(site.cloud.sandbox.calls())

    with pytest.raises(EventRefused, match=r'Accepted events: .*"sweep": true'):
        site.receives({"Records": []})

    assert before == len(site.cloud.sandbox.calls())


def test_a_note_that_is_no_note_leaves_the_distribution_alone(
    site: Site, looks_after: LooksAfter
) -> None:
    """Without the note nobody knows what to put back, so the site stays closed and says so."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    closed = site.config(distribution_id)
    site.cloud.s3.put_object(Bucket=BUCKET, Key=f"displaced/{distribution_id}.json", Body=b"oops")

    with pytest.raises(
        RunFailed,
        match=r"s3://site-state/displaced/.* cannot be used",
    ):
        site.becomes("off")

    assert closed == site.config(distribution_id)


def test_a_note_of_another_stack_is_not_believed(site: Site, looks_after: LooksAfter) -> None:
    """A note that was copied from elsewhere says what belonged elsewhere."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    closed = site.config(distribution_id)
    foreign = {**site.record(distribution_id), "stack": "shop"}
    key = f"displaced/{distribution_id}.json"
    site.cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(foreign).encode())

    with pytest.raises(RunFailed, match=r"belongs to distribution \w+ of stack shop"):
        site.becomes("off")

    assert closed == site.config(distribution_id)


def test_a_closed_behavior_without_a_note_stays_closed(site: Site, looks_after: LooksAfter) -> None:
    """Somebody attached our function by hand: only they know what was there before."""
    ours = edge(viewer_request=site.edge_version_arn)
    distribution_id = a_distribution(
        site.cloud, DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=ours)
    )
    looks_after(distribution_id)
    closed = site.config(distribution_id)

    with pytest.raises(
        RunFailed, match=r"record of displaced functions does not say what was there"
    ):
        site.becomes("off")

    assert closed == site.config(distribution_id)


@pytest.mark.promise
def test_a_sibling_stack_is_never_displaced(site: Site, looks_after: LooksAfter) -> None:
    """Two stacks that name one distribution would undo each other for ever; both names are told."""
    sibling = a_version(site.cloud, "shop-MaintenanceEdge-F6E5D4C3B2A1")
    attached = a_behavior(LambdaFunctionAssociations=edge(viewer_request=sibling))
    distribution_id = a_distribution(site.cloud, DefaultCacheBehavior=attached)
    looks_after(distribution_id)
    before = site.config(distribution_id)

    with pytest.raises(RunFailed, match=r"by the stack shop, so the stack site leaves it alone"):
        site.becomes("on")

    assert before == site.config(distribution_id)


def test_an_excepted_path_that_no_behavior_has_is_told(site: Site, looks_after: LooksAfter) -> None:
    """Whoever meant to keep a path open learns that it is not."""
    looks_after(a_distribution(site.cloud), EXCEPT_PATHS="/healthz")

    notices = site.becomes("on")["notices"]

    assert 1 == len(notices)
    assert "ExceptPaths names /healthz, and no target has such a behavior" in notices[0]
