"""Contract: what a state machine may do, in its own account and by roles of others."""

import json
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.sandbox.builders import allow, refused
from tests.sandbox.machines import (
    CALLED_ARN,
    HUB,
    MACHINE_ARN,
    SPOKE,
    State,
    a_called_function,
    a_machine,
    a_spoke_role,
    begin,
    end,
    invoke,
    run,
    trusting,
)

_WHO = """
import boto3
def handler(*_):
    return {"account": boto3.client("sts").get_caller_identity()["Account"]}
"""
_SPOKE_ROLE = f"arn:aws:iam::{SPOKE}:role/spoke"
_ASSUME = allow("sts:AssumeRole", "arn:aws:iam::*:role/spoke")
_INVOKE = allow("lambda:InvokeFunction", CALLED_ARN)
_DENIED = "Lambda.AWSLambdaException"


@pytest.mark.parametrize(("is_allowed", "expected"), [(True, {"account": HUB}), (False, _DENIED)])
def test_a_task_needs_the_right_of_its_machines_role(
    cloud: Cloud, *, is_allowed: bool, expected: object
) -> None:
    """Step Functions has no right of its own."""
    function = a_called_function(cloud, _WHO)
    allowed = [allow("lambda:InvokeFunction", function)] if is_allowed else []

    machine = a_machine(cloud, *allowed, states={"call": invoke(function)})

    assert expected == run(cloud, machine)[1]


def test_a_machine_needs_a_role_that_trusts_step_functions(cloud: Cloud) -> None:
    """A role of something else does not do."""
    function = a_called_function(cloud, _WHO)
    machine = a_machine(
        cloud, allow("lambda:InvokeFunction", function), states={"call": invoke(function)}
    )
    cloud.iam.update_assume_role_policy(
        RoleName="machine", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
    )

    assert ("FAILED", "States.Permissions") == run(cloud, machine)


def _calling(cloud: Cloud, *allowed: dict[str, Any]) -> str:
    """Create a machine that calls the function of the spoke's account; return its ARN."""
    call = invoke(CALLED_ARN, Credentials={"RoleArn": "{% $states.input.role %}"})
    return a_machine(cloud, *allowed, states={"call": call})


def test_a_task_with_credentials_acts_in_the_account_of_the_role(cloud: Cloud) -> None:
    """Trusted by its ARN, its organization and the external id that Step Functions sends."""
    spoke = cloud.account(SPOKE)
    a_called_function(spoke, _WHO)
    role = a_spoke_role(spoke, _INVOKE)

    ran = run(cloud, _calling(cloud, _ASSUME), {"role": role})

    assert ("SUCCEEDED", {"account": SPOKE}) == ran


@pytest.mark.parametrize(
    ("assumable", "trust", "invocable", "expected"),
    [
        ([], trusting(), [_INVOKE], "States.Permissions"),
        ([_ASSUME], trusting(f"{MACHINE_ARN}2"), [_INVOKE], "States.Permissions"),
        ([_ASSUME], trusting(), [], _DENIED),
    ],
    ids=["not allowed to assume", "another external id", "not allowed to invoke"],
)
def test_a_task_with_credentials_needs_all_rights(
    cloud: Cloud,
    assumable: list[dict[str, Any]],
    trust: dict[str, Any],
    invocable: list[dict[str, Any]],
    expected: str,
) -> None:
    """Those of both roles, and the trust of the one."""
    spoke = cloud.account(SPOKE)
    a_called_function(spoke, _WHO)
    a_spoke_role(spoke, *invocable, trust=trust)

    assert expected == run(cloud, _calling(cloud, *assumable), {"role": _SPOKE_ROLE})[1]


def test_a_missing_role_is_denied(cloud: Cloud) -> None:
    """AWS does not say whether a role of another account exists."""
    machine = _calling(cloud, _ASSUME)

    ended = end(cloud, begin(cloud, machine, {"role": _SPOKE_ROLE}))

    assert "is not authorized to perform: sts:AssumeRole on resource" in ended["cause"]


def test_an_organization_spans_the_accounts(cloud: Cloud) -> None:
    """So that trust policies can require it of any caller."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": "*"},
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-sandbox0001"}},
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role = a_spoke_role(cloud.account(SPOKE), trust=trust)

    assert cloud.sts.assume_role(RoleArn=role, RoleSessionName="someone")["Credentials"]


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_call_of_step_functions_itself_needs_its_right(cloud: Cloud, *, is_allowed: bool) -> None:
    """As by the SDK."""
    listing = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:listExecutions",
        "Arguments": {"StateMachineArn": MACHINE_ARN},
        "Output": "{% $count($states.result.Executions) %}",
        "End": True,
    }
    allowed = [allow("states:ListExecutions", MACHINE_ARN)] if is_allowed else []
    machine = a_machine(cloud, *allowed, states={"list": listing})

    expected = ("SUCCEEDED", 1) if is_allowed else ("FAILED", "States.Permissions")
    assert expected == run(cloud, machine)


def test_a_result_that_is_too_large_fails_and_cannot_be_caught(cloud: Cloud) -> None:
    """256 KiB; States.ALL does not catch it (doc: concepts-error-handling)."""
    function = a_called_function(cloud, "def handler(*_):\n    return 'x' * 300_000\n")
    caught = {"ErrorEquals": ["States.ALL"], "Next": "rescue"}
    states = {"call": invoke(function, Catch=[caught]), "rescue": {"Type": "Succeed"}}
    machine = a_machine(cloud, allow("lambda:InvokeFunction", function), states=states)

    assert ("FAILED", "States.DataLimitExceeded") == run(cloud, machine)


def test_an_input_that_is_too_large_is_refused(cloud: Cloud) -> None:
    """256 KiB, too."""
    machine = a_machine(cloud, states={"done": {"Type": "Succeed"}})

    assert "ValidationException" == refused(lambda: begin(cloud, machine, "x" * 300_000))[0]


def test_a_machine_has_a_timeout(cloud: Cloud) -> None:
    """It ends the execution, whatever state it is in."""
    wait: State = {"Type": "Wait", "Seconds": 2, "Next": "done"}
    states: dict[str, State] = {"wait": wait, "done": {"Type": "Succeed"}}
    machine = a_machine(cloud, states=states, TimeoutSeconds=1)

    assert ("TIMED_OUT", "States.Timeout") == run(cloud, machine)


def test_a_stopped_execution_stays_aborted(cloud: Cloud) -> None:
    """Also if the state fails in which it was."""
    wait: State = {"Type": "Wait", "Seconds": 1, "Next": "fail"}
    states: dict[str, State] = {"wait": wait, "fail": {"Type": "Fail"}}
    machine = a_machine(cloud, states=states)
    execution = begin(cloud, machine)

    cloud.states.stop_execution(executionArn=execution)

    assert "ABORTED" == end(cloud, execution)["status"]
