"""Contract: an execution environment survives an error of its handler, but no crash."""

import json
from pathlib import Path

from tests.cloud import Cloud
from tests.sandbox.builders import refused
from tests.sandbox.failing import a_failing_function, process_of
from tests.sandbox.slow import delete_role_while_it_runs, update_while_it_runs


def test_a_handler_that_raised_keeps_its_process(cloud: Cloud) -> None:
    """The next invocation has no cold start."""
    name = a_failing_function(cloud)

    first = process_of(cloud, name)

    assert first.isdecimal()
    assert first == process_of(cloud, name)


def test_a_process_that_ended_is_replaced(cloud: Cloud) -> None:
    """A crash is not an error of the handler."""
    name = a_failing_function(cloud)
    first = process_of(cloud, name)

    cloud.functions.invoke(FunctionName=name, Payload=b'"exit"')

    second = process_of(cloud, name)
    assert second.isdecimal()
    assert first != second


def test_an_update_lets_an_invocation_finish(cloud: Cloud, tmp_path: Path) -> None:
    """With the configuration that it began with; the next one has the new one."""
    assert (None, "") == update_while_it_runs(cloud, tmp_path / "began")


def test_a_run_whose_role_is_deleted_writes_no_log(cloud: Cloud, tmp_path: Path) -> None:
    """A run that outlives its stack leaves no log group behind."""
    assert [] == delete_role_while_it_runs(cloud, tmp_path / "began")


def test_an_error_has_the_name_of_its_class(cloud: Cloud) -> None:
    """A state machine catches errors by it."""
    name = a_failing_function(cloud)

    response = cloud.functions.invoke(FunctionName=name)

    assert "ValueError" == json.loads(response["Payload"].read())["errorType"]


def test_a_throttled_invocation_is_an_error_of_the_call(cloud: Cloud) -> None:
    """It has no class, because no handler ran."""
    name = a_failing_function(cloud)
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    assert ("TooManyRequestsException", 429) == refused(
        lambda: cloud.functions.invoke(FunctionName=name)
    )
