"""State machines for the tests of Step Functions: small ones, in JSONata."""

import json
from collections.abc import Mapping
from typing import Any

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_package, a_role, allow

HUB = "000000000000"
SPOKE = "111111111111"
MACHINE_ARN = f"arn:aws:states:us-east-1:{HUB}:stateMachine:m"
CALLED_ARN = f"arn:aws:lambda:us-east-1:{SPOKE}:function:called"
STATES = ("states.amazonaws.com",)
ITSELF = allow("states:StartExecution", MACHINE_ARN)
type State = dict[str, Any]


def a_machine(cloud: Cloud, *allowed: State, states: Mapping[str, State], **members: object) -> str:
    """Create the machine `m`, which starts at the first state; its role is allowed `allowed`."""
    role = a_role(cloud, "machine", STATES, allowed)
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    made = cloud.states.create_state_machine(
        name="m", definition=json.dumps({**definition, **members}), roleArn=role
    )
    return str(made["stateMachineArn"])


def a_called_function(cloud: Cloud, code: str, name: str = "called") -> str:
    """Create a function with this code; return its ARN."""
    made = cloud.functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=a_role(cloud, f"of-{name}", ("lambda.amazonaws.com",)),
        Code={"ZipFile": a_package(code)},
    )
    return made["FunctionArn"]


def invoke(function_arn: str, **members: object) -> State:
    """Return a task that ends the machine with what the function returns."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function_arn, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
        **members,
    }


def distributed(*states: State, **members: object) -> State:
    """Return a Distributed Map whose children run these states, named 0, 1 and so on."""
    named = {str(number): state for number, state in enumerate(states)}
    return {
        "Type": "Map",
        "Label": "map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "0",
            "States": named,
        },
        "End": True,
        **members,
    }


def trusting(external_id: str = MACHINE_ARN) -> dict[str, Any]:
    """Return a trust policy for the machine's role, its organization and an external id."""
    condition = {
        "sts:ExternalId": external_id,
        "aws:PrincipalArn": f"arn:aws:iam::{HUB}:role/machine",
        "aws:PrincipalOrgID": "o-sandbox0001",
    }
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
        "Condition": {"StringEquals": condition},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def a_spoke_role(cloud: Cloud, *allowed: State, trust: dict[str, Any] | None = None) -> str:
    """Create the role `spoke` in the account of `cloud`; return its ARN."""
    made = cloud.iam.create_role(
        RoleName="spoke", AssumeRolePolicyDocument=json.dumps(trust or trusting())
    )
    policy = {"Version": "2012-10-17", "Statement": list(allowed)}
    if allowed:
        cloud.iam.put_role_policy(
            RoleName="spoke", PolicyName="allowing", PolicyDocument=json.dumps(policy)
        )
    return made["Role"]["Arn"]


def begin(cloud: Cloud, machine: str, given: object = None) -> str:
    """Start an execution; return its ARN."""
    started = cloud.states.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))
    return str(started["executionArn"])


def end(cloud: Cloud, execution: str) -> State:
    """Return the description of an execution once it has ended."""

    def read() -> State:
        found: State = cloud.states.describe_execution(executionArn=execution)
        return found if found["status"] != "RUNNING" else {}

    return eventually(read)


def run(cloud: Cloud, machine: str, given: object = None) -> tuple[str, Any]:
    """Run an execution; return its status, and its output or its error."""
    ended = end(cloud, begin(cloud, machine, given))
    is_good = ended["status"] == "SUCCEEDED"
    return ended["status"], json.loads(ended["output"]) if is_good else ended.get("error")
