"""Which names are a run's, and what the clients of an account refuse to send."""

import pytest

from live_check.account import NotOursError, is_of_any_run, open_account, run_name
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution


@pytest.mark.parametrize(
    "name",
    [
        "maintenance-live-check-6743a1b2",
        "maintenance-live-check-6743a1b2-000000000000",
        "/maintenance-live-check-6743a1b2/switch",
        run_name(1_800_000_000.5),
    ],
)
def test_what_a_run_has_made_begins_with_its_name(name: str) -> None:
    """Clean-up goes by it."""
    assert is_of_any_run(name)


@pytest.mark.parametrize(
    "name",
    [
        "maintenance-live-check",
        "maintenance-live-check-deployer",
        "maintenance-live-check-6743a1b2f",
        "old-maintenance-live-check-6743a1b2",
        "site-maintenance",
        "",
    ],
)
def test_a_name_that_is_almost_a_run_s_is_somebody_else_s(name: str) -> None:
    """It is never deleted."""
    assert not is_of_any_run(name)


def test_a_distribution_that_no_run_has_made_cannot_be_written(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client refuses before anything is sent, whoever asks it to."""
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    account = open_account(cloud.sandbox.endpoint_url)
    distribution_id = a_distribution(cloud)
    front = account.clients.cloudfront
    current = front.get_distribution_config(Id=distribution_id)

    with pytest.raises(NotOursError, match=distribution_id):
        front.update_distribution(
            Id=distribution_id,
            IfMatch=current["ETag"],
            DistributionConfig=current["DistributionConfig"],
        )
    with pytest.raises(NotOursError, match=distribution_id):
        front.delete_distribution(Id=distribution_id, IfMatch=current["ETag"])

    assert [] == cloud.sandbox.calls("cloudfront:UpdateDistribution")
    assert [] == cloud.sandbox.calls("cloudfront:DeleteDistribution")


def test_an_endpoint_of_the_environment_is_not_taken_for_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A report about AWS must come from AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")

    with pytest.raises(RuntimeError, match="AWS_ENDPOINT_URL_S3 is set, so this is not AWS"):
        open_account(None)
