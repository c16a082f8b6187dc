"""
Gaps of ministack that the patches fill, in Step Functions: a test for each.

A failure is good news: ministack has closed the gap. Then remove the patch that the test names.
"""

import json
from typing import Any

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import refused
from tests.sandbox.machines import (
    HUB,
    ITSELF,
    SPOKE,
    State,
    a_called_function,
    a_machine,
    a_spoke_role,
    begin,
    distributed,
    end,
    invoke,
    run,
)

pytestmark = pytest.mark.gap

_ECHO = "def handler(event, _):\n    return {'echo': event}\n"
_DONE: State = {"Type": "Succeed"}
_FAIL: State = {"Type": "Fail", "Error": "Bad"}


def test_a_task_needs_no_right(plain: Cloud) -> None:
    """Patch: patches/step_functions/rights."""
    function = a_called_function(plain, _ECHO)

    machine = a_machine(plain, states={"call": invoke(function)})

    assert "SUCCEEDED" == run(plain, machine)[0]


def test_credentials_of_a_task_are_ignored(plain: Cloud) -> None:
    """Patch: patches/step_functions/rights, a task acts in the account of its role."""
    function = a_called_function(plain, _ECHO)
    credentials = {"RoleArn": f"arn:aws:iam::{SPOKE}:role/none"}

    machine = a_machine(plain, states={"call": invoke(function, Credentials=credentials)})

    assert "SUCCEEDED" == run(plain, machine)[0]


def test_every_account_is_in_no_organization(plain: Cloud) -> None:
    """Patch: patches/step_functions/rights, one organization for all accounts."""
    condition = {"Null": {"aws:PrincipalOrgID": "false"}}
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
        "Condition": condition,
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role = a_spoke_role(plain.account(SPOKE), trust=trust)

    denied = refused(lambda: plain.sts.assume_role(RoleArn=role, RoleSessionName="someone"))
    assert "AccessDenied" == denied[0]


def test_a_payload_has_no_limit(plain: Cloud) -> None:
    """Patch: patches/step_functions/executions, 256 KiB."""
    code = "def handler(*_):\n    return {'long': 'x' * 300_000}\n"
    machine = a_machine(plain, states={"call": invoke(a_called_function(plain, code))})

    assert "SUCCEEDED" == run(plain, machine, {"long": "x" * 300_000})[0]


def test_a_machine_has_no_timeout(plain: Cloud) -> None:
    """Patch: patches/step_functions/executions, TimeoutSeconds of a machine."""
    states: dict[str, State] = {"wait": {"Type": "Wait", "Seconds": 2, "Next": "done"}}
    machine = a_machine(plain, states={**states, "done": _DONE}, TimeoutSeconds=1)

    assert "SUCCEEDED" == run(plain, machine)[0]


def test_a_stopped_execution_may_fail(plain: Cloud) -> None:
    """Patch: patches/step_functions/executions, it stays ABORTED."""
    code = "import time\ndef handler(*_):\n    time.sleep(1)\n    1 / 0\n"
    function = a_called_function(plain, code)
    machine = a_machine(plain, states={"call": invoke(function)})
    execution = begin(plain, machine)

    def has_begun() -> bool:
        events = plain.states.get_execution_history(executionArn=execution)["events"]
        return any(each["type"] == "TaskScheduled" for each in events)

    assert eventually(has_begun)
    plain.states.stop_execution(executionArn=execution)

    def has_failed() -> bool:
        return bool(end(plain, execution)["status"] == "FAILED")

    assert eventually(has_failed)


@pytest.mark.parametrize(
    "members",
    [{"Items": "{% [1, 2] %}"}, {"ItemSelector": {"n": "{% 1 %}"}, "Items": [1, 2]}],
    ids=["Items", "ItemSelector"],
)
def test_a_distributed_map_evaluates_no_jsonata(plain: Cloud, members: dict[str, Any]) -> None:
    """Patch: patches/step_functions/distributed_map."""
    machine = a_machine(plain, ITSELF, states={"map": distributed(_DONE, **members)})

    assert ("SUCCEEDED", [1, 2]) != run(plain, machine)
    assert ("SUCCEEDED", [{"n": 1}, {"n": 1}]) != run(plain, machine)


def test_a_distributed_map_writes_no_results(plain: Cloud) -> None:
    """Patch: patches/step_functions/map_data, files in AWS's layout."""
    plain.s3.create_bucket(Bucket="fleet")
    plain.s3.put_object(Bucket="fleet", Key="list", Body=json.dumps([1]))
    place = {"Bucket": "fleet", "Key": "list"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Arguments": place}
    target = {"Bucket": "fleet", "Prefix": "runs"}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": target}
    state = distributed(_DONE, ItemReader=reader, ResultWriter=writer)

    assert "SUCCEEDED" == run(plain, a_machine(plain, states={"map": state}))[0]
    assert 1 == plain.s3.list_objects_v2(Bucket="fleet")["KeyCount"]


def test_a_tolerated_share_is_judged_at_the_end(plain: Cloud) -> None:
    """Patch: patches/step_functions/distributed_map, judged after each child."""
    state = distributed(_FAIL, ToleratedFailureCount=0, MaxConcurrency=1)
    state |= {"QueryLanguage": "JSONPath", "ItemsPath": "$.items"}
    machine = a_machine(plain, states={"map": state})
    execution = begin(plain, machine, {"items": [1, 2, 3]})

    assert "FAILED" == end(plain, execution)["status"]
    [listed] = plain.states.list_map_runs(executionArn=execution)["mapRuns"]
    counts = plain.states.describe_map_run(mapRunArn=listed["mapRunArn"])["itemCounts"]
    assert 3 == counts["failed"]


def test_a_map_goes_on_when_its_execution_is_stopped(plain: Cloud) -> None:
    """Patch: patches/step_functions/distributed_map, StopExecution of the parent."""
    wait: State = {"Type": "Wait", "Seconds": 1, "Next": "1"}
    state = distributed(wait, _DONE, MaxConcurrency=1)
    state |= {"QueryLanguage": "JSONPath", "ItemsPath": "$.items"}
    machine = a_machine(plain, states={"map": state})
    execution = begin(plain, machine, {"items": [1, 2]})
    runs = eventually(lambda: plain.states.list_map_runs(executionArn=execution)["mapRuns"])

    plain.states.stop_execution(executionArn=execution)

    def succeeded() -> bool:
        run = plain.states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
        return bool(run["itemCounts"]["succeeded"] == 2)

    assert eventually(succeeded)
