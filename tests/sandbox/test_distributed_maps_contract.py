"""Contract: Distributed Maps in JSONata, what they read and write, and when they stop."""

import json
from typing import Any

import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import allow
from tests.sandbox.machines import (
    ITSELF,
    a_machine,
    begin,
    distributed,
    end,
    run,
)

_READ = allow("s3:GetObject", "arn:aws:s3:::fleet/*")
_WRITE = allow("s3:PutObject", "arn:aws:s3:::fleet/runs/*")
_READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "JSON"},
    "Arguments": {"Bucket": "fleet", "Key": "{% $states.input.list %}"},
}
_WRITER = {
    "Resource": "arn:aws:states:::s3:putObject",
    "Arguments": {"Bucket": "fleet", "Prefix": "{% 'runs/' & $states.context.Execution.Name %}"},
}
_DOUBLE = {"Type": "Pass", "Output": "{% 2 * $states.input %}", "End": True}
_FAIL_AT_ONE = {
    "Type": "Choice",
    "Choices": [{"Condition": "{% $states.input = 1 %}", "Next": "1"}],
    "Default": "2",
}
_FAIL = {"Type": "Fail", "Error": "Bad", "Cause": "on purpose"}
_WAIT = {"Type": "Wait", "Seconds": 1, "Next": "3"}
_DONE = {"Type": "Succeed"}


def _fleet(cloud: Cloud, items: list[Any]) -> None:
    cloud.s3.create_bucket(Bucket="fleet")
    cloud.s3.put_object(Bucket="fleet", Key="list.json", Body=json.dumps(items))


