"""Contract: injected faults refuse, lose, cut, delay and hold calls."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.process import SandboxError
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution, refused, update
from tests.timing import PATIENCE


def test_the_next_calls_are_refused(cloud: Cloud) -> None:
    """As many as injected, of that operation, with that code."""
    distribution_id = a_distribution(cloud)
    cloud.sandbox.inject_fault(
        "refuse", "cloudfront:UpdateDistribution", code="Throttling", times=2
    )

    codes = [refused(lambda: update(cloud, distribution_id, Comment="x"))[0] for _ in range(2)]

    assert ["Throttling", "Throttling"] == codes
    update(cloud, distribution_id, Comment="x")


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("ssm:GetParameter", lambda cloud: cloud.ssm.get_parameter(Name="/a")),
        ("s3:PutObject", lambda cloud: cloud.s3.put_object(Bucket="b", Key="k", Body=b"")),
        ("lambda:GetFunction", lambda cloud: cloud.functions.get_function(FunctionName="f")),
        ("iam:GetRole", lambda cloud: cloud.iam.get_role(RoleName="r")),
        ("scheduler:GetSchedule", lambda cloud: cloud.scheduler.get_schedule(Name="s")),
        ("events:PutEvents", lambda cloud: cloud.events.put_events(Entries=[{"Source": "s"}])),
    ],
)
def test_a_refusal_is_readable_in_every_protocol(
    cloud: Cloud, operation: str, call: Callable[[Cloud], object]
) -> None:
    """The SDK of each service reads the injected code."""
    cloud.sandbox.inject_fault("refuse", operation, code="SlowDown", status=400)

    assert "SlowDown" == refused(lambda: call(cloud))[0]


def test_a_fault_can_be_for_one_resource(cloud: Cloud) -> None:
    """Calls for other resources do not meet it or use it up."""
    cloud.sandbox.inject_fault("refuse", "ssm:*", resource="/a", code="InternalServerError")
    cloud.ssm.put_parameter(Name="/b", Value="1", Type="String")

    assert "InternalServerError" == refused(lambda: cloud.ssm.get_parameter(Name="/a"))[0]


def test_a_call_whose_response_is_lost_was_carried_out(cloud: Cloud) -> None:
    """The caller sees an error, but the state has changed."""
    cloud.sandbox.inject_fault("lose", "ssm:PutParameter")

    refused(lambda: cloud.ssm.put_parameter(Name="/a", Value="1", Type="String"))

    assert "1" == cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"]


def test_a_held_call_waits_until_it_is_released(cloud: Cloud) -> None:
    """Until then a test can change the state."""
    cloud.ssm.put_parameter(Name="/a", Value="before", Type="String")
    cloud.sandbox.inject_fault("hold", "ssm:GetParameter")
    read: list[str] = []
    reader = threading.Thread(
        target=lambda: read.append(cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"])
    )
    reader.start()
    eventually(cloud.sandbox.held)
    cloud.ssm.put_parameter(Name="/a", Value="after", Overwrite=True)
    cloud.sandbox.release()
    reader.join(10)

    assert ["after"] == read


@pytest.mark.parametrize(
    ("kind", "operation", "members"),
    [
        ("explode", "ssm:GetParameter", {}),
        ("refuse", "ssm:GetParameter", {"colour": "red"}),
    ],
)
def test_an_invalid_fault_is_refused(
    cloud: Cloud, kind: str, operation: str, members: dict[str, Any]
) -> None:
    """Otherwise a test would wait for a fault that never comes."""
    with pytest.raises(SandboxError, match="fault"):
        cloud.sandbox.inject_fault(kind, operation, **members)


def test_a_reset_drops_held_calls(cloud: Cloud) -> None:
    """A call that one test held must not reach the next test."""
    cloud.sandbox.inject_fault("hold", "ssm:PutParameter")
    met: list[tuple[str, int]] = []
    writer = threading.Thread(
        target=lambda: met.append(
            refused(lambda: cloud.ssm.put_parameter(Name="/a", Value="1", Type="String"))
        )
    )
    writer.start()
    eventually(cloud.sandbox.held)
    cloud.sandbox.reset()
    writer.join(PATIENCE)

    assert [("ServiceUnavailable", 503)] == met
    assert ("ParameterNotFound", 400) == refused(lambda: cloud.ssm.get_parameter(Name="/a"))


def test_a_slow_call_is_carried_out_later(cloud: Cloud) -> None:
    """The response is the usual one, but late."""
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    cloud.sandbox.inject_fault("slow", "ssm:GetParameter", seconds=0.3)
    before = time.monotonic()

    assert "1" == cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"]
    assert 0.3 <= time.monotonic() - before


@pytest.mark.parametrize(("kind", "carried_out"), [("cut-before", False), ("cut-after", True)])
def test_a_connection_is_closed_without_a_response(
    cloud: Cloud, kind: str, *, carried_out: bool
) -> None:
    """The caller has to find out whether the call was carried out."""
    cloud.sandbox.inject_fault(kind, "ssm:PutParameter")

    with pytest.raises(ConnectionClosedError):
        cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")

    try:
        found = cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "1"
    except ClientError:
        found = False
    assert carried_out == found


def test_a_response_is_cut_after_its_head(cloud: Cloud) -> None:
    """botocore, as it is, takes that for a response without content."""
    cloud.ssm.put_parameter(Name="/a", Value="1", Type="String")
    cloud.sandbox.inject_fault("cut-short", "ssm:GetParameter")

    cut = cloud.ssm.get_parameter(Name="/a")

    assert {"ResponseMetadata"} == set(cut)
    assert 0 < int(cut["ResponseMetadata"]["HTTPHeaders"]["content-length"])
    assert "1" == cloud.ssm.get_parameter(Name="/a")["Parameter"]["Value"]
