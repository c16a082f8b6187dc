"""
botocore keeps to a deadline.

It documents neither the event nor the timeout of a single request, so these tests show if a new
release changes them.
"""

import socket
import time
from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from maintenance.aws.time_limit import NoTimeLeft, limit_calls, limited
from maintenance.deadline import Deadline

from tests.loopback import Answer, a_server

# Half of what one attempt would take, and enough for a machine that is busy.
_ALLOWED = 30.0


def _session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106 - not a real one
        region_name="us-east-1",
    )


def _config(timeout: float) -> Config:
    return Config(
        retries={"mode": "standard", "total_max_attempts": 3},
        connect_timeout=60,
        read_timeout=timeout,
    )


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Give the address of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_call_without_an_answer_ends_with_the_deadline(silent_url: str) -> None:
    """The client alone would wait three minutes, and pause in between."""
    ssm = _session().client("ssm", endpoint_url=silent_url, config=_config(60))
    limited(ssm, Deadline(time.monotonic, 0.3))
    began = time.monotonic()

    with pytest.raises((NoTimeLeft, ReadTimeoutError)):
        ssm.get_parameter(Name="/site/maintenance")

    assert time.monotonic() - began < _ALLOWED


def test_a_client_that_waits_less_than_is_left_keeps_its_timeout(silent_url: str) -> None:
    """It may try again."""
    ssm = _session().client("ssm", endpoint_url=silent_url, config=_config(0.1))
    limited(ssm, Deadline(time.monotonic, 600))
    began = time.monotonic()

    with pytest.raises(ReadTimeoutError):
        ssm.get_parameter(Name="/site/maintenance")

    assert time.monotonic() - began < _ALLOWED


def test_the_shortest_of_several_deadlines_ends_a_call(silent_url: str) -> None:
    """That of the run, and that of a part of it."""
    session = _session()
    limit_calls(session.events, Deadline(time.monotonic, 0.3))
    ssm = session.client("ssm", endpoint_url=silent_url, config=_config(60))
    limited(ssm, Deadline(time.monotonic, 600))
    began = time.monotonic()

    with pytest.raises((NoTimeLeft, ReadTimeoutError)):
        ssm.get_parameter(Name="/site/maintenance")

    assert time.monotonic() - began < _ALLOWED


def test_after_the_deadline_no_call_is_made() -> None:
    """It would only end late."""
    with a_server(Answer(200, {}, b"{}")) as server:
        session = _session()
        limit_calls(session.events, Deadline(time.monotonic, 0))
        ssm = session.client("ssm", endpoint_url=server.url)
        with pytest.raises(NoTimeLeft, match="no time was left for this call"):
            ssm.get_parameter(Name="/site/maintenance")

    assert [] == server.received