def _read(cloud: Cloud, key: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(cloud.s3.get_object(Bucket="fleet", Key=key)["Body"].read())


def test_a_map_reads_items_selects_inputs_and_makes_an_output(cloud: Cloud) -> None:
    """All of them in JSONata."""
    _fleet(cloud, [3, 4])
    selector = {
        "item": "{% $states.context.Map.Item.Value %}",
        "index": "{% $states.context.Map.Item.Index %}",
        "list": "{% $states.input.list %}",
    }
    state = distributed(
        {"Type": "Pass", "End": True},
        ItemReader=_READER,
        ItemSelector=selector,
        Output="{% {'results': $states.result} %}",
    )
    machine = a_machine(cloud, ITSELF, _READ, states={"map": state})

    results = [{"item": item, "index": item - 3, "list": "list.json"} for item in (3, 4)]
    assert ("SUCCEEDED", {"results": results}) == run(cloud, machine, {"list": "list.json"})


def test_a_map_takes_items_of_an_expression(cloud: Cloud) -> None:
    """Without an object in a bucket."""
    state = distributed(_DOUBLE, Items="{% [$states.input.first, 2] %}")
    machine = a_machine(cloud, ITSELF, states={"map": state})

    assert ("SUCCEEDED", [2, 4]) == run(cloud, machine, {"first": 1})


def test_a_child_sees_no_variable_of_its_parent(cloud: Cloud) -> None:
    """Whatever it needs goes through ItemSelector (doc: workflow-variables)."""
    assign = {"Type": "Pass", "Assign": {"outer": 1}, "Next": "map"}
    child = {"Type": "Pass", "Output": "{% $outer %}", "End": True}
    states = {"assign": assign, "map": distributed(child, Items=[1])}
    machine = a_machine(cloud, ITSELF, states=states)

    assert ("FAILED", "States.ExceedToleratedFailureThreshold") == run(cloud, machine)


@pytest.mark.parametrize("missing", ["s3:GetObject", "s3:PutObject", "states:StartExecution"])
def test_a_map_needs_the_rights_of_its_machine(cloud: Cloud, missing: str) -> None:
    """To start children, to read the items and to write the results."""
    _fleet(cloud, [1])
    rights = [each for each in (ITSELF, _READ, _WRITE) if each["Action"] != missing]
    state = distributed(_DOUBLE, ItemReader=_READER, ResultWriter=_WRITER)
    machine = a_machine(cloud, *rights, states={"map": state})

    ended = end(cloud, begin(cloud, machine, {"list": "list.json"}))

    assert f"is not authorized to perform: {missing}" in ended["cause"]


def test_results_are_written_in_files_by_their_status(cloud: Cloud) -> None:
    """The layout of the Developer Guide, input-output-resultwriter."""
    _fleet(cloud, [1, 2])
    state = distributed(
        _FAIL_AT_ONE,
        _FAIL,
        _DONE,
        ItemReader=_READER,
        ResultWriter=_WRITER,
        ToleratedFailurePercentage=50,
    )
    machine = a_machine(cloud, ITSELF, _READ, _WRITE, states={"map": state})

    _, output = run(cloud, machine, {"list": "list.json"})
    manifest = _read(cloud, output["ResultWriterDetails"]["Key"])
    files = manifest["ResultFiles"]
    [succeeded] = _read(cloud, files["SUCCEEDED"][0]["Key"])
    [failed] = _read(cloud, files["FAILED"][0]["Key"])

    assert ("fleet", output["MapRunArn"], []) == (
        manifest["DestinationBucket"],
        manifest["MapRunArn"],
        files["PENDING"],
    )
    assert ("SUCCEEDED", "2", "2") == tuple(succeeded[e] for e in ("Status", "Input", "Output"))
    assert ("FAILED", "1", "Bad", "on purpose") == tuple(
        failed[each] for each in ("Status", "Input", "Error", "Cause")
    )


@pytest.mark.parametrize(
    ("tolerated", "status", "counts"),
    [
        ({"ToleratedFailurePercentage": 0}, "FAILED", (1, 0, 3)),
        ({"ToleratedFailureCount": 0}, "FAILED", (1, 0, 3)),
        ({}, "FAILED", (1, 0, 3)),
        ({"ToleratedFailurePercentage": "{% 25 %}"}, "SUCCEEDED", (1, 3, 0)),
    ],
)
def test_a_map_stops_as_soon_as_too_many_have_failed(
    cloud: Cloud, tolerated: dict[str, Any], status: str, counts: tuple[int, int, int]
) -> None:
    """The rest is never begun, and the report has it as pending."""
    _fleet(cloud, [1, 2, 3, 4])
    state = distributed(
        *(_FAIL_AT_ONE, _FAIL, _DONE),
        ItemReader=_READER,
        ResultWriter=_WRITER,
        MaxConcurrency=1,
        **tolerated,
    )
    machine = a_machine(cloud, ITSELF, _READ, _WRITE, states={"map": state})
    execution = begin(cloud, machine, {"list": "list.json"})

    assert status == end(cloud, execution)["status"]
    [listed] = cloud.states.list_map_runs(executionArn=execution)["mapRuns"]
    found = cloud.states.describe_map_run(mapRunArn=listed["mapRunArn"])["itemCounts"]
    assert counts == (found["failed"], found["succeeded"], found["pending"])
    written = cloud.s3.list_objects_v2(Bucket="fleet", Prefix="runs/")["Contents"]
    assert (status == "FAILED") is any("PENDING_0" in each["Key"] for each in written)


def test_children_that_run_are_aborted_when_too_many_have_failed(cloud: Cloud) -> None:
    """Their report is in the file of the failed ones (doc: API_MapRunExecutionCounts)."""
    _fleet(cloud, [1, 2])
    state = distributed(*(_FAIL_AT_ONE, _FAIL, _WAIT, _DONE), Items=[2, 1])
    machine = a_machine(cloud, ITSELF, states={"map": state})
    execution = begin(cloud, machine)

    assert "FAILED" == end(cloud, execution)["status"]
    [listed] = cloud.states.list_map_runs(executionArn=execution)["mapRuns"]
    counts = cloud.states.describe_map_run(mapRunArn=listed["mapRunArn"])["executionCounts"]
    assert (1, 1) == (counts["failed"], counts["aborted"])


def test_stopping_an_execution_stops_its_map(cloud: Cloud) -> None:
    """What runs is aborted, and what was not begun never is."""
    state = distributed({**_WAIT, "Next": "1"}, _DONE, Items=[1, 2, 3], MaxConcurrency=1)
    machine = a_machine(cloud, ITSELF, states={"map": state})
    execution = begin(cloud, machine)
    runs = eventually(lambda: cloud.states.list_map_runs(executionArn=execution)["mapRuns"])

    cloud.states.stop_execution(executionArn=execution)

    def ended() -> dict[str, Any]:
        found: dict[str, Any] = cloud.states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
        return found if found["status"] != "RUNNING" else {}

    counts = eventually(ended)["itemCounts"]
    assert (2, 0) == (counts["pending"], counts["succeeded"]) or (3, 0) == (
        counts["pending"],
        counts["succeeded"],
    )


def test_an_input_of_a_child_has_a_limit(cloud: Cloud) -> None:
    """256 KiB, like every payload."""
    state = distributed(_DONE, Items=[1], ItemSelector="{% $pad('x', 300000, 'x') %}")
    machine = a_machine(cloud, ITSELF, states={"map": state})

    execution = begin(cloud, machine)

    assert "FAILED" == end(cloud, execution)["status"]
    [listed] = cloud.states.list_map_runs(executionArn=execution)["mapRuns"]
    [child] = cloud.states.list_executions(mapRunArn=listed["mapRunArn"])["executions"]
    assert "States.DataLimitExceeded" == end(cloud, child["executionArn"])["error"]
