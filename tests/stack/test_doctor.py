"""The command doctor, against a stack that the SAM CLI has deployed: healthy, and not."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.cloud import eventually
from tests.stack.alarm_causes import CAUSES
from tests.stack.conftest import DeployedStack
from tests.stack.operations import reset
from tests.stack.test_command_line import types

_DENY = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}


def checks(stack: DeployedStack) -> dict[str, dict[str, str]]:
    """Return what doctor finds, by the names of the checks."""
    found: dict[str, dict[str, str]] = json.loads(types(stack, "doctor", "--json").stdout)["checks"]
    return found


def test_a_healthy_stack_has_no_failed_check(shop: DeployedStack) -> None:
    """Once the errors of other tests are out of the periods of the alarms."""
    reset(shop)
    shop.cloud.sandbox.advance(20)
    assert shop.sweep()
    eventually(lambda: "ALARM" not in [alarm_state(shop, name) for name in CAUSES])

    ran = types(shop, "doctor")

    lines = [each.split("  ")[0].strip() for each in ran.stdout.splitlines()]
    assert (0, 0) == (ran.returncode, lines.count("failed")), ran.stdout
    assert 0 == lines.count("could not ask"), ran.stdout
    assert lines.count("ok") > 15


def alarm_state(stack: DeployedStack, name: str) -> str:
    """Return the state of an alarm."""
    alarm = stack.physical_id(name)
    [found] = stack.cloud.cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    state: str = found["StateValue"]
    return state


@pytest.fixture(scope="module")
def broken(quiet: DeployedStack) -> Iterator[dict[str, dict[str, str]]]:
    """Give what doctor finds in a stack whose rules are disabled, and much else is wrong."""
    with ExitStack() as repairs:
        for breaks in (
            invalid_window,
            damaged_record,
            refused_page,
            failed_run,
            disabled_sweep,
            dead_letter,
            denied_role,
            changed_function,
            no_concurrency,
        ):
            repairs.enter_context(_repaired(breaks(quiet)))
        yield checks(quiet)


class _repaired:  # noqa: N801 - a context manager
    """Runs a generator up to its first `yield`, and the rest at the end."""

    def __init__(self, steps: Iterator[None]) -> None:
        self._steps = steps

    def __enter__(self) -> None:
        next(self._steps)

    def __exit__(self, *_: object) -> None:
        next(self._steps, None)


def invalid_window(stack: DeployedStack) -> Iterator[None]:
    """Write a window that nothing can read."""
    name = f"{stack.switch}/windows/slip"
    stack.put(name, "sunday for 2h")
    yield
    stack.cloud.ssm.delete_parameter(Name=name)


def damaged_record(stack: DeployedStack) -> Iterator[None]:
    """Overwrite the record of a distribution."""
    bucket, key = stack.output("StateBucket"), f"displaced/{stack.distribution_id}.json"
    stack.cloud.s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    yield
    stack.cloud.s3.delete_object(Bucket=bucket, Key=key)


def refused_page(stack: DeployedStack) -> Iterator[None]:
    """Upload a page that asks for another host."""
    bucket, key = stack.output("StateBucket"), "page/page.html"
    page = b'<!doctype html><title>Ours</title><img src="https://other.example/logo.png">'
    stack.cloud.s3.put_object(Bucket=bucket, Key=key, Body=page)
    yield
    stack.cloud.s3.delete_object(Bucket=bucket, Key=key)


def failed_run(stack: DeployedStack) -> Iterator[None]:
    """Let a run fail, here because of the window and the page, which sets off an alarm."""
    assert stack.invoke({"sweep": True})
    eventually(lambda: alarm_state(stack, "InvalidInputs") == "ALARM")
    yield


def disabled_sweep(stack: DeployedStack) -> Iterator[None]:
    """Disable the schedule that wakes the controller regularly."""
    scheduler = stack.cloud.scheduler
    found = scheduler.get_schedule(
        Name=stack.physical_id("ControllerSweep"), GroupName=stack.physical_id("ScheduleGroup")
    )
    names = ("Name", "GroupName", "ScheduleExpression", "Target", "FlexibleTimeWindow")
    same: dict[str, Any] = {name: found[name] for name in names}  # type: ignore[literal-required]  # members of both
    scheduler.update_schedule(**same, State="DISABLED")
    yield
    scheduler.update_schedule(**same, State="ENABLED")


def dead_letter(stack: DeployedStack) -> Iterator[None]:
    """Put an event into the queue of those that were not delivered."""
    queue = stack.output("DeadLetterQueue")
    stack.cloud.sqs.send_message(QueueUrl=queue, MessageBody="{}")
    yield
    stack.cloud.sqs.purge_queue(QueueUrl=queue)


def denied_role(stack: DeployedStack) -> Iterator[None]:
    """Deny the controller to write records."""
    function = stack.cloud.functions.get_function_configuration(
        FunctionName=stack.physical_id("Controller")
    )
    role = function["Role"].rpartition("/")[2]
    policy = {"RoleName": role, "PolicyName": "denied"}
    document = {"Version": "2012-10-17", "Statement": [_DENY]}
    stack.cloud.iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))
    yield
    stack.cloud.iam.delete_role_policy(**policy)


def changed_function(stack: DeployedStack) -> Iterator[None]:
    """Change a setting of the controller outside CloudFormation."""
    function = stack.physical_id("Controller")
    before = stack.cloud.functions.get_function_configuration(FunctionName=function)["Timeout"]
    stack.cloud.functions.update_function_configuration(FunctionName=function, Timeout=3)
    yield
    stack.cloud.functions.update_function_configuration(FunctionName=function, Timeout=before)


def no_concurrency(stack: DeployedStack) -> Iterator[None]:
    """Keep Lambda from running the controller, as someone does to stop it."""
    function = stack.physical_id("Controller")
    stack.cloud.functions.put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=0
    )
    yield
    stack.cloud.functions.delete_function_concurrency(FunctionName=function)


@pytest.mark.parametrize(
    ("name", "verdict", "text"),
    [
        ("switch", "failed", "windows/slip is invalid"),
        ("records", "failed", "cannot be used"),
        ("page", "failed", "page.html"),
        ("last run", "failed", "the last run failed: "),
        ("sweep", "failed", "is disabled"),
        ("rules", "failed", "ControllerSwitchChanged is disabled"),
        ("dead letters", "warning", "about 1 event did not reach the controller"),
        ("controller role", "failed", "the controller may not: s3:PutObject on"),
        ("drift", "warning", "Controller is modified"),
        ("alarms", "failed", "InvalidInputs"),
        ("concurrency", "failed", "is 0: it never runs"),
    ],
)
def test_what_is_wrong_is_found_and_has_a_remedy(
    broken: dict[str, dict[str, str]], name: str, verdict: str, text: str
) -> None:
    """Each check asks by itself, so that many findings fit on one screen."""
    found = broken[name]
    assert (verdict, True) == (found["verdict"], text in found["text"]), found
    assert found["remedy"]


@pytest.mark.parametrize("name", ["stack", "distributions", "behaviors", "quotas", "function"])
def test_what_is_well_stays_so(broken: dict[str, dict[str, str]], name: str) -> None:
    """In the midst of all that."""
    assert "ok" == broken[name]["verdict"]
