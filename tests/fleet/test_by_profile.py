"""What may be wrong with an operator's profiles, and with what answers them."""

import json
import re
import socket
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from maintenance.aws.operator.fleet import invoke_controller
from maintenance.errors import ApplyError

from tests.fleet.hub import ACCOUNTS, Hub
from tests.fleet.operator import Fleet, results, two

_UNTIL = "2099-01-01T00:00Z"


def _refuse_invocations(hub: Hub, code: str, status: int, times: int) -> None:
    """Let Lambda refuse the next invocations in the first account."""
    refusal = {"code": code, "status": status, "times": times, "resource": ACCOUNTS[0]}
    hub.cloud.sandbox.inject_fault("refuse", "lambda:Invoke", **refusal)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_expired_credentials_do_not_keep_the_others_closed(
    hub: Hub, fleet: Fleet, code: str
) -> None:
    """An off would try for half an hour with what cannot become valid."""
    _refuse_invocations(hub, code, 403, times=1)

    answer = fleet("profile", "off", "--json", stacks=two("a", "b"), deadline="10m")

    assert {"a": "not reached", "b": "open"} == results(answer)
    assert re.search(rf"the profile {ACCOUNTS[0]} cannot be used: .*renew its", answer.stdout)


def test_a_profile_without_credentials_is_tried_once(fleet: Fleet) -> None:
    """As after the end of a session of IAM Identity Center."""
    settings = "[profile shop]\ncredential_process = false\n"
    stacks = {"shop": ACCOUNTS[0]}

    answer = fleet("profile", "off", stacks=stacks, profiles={"shop": settings}, deadline="10m")

    assert 1 == answer.returncode
    assert "the profile shop cannot be used" in answer.stdout


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_expired_credentials_of_a_source_profile_are_tried_once(
    hub: Hub, fleet: Fleet, code: str
) -> None:
    """A profile with a role_arn asks STS first, which has other codes than Lambda."""
    hub.cloud.sandbox.inject_fault("refuse", "sts:AssumeRole", code=code, status=403, times=1)
    role = f"arn:aws:iam::{ACCOUNTS[0]}:role/operator"
    settings = f"[profile shop]\nrole_arn = {role}\nsource_profile = {ACCOUNTS[0]}\n"
    stacks = {"shop": ACCOUNTS[0]}

    answer = fleet("profile", "off", stacks=stacks, profiles={"shop": settings}, deadline="10m")

    assert 1 == answer.returncode
    assert "the profile shop cannot be used" in answer.stdout
    assert "is tried again" not in answer.stderr


def test_a_network_that_is_down_for_a_while_is_no_matter_of_credentials() -> None:
    """An off goes on trying."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client: Any = botocore.session.get_session().create_client(
            "lambda",
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{unused.getsockname()[1]}",
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - of no account
            config=Config(retries={"total_max_attempts": 1}),
        )

        with pytest.raises(ApplyError, match="Could not connect to the endpoint"):
            invoke_controller(lambda: client, "c", {})


@pytest.mark.parametrize("order", [("on", "until", _UNTIL), ("off",), ("status",)])
def test_a_controller_without_concurrency_is_invoked_again(
    hub: Hub, fleet: Fleet, order: tuple[str, ...]
) -> None:
    """As a hub does: one busy controller must not stop the order."""
    _refuse_invocations(hub, "TooManyRequestsException", 429, times=2)

    answer = fleet("profile", *order, stacks=two("a"))

    assert 0 == answer.returncode, answer.stdout


def test_an_off_shows_why_it_tries_again(hub: Hub, fleet: Fleet) -> None:
    """Before its deadline."""
    _refuse_invocations(hub, "AccessDeniedException", 403, times=1)

    answer = fleet("profile", "off", stacks=two("a"))

    assert (0, "1 stack: 1 OPEN\n") == (answer.returncode, answer.stdout)
    assert "a is tried again: the controller arn:" in answer.stderr


@pytest.mark.parametrize("way", ["hub", "profile"])
def test_a_function_that_answers_almost_as_a_controller_spoils_no_report(
    fleet: Fleet, way: str
) -> None:
    """The other stacks have their results."""
    stacks = two("a", "b-almost", "c-other")

    answer = fleet(way, "status", "--json", stacks=stacks)

    assert {"a": "open", "b-almost": "not reached", "c-other": "not reached"} == results(answer)
    details = {each["name"]: each["detail"] for each in json.loads(answer.stdout)["stacks"]}
    assert details["b-almost"].endswith(
        "does not answer as a controller does: correct the ARN in the list"
    )
