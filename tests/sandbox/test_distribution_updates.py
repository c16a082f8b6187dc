"""Contract: UpdateDistribution replaces the whole configuration that was read, and no other."""

import pytest

from tests.cloud import Cloud
from tests.sandbox.builders import a_config, a_distribution, refused, update


def test_the_caller_reference_cannot_change(cloud: Cloud) -> None:
    """Everything else may."""
    distribution_id = a_distribution(cloud)

    assert ("IllegalUpdate", 400) == refused(
        lambda: update(cloud, distribution_id, CallerReference="another")
    )


def test_what_create_fills_in_is_required_on_update(cloud: Cloud) -> None:
    """The configuration that created the distribution is not enough."""
    distribution_id = a_distribution(cloud)
    etag = cloud.cloudfront.get_distribution_config(Id=distribution_id)["ETag"]

    assert ("IllegalUpdate", 400) == refused(
        lambda: cloud.cloudfront.update_distribution(
            Id=distribution_id,
            IfMatch=etag,
            DistributionConfig=a_config(),  # type: ignore[arg-type]  # built by parts
        )
    )


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        (None, ("InvalidIfMatchVersion", 400)),
        ("*", ("InvalidIfMatchVersion", 400)),
        ("E2QWRUHAPOMQZL", ("PreconditionFailed", 412)),
    ],
)
def test_an_update_needs_the_etag_of_what_it_replaces(
    cloud: Cloud, if_match: str | None, expected: tuple[str, int]
) -> None:
    """A missing and a malformed ETag have one code, a stale ETag another."""
    distribution_id = a_distribution(cloud)
    config = cloud.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    match = {"IfMatch": if_match} if if_match else {}

    assert expected == refused(
        lambda: cloud.cloudfront.update_distribution(
            Id=distribution_id, DistributionConfig=config, **match
        )
    )


def test_an_etag_is_good_for_one_update(cloud: Cloud) -> None:
    """Of two editors that read the same configuration, the second is refused."""
    distribution_id = a_distribution(cloud)
    read = cloud.cloudfront.get_distribution_config(Id=distribution_id)
    update(cloud, distribution_id, Comment="first")

    assert ("PreconditionFailed", 412) == refused(
        lambda: cloud.cloudfront.update_distribution(
            Id=distribution_id,
            IfMatch=read["ETag"],
            DistributionConfig=read["DistributionConfig"],
        )
    )
