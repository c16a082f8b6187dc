"""Invalid input is refused in one sentence, changes nothing, and fails visibly."""

import json
from collections.abc import Callable

import pytest
from maintenance.errors import ConfigurationError, EventRefused, RunFailed
from msgspec.structs import replace

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
    """The last readable value stays in force, and the error shows what is accepted."""
    distribution_id = a_distribution(site.cloud)
    looks_after(distribution_id)
    site.becomes("on")
    closed = site.config(distribution_id)

    with pytest.raises(RunFailed, match=r"(?s)/site/maintenance is invalid.*'offf'.*on \| off"):
        site.becomes("offf")

    assert closed == site.config(distribution_id)


def test_an_encrypted_switch_or_window_names_the_remedy(
    site: Site, looks_after: LooksAfter
) -> None:
    """Some write SecureStrings by habit; the ciphertext would not say what is wrong."""
    looks_after(a_distribution(site.cloud))
    site.becomes("off")
    ssm, window = site.cloud.ssm, f"{SWITCH}/windows/nightly"
    value = "cron(0 2 * * ? *) for 2h"
    ssm.put_parameter(Name=window, Value=value, Type="SecureString")

    with pytest.raises(RunFailed, match=r"nightly is invalid.* SecureString.*--type String") as one:
        site.wakes()

    ssm.delete_parameter(Name=window)
    ssm.delete_parameter(Name=SWITCH)
    ssm.put_parameter(Name=SWITCH, Value="on", Type="SecureString")

    with pytest.raises(RunFailed, match=r"maintenance is invalid.* SecureString.*--type") as other:
        site.wakes()

    assert "Syntax" not in f"{one.value} {other.value}"


def test_deleting_the_switch_does_not_open_the_site(site: Site, looks_after: LooksAfter) -> None:
    """Deleting the switch does not say off; the error shows the command that does."""
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
    """A pattern that matches nothing is a typo, or the distribution has gone."""
    looks_after("*.nowhere.example")

    with pytest.raises(
        RunFailed, match=r"no distribution .* has an alias like \*\.nowhere\.example"
    ):
        site.becomes("on")


def test_an_alias_pattern_finds_its_distributions(site: Site, looks_after: LooksAfter) -> None:
    """Patterns match aliases in upper and lower case."""
    shop = a_distribution(site.cloud, "shop", **with_aliases("www.shop.example"))
    other = a_distribution(site.cloud, "other", **with_aliases("www.other.example"))
    looks_after("*.SHOP.example")

    site.becomes("on")

    assert {f"viewer-request {site.edge_version_arn}"} == site.attached(shop)["default"]
    assert set() == site.attached(other)["default"]


@pytest.mark.promise
def test_more_targets_than_max_distributions_close_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """A pattern may match more distributions than its owner expected."""
    first, second = a_distribution(site.cloud, "first"), a_distribution(site.cloud, "second")
    looks_after(f"{first},{second}", MAX_DISTRIBUTIONS="1")

    with pytest.raises(
        ConfigurationError, match=r"matches 2 distributions.*MaxDistributions allows 1"
    ):
        site.becomes("on")

    assert [set(), set()] == [site.attached(each)["default"] for each in (first, second)]
    controller = site.controller().controller
    unlimited = replace(controller, site=controller.site.without_limit())
    assert 2 == len(unlimited.status().outcomes)


def test_max_distributions_never_keeps_a_site_closed(site: Site, looks_after: LooksAfter) -> None:
    """The limit is for closing: what a larger one allowed to close still opens."""
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
def test_an_edge_version_that_cloudfront_would_refuse_is_refused_first(
    site: Site, looks_after: LooksAfter, arn: str
) -> None:
    """Only a numbered version in us-east-1 can be attached."""
    looks_after(a_distribution(site.cloud), EDGE_VERSION_ARN=arn)

    with pytest.raises(ConfigurationError, match=r"not a numbered version .* in us-east-1"):
        site.becomes("on")


def test_all_errors_in_the_settings_are_named_at_once(site: Site, looks_after: LooksAfter) -> None:
    """Each fix should not only lead to the next error."""
    looks_after("E1 E2", EXISTING_FUNCTIONS="replace", TIME_ZONE="Mars/Olympus", STATE_BUCKET="")

    with pytest.raises(ConfigurationError) as refused:
        site.receives({"sweep": True})

    error = str(refused.value)
    assert ["STATE_BUCKET", "EXISTING_FUNCTIONS", "TIME_ZONE", "DISTRIBUTIONS"] == [
        name
        for name in ("STATE_BUCKET", "EXISTING_FUNCTIONS", "TIME_ZONE", "DISTRIBUTIONS")
        if name in error
    ]


def test_an_event_of_unknown_shape_is_refused_and_changes_nothing(
    site: Site, looks_after: LooksAfter
) -> None:
    """The error lists the events that are accepted."""
    looks_after(a_distribution(site.cloud))
    before = len(site.cloud.sandbox.calls())

    with pytest.raises(EventRefused, match=r'Accepted events: .*"sweep": true'):
        site.receives({"Records": []})

    assert before == len(site.cloud.sandbox.calls())


def test_an_invalid_record_leaves_the_distribution_unchanged(
    site: Site, looks_after: LooksAfter
) -> None:
    """Without the record it is unknown what to restore, so the site stays closed."""
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


def test_the_record_of_another_stack_is_refused(site: Site, looks_after: LooksAfter) -> None:
    """A copied record holds the functions of another site."""
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


def test_a_closed_behavior_without_a_record_stays_closed(
    site: Site, looks_after: LooksAfter
) -> None:
    """Somebody attached our function by hand, and only they know what was there before."""
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
    """Two stacks with one distribution would undo each other for ever; the error names both."""
    sibling = a_version(site.cloud, "shop-MaintenanceEdge-F6E5D4C3B2A1")
    attached = a_behavior(LambdaFunctionAssociations=edge(viewer_request=sibling))
    distribution_id = a_distribution(site.cloud, DefaultCacheBehavior=attached)
    looks_after(distribution_id)
    before = site.config(distribution_id)

    with pytest.raises(RunFailed, match=r"by the stack shop, so the stack site leaves it alone"):
        site.becomes("on")

    assert before == site.config(distribution_id)


def test_an_excepted_path_that_no_behavior_has_is_reported(
    site: Site, looks_after: LooksAfter
) -> None:
    """Its owner learns that the path is not kept open."""
    looks_after(a_distribution(site.cloud), EXCEPT_PATHS="/healthz")

    notices = site.becomes("on")["notices"]

    assert 1 == len(notices)
    assert "ExceptPaths names /healthz, and no target has such a behavior" in notices[0]
