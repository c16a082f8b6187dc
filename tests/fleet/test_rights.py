"""What the roles of a hub and its spokes allow, and what they do not."""

import json
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.fleet.hub import ACCOUNTS, HUB, Hub
from tests.sandbox.builders import a_package, a_role, allow
from tests.sandbox.machines import run

_ON = "on until 2099-01-01"
_SPOKE_ROLE = f"arn:aws:iam::{ACCOUNTS[0]}:role/site-maintenance-fleet"
# As much of such a name as CloudFormation leaves in that of a function.
_OF_A_STACK_SET = "StackSet-site-maintenance-bb504b54-5f7"


def _cause(hub: Hub, ended: dict[str, Any]) -> str:
    [row] = hub.rows(ended)
    return str(row["Cause"])


def _machine(hub: Hub, name: str, role: str) -> str:
    """Create another machine that orders a controller by the spoke's role."""
    stack = hub.stack("a")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Credentials": {"RoleArn": stack["role"]},
        "Arguments": {
            "FunctionName": stack["controller"],
            "Payload": {"maintenance": _ON, "at": "2026-01-01T00:00:00Z", "site": "/a", "by": ""},
        },
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "t", "States": {"t": task}}
    made = hub.cloud.states.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=role
    )
    return str(made["stateMachineArn"])


def test_another_machine_with_the_hubs_role_is_refused(hub: Hub) -> None:
    """The external id is the ARN of the hub's machine, which Step Functions sends."""
    machine = _machine(hub, "other", hub.outputs["MachineRoleArn"])

    assert ("FAILED", "States.Permissions") == run(hub.cloud, machine)
    assert not (hub.folder / "a.json").exists()


@pytest.mark.parametrize("name", ["other", "fleet"])
def test_another_role_of_the_hubs_account_is_refused(hub: Hub, name: str) -> None:
    """Also one that may assume any role, and a machine that has taken the hub's name."""
    role = a_role(hub.cloud, "powerful", ("states.amazonaws.com",), (allow("sts:AssumeRole", "*"),))
    if name == "fleet":
        hub.cloud.states.delete_state_machine(stateMachineArn=hub.outputs["MachineArn"])
    machine = _machine(hub, name, role)

    assert ("FAILED", "States.Permissions") == run(hub.cloud, machine)


@pytest.mark.parametrize("stack_name", ["site-maintenance-shop", _OF_A_STACK_SET])
def test_the_spokes_role_invokes_the_controller_of_another_stack(hub: Hub, stack_name: str) -> None:
    """An account may have several sites, and a stack set puts a prefix before its own name."""
    account = hub.cloud.account(ACCOUNTS[0]).functions
    first = hub.stack("a")["controller"].rpartition(":")[2]
    second = f"{stack_name}-Controller-A1B2C3D4E5F6"
    account.create_function(
        FunctionName=second,
        Runtime="python3.13",
        Handler="app.handler",
        Role=account.get_function(FunctionName=first)["Configuration"]["Role"],
        Code={"ZipFile": a_package("def handler(*_):\n    return {'counts': {'deployed': 1}}\n")},
    )
    stack = hub.stack("a")
    arn = stack["controller"].replace(first, second)

    ended = hub.carry_out("status", hub.wave({**stack, "controller": arn}))

    assert ["SUCCEEDED"] == [each["Status"] for each in hub.rows(ended)]


def test_the_spokes_role_invokes_no_other_function(hub: Hub) -> None:
    """Whatever the list says."""
    hub.cloud.account(ACCOUNTS[0]).functions.create_function(
        FunctionName="billing",
        Runtime="python3.13",
        Handler="app.handler",
        Role=a_role(hub.cloud.account(ACCOUNTS[0]), "billing", ("lambda.amazonaws.com",)),
        Code={"ZipFile": a_package("def handler(*_):\n    return {}\n")},
    )
    stack = hub.stack("a")
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNTS[0]}:function:billing"

    ended = hub.carry_out(_ON, hub.wave({**stack, "controller": arn}))

    assert "is not authorized to perform: lambda:InvokeFunction" in _cause(hub, ended)


def test_the_hub_assumes_no_role_of_another_name(hub: Hub) -> None:
    """Not even one that trusts everyone."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    made = hub.cloud.account(ACCOUNTS[0]).iam.create_role(
        RoleName="admin", AssumeRolePolicyDocument=json.dumps(trust)
    )
    stack = {**hub.stack("a"), "role": made["Role"]["Arn"]}

    ended = hub.carry_out(_ON, hub.wave(stack))

    assert "is not authorized to perform: sts:AssumeRole" in _cause(hub, ended)


def test_the_hub_reads_lists_and_nothing_else_in_its_bucket(hub: Hub) -> None:
    """A report is no list."""
    wave = hub.wave(hub.stack("a"))
    content = json.dumps([hub.stack("a")])
    hub.cloud.s3.put_object(Bucket=hub.outputs["Bucket"], Key="secret.json", Body=content)

    ended = hub.carry_out(_ON, {**wave, "list": "secret.json"})

    assert "FAILED" == ended["status"]
    assert "is not authorized to perform: s3:GetObject" in ended["cause"]


def test_a_user_of_a_spokes_account_cannot_assume_its_role(hub: Hub) -> None:
    """The role trusts the hub alone."""
    spoke = hub.cloud.account(ACCOUNTS[0])

    with pytest.raises(spoke.sts.exceptions.ClientError, match="AccessDenied"):
        spoke.sts.assume_role(
            RoleArn=_SPOKE_ROLE,
            RoleSessionName="someone",
            ExternalId=hub.outputs["MachineArn"],
        )


def an_operator(hub: Hub) -> Cloud:
    """Return the cloud of a user who has the operator's policy and nothing else."""
    hub.cloud.iam.create_user(UserName="ana")
    hub.cloud.iam.attach_user_policy(UserName="ana", PolicyArn=hub.outputs["OperatorPolicyArn"])
    key = hub.cloud.iam.create_access_key(UserName="ana")["AccessKey"]
    return Cloud(hub.cloud.sandbox, key["AccessKeyId"], key["SecretAccessKey"])


def test_an_operator_may_give_orders_and_nothing_else(hub: Hub) -> None:
    """Neither write reports nor change the machine."""
    operator, bucket = an_operator(hub), hub.outputs["Bucket"]

    for forbidden in (
        lambda: operator.s3.put_object(Bucket=bucket, Key="runs/forged", Body=b""),
        lambda: operator.states.update_state_machine(
            stateMachineArn=hub.outputs["MachineArn"], definition="{}"
        ),
    ):
        with pytest.raises(operator.s3.exceptions.ClientError, match="AccessDenied"):
            forbidden()
    assert HUB == hub.outputs["MachineArn"].split(":")[4]
