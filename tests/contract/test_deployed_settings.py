"""What the command line says if it cannot read the settings of a stack."""

import socket
from typing import Any

import boto3
import pytest
from botocore.config import Config
from maintenance.aws.cloudformation import read_deployed_settings
from maintenance.errors import ConfigurationError, ObservationError

from tests.cli.deployed import STACK, deploy
from tests.cloud import Cloud
from tests.sandbox.builders import a_distribution


def clients(**connection: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own
    """Return the two clients that read the settings."""
    session = boto3.Session(region_name="us-east-1")
    once = Config(retries={"total_max_attempts": 1})
    return {
        name: session.client(service, config=once, **connection)  # type: ignore[call-overload]  # any service
        for name, service in (("cloudformation", "cloudformation"), ("functions", "lambda"))
    }


@pytest.fixture
def free_port() -> int:
    """Give a port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_sandbox_that_does_not_run_is_named(free_port: int, host: str) -> None:
    """The endpoint is left over from an earlier session of the shell."""
    endpoint = f"http://{host}:{free_port}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}

    with pytest.raises(ObservationError) as refused:
        read_deployed_settings(STACK, **clients(endpoint_url=endpoint, **keys))

    assert (
        f"nothing answers at {endpoint}/, where AWS_ENDPOINT_URL points: start the sandbox there "
        f"with make sandbox PORT={free_port}, or unset AWS_ENDPOINT_URL for AWS"
    ) == str(refused.value)


def test_a_controller_that_was_deleted_is_named_with_the_remedy(cloud: Cloud) -> None:
    """Its settings are gone with it, so the command can do nothing else."""
    deploy(cloud, a_distribution(cloud))
    cloud.functions.delete_function(FunctionName="site-Controller")

    with pytest.raises(
        ConfigurationError, match=f"^deploy the stack {STACK} again: its controller"
    ):
        read_deployed_settings(
            STACK, cloudformation=cloud.cloudformation, functions=cloud.functions
        )


def test_the_settings_come_with_what_else_the_stack_says(cloud: Cloud) -> None:
    """The account, the controller's log, and when it was deployed."""
    deploy(cloud, a_distribution(cloud))
    read = read_deployed_settings(
        STACK, cloudformation=cloud.cloudformation, functions=cloud.functions
    )

    assert ("000000000000", "/site/controller", "site") == (
        read.account,
        read.log_group,
        read.settings.stack_name,
    )
    assert (900, True) == (read.sweep.total_seconds(), read.deployed is not None)
