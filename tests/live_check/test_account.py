"""Which stacks belong to a run, and what the clients of an account refuse to send."""

import pytest

from live_check.account import ForeignDistributionError, open_account, run_name, run_of
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution


@pytest.mark.parametrize(
    "stack",
    ["maintenance-live-check-6b49d200", "maintenance-live-check-6b49d200-probe"],
)
def test_a_run_has_a_stack_of_its_name_and_one_for_the_probe(stack: str) -> None:
    """The clean-up finds everything through these two."""
    assert run_name(1_800_000_000.5) == run_of(stack)


@pytest.mark.parametrize(
    "stack",
    [
        "maintenance-live-check",
        "maintenance-live-check-deployer",
        "maintenance-live-check-6743a1b2f",
        "maintenance-live-check-6743a1b2-production",
        "old-maintenance-live-check-6743a1b2",
        "site-maintenance",
        "",
    ],
)
def test_a_stack_with_almost_the_name_of_a_run_belongs_to_no_run(stack: str) -> None:
    """The clean-up does not touch it."""
    assert run_of(stack) is None


def test_a_distribution_of_another_owner_cannot_be_changed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client refuses before it sends anything."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    account = open_account(cloud.sandbox.endpoint_url)
    distribution_id = a_distribution(cloud)
    front = account.clients.cloudfront
    current = front.get_distribution_config(Id=distribution_id)

    with pytest.raises(ForeignDistributionError, match=distribution_id):
        front.update_distribution(
            Id=distribution_id,
            IfMatch=current["ETag"],
            DistributionConfig=current["DistributionConfig"],
        )
    with pytest.raises(ForeignDistributionError, match=distribution_id):
        front.delete_distribution(Id=distribution_id, IfMatch=current["ETag"])

    assert [] == cloud.sandbox.calls("cloudfront:UpdateDistribution")
    assert [] == cloud.sandbox.calls("cloudfront:DeleteDistribution")


def test_an_endpoint_in_the_environment_is_not_mistaken_for_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A report about AWS must come from AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")

    with pytest.raises(RuntimeError, match="AWS_ENDPOINT_URL_S3 is set, so this is not AWS"):
        open_account(None)
