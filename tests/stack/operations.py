"""
For each permission that the sandbox can judge, an operation that fails without it.

Each runs twice. Without the permission its result contains `denied`, by default the action; with
it the result contains `permitted`, or is empty if that is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.cloud import eventually
from tests.stack.conftest import DeployedStack
from tests.stack.deliveries import (
    LOST,
    RAN,
    UNDELIVERED,
    Run,
    Step,
    delivery,
    log_lines,
    rewrite_switch,
    send_invalid_event,
    trigger_sweep,
    upload_bypass_tokens,
    upload_page,
)
from tests.stack.permissions import INVOKE, ON_FAILURE, TRUST, Permission

_NO_STATUS = "there is no status"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What needs a permission; `also_without` must be missing too for it to be needed."""

    run: Run
    prepare: tuple[Step, ...] = ()
    denied: str = ""
    permitted: str = ""
    also_without: tuple[Permission, ...] = ()


def reset(stack: DeployedStack) -> None:
    """
    Bring the stack into the state in which every operation starts.

    The site is open and Deployed, so that no alarm clock is set, and there are no windows, page
    files or dead letters.
    """
    for name in _windows(stack):
        stack.cloud.ssm.delete_parameter(Name=name)
    _delete_objects(stack, "page/")
    assert "" == write("off")(stack)
    _finish_deployments(stack)
    assert "" == _sweep(stack)
    empty_dead_letter_queue(stack)


def empty_dead_letter_queue(stack: DeployedStack) -> None:
    """Delete every message of the queue."""
    url = stack.physical_id("DeadLetterQueue")
    while messages := stack.cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
        for each in messages:
            stack.cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def _windows(stack: DeployedStack) -> list[str]:
    found = stack.cloud.ssm.get_parameters_by_path(Path=f"{stack.switch}/windows")
    return [each["Name"] for each in found["Parameters"]]


def write(value: str) -> Run:
    """Return the operation that writes the switch and sweeps."""

    def run(stack: DeployedStack) -> str:
        stack.put(stack.switch, value)
        return _sweep(stack)

    return run


def _sweep(stack: DeployedStack) -> str:
    return stack.invoke({"sweep": True})


def _command(stack: DeployedStack) -> str:
    return stack.invoke({"maintenance": "on", "at": datetime.now(UTC).isoformat()})


def _after(value: str) -> Step:
    """Return the step that writes the switch and sweeps without an error."""

    def step(stack: DeployedStack) -> None:
        assert "" == write(value)(stack)

    return step


def _start_window(stack: DeployedStack) -> None:
    begins = datetime.now(UTC) - timedelta(hours=1)
    stack.put(f"{stack.switch}/windows/today", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 3h")


def _make_window_invalid(stack: DeployedStack) -> None:
    _start_window(stack)
    stack.put(f"{stack.switch}/windows/today", "today for a while")


def _finish_deployments(stack: DeployedStack) -> None:
    stack.cloud.sandbox.finish_deployments()


def _sweep_once_deployed(stack: DeployedStack) -> None:
    # Sets the alarm clock to the end of the maintenance, no longer to the next minute.
    assert "" == _sweep(stack)


def _delete_records(stack: DeployedStack) -> None:
    _delete_objects(stack, "displaced/")


def _delete_objects(stack: DeployedStack, prefix: str) -> None:
    bucket = stack.output("StateBucket")
    found = stack.cloud.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    for each in found.get("Contents", []):
        stack.cloud.s3.delete_object(Bucket=bucket, Key=each["Key"])


def _change_page_memory(stack: DeployedStack) -> None:
    name = stack.physical_id("MaintenancePage")
    stack.cloud.functions.update_function_configuration(FunctionName=name, MemorySize=256)


def _change_page_role(stack: DeployedStack) -> None:
    name, role = stack.physical_id("MaintenancePage"), stack.physical_id("ControllerRole")
    arn = stack.cloud.iam.get_role(RoleName=role)["Role"]["Arn"]
    stack.cloud.functions.update_function_configuration(FunctionName=name, Role=arn)


def _delete_service_linked_roles(stack: DeployedStack) -> None:
    iam = stack.cloud.iam
    for role in iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]:
        iam.delete_service_linked_role(RoleName=role["RoleName"])


def _delete_installation(stack: DeployedStack) -> str:
    """
    Let the controller delete and create its custom resource, as CloudFormation does.

    Returns what became of the status.
    """
    before = len(log_lines(stack, "status kept"))
    assert "" == request_installation(stack, "Delete")
    is_kept = stack.status("live")
    assert "" == request_installation(stack, "Create")
    if not is_kept:
        return _NO_STATUS
    return eventually(lambda: " ".join(log_lines(stack, "status kept")[before:]))


def request_installation(stack: DeployedStack, request_type: str, **properties: str) -> str:
    """Send the custom resource's request as CloudFormation does; return why it failed, or ''."""
    response_url = stack.cloud.s3.generate_presigned_url(
        "put_object", Params={"Bucket": stack.output("StateBucket"), "Key": "answer"}
    )
    request = {
        "RequestType": request_type,
        "ResponseURL": response_url,
        "StackId": f"arn:aws:cloudformation:us-east-1:000000000000:stack/{stack.stack}/1",
        "RequestId": "1",
        "LogicalResourceId": "Installation",
        "PhysicalResourceId": "Installation-of-1",
        "ResourceProperties": properties,
        "OldResourceProperties": properties,
    }
    assert "" == stack.invoke(request)
    answer = stack.cloud.s3.get_object(Bucket=stack.output("StateBucket"), Key="answer")
    response: dict[str, str] = json.loads(answer["Body"].read())
    return "" if response["Status"] == "SUCCESS" else response["Reason"]


def _publish(message: str, *prepare: Step) -> Operation:
    """Return the operation that closes the site with a new message, so that it publishes."""
    return Operation(run=write(f"on: {message}"), prepare=prepare)


_CLOSE = Operation(run=write("on"))
_OPEN = Operation(run=write("off"), prepare=(_after("on"),))
_SWEEP = Operation(run=_sweep)
_SET_ALARM_CLOCK = Operation(run=write("on for 2h"))
_DELIVER_SWEEP = delivery(trigger_sweep)
_DELIVER_SWITCH = delivery(rewrite_switch, rule="ControllerSwitchChanged")
_DELIVER_PAGE = delivery(upload_page, rule="ControllerPageChanged")
_INVOKE_BY_SCHEDULE = Permission("SchedulerRolePolicy", "InvokeController", "lambda:InvokeFunction")
_INVOKE_BY_RULE = Permission("SwitchChanged", INVOKE, "lambda:InvokeFunction")
# By resource and statement, then by action.
_OPERATIONS: dict[tuple[str, str], dict[str, Operation]] = {
    ("Controller", "ListDistributions"): {"cloudfront:ListDistributions": _SWEEP},
    ("AttachPolicy", "UpdateDistributions"): {
        "cloudfront:GetDistributionConfig": _CLOSE,
        "cloudfront:UpdateDistribution": _CLOSE,
    },
    ("AttachPolicy", "UpdatePreviewDistribution"): {
        "cloudfront:GetDistributionConfig": _publish("the preview is read"),
        "cloudfront:UpdateDistribution": _publish("the preview is changed"),
    },
    ("AttachPolicy", "ReadVpcOrigins"): {"cloudfront:GetVpcOrigin": _CLOSE},
    ("AttachPolicy", "AttachMaintenanceFunctions"): {
        "lambda:GetFunction": _CLOSE,
        "lambda:EnableReplication*": _CLOSE,
        "lambda:DisableReplication*": _CLOSE,
    },
    ("AttachPolicy", "PublishPageVersions"): {
        "lambda:GetFunction": _publish("the function is read"),
        "lambda:ListVersionsByFunction": _publish("its versions are listed"),
        "lambda:UpdateFunctionCode": _publish("it gets its code"),
        "lambda:UpdateFunctionConfiguration": _publish("it is configured", _change_page_memory),
        "lambda:PublishVersion": _publish("it is published"),
    },
    ("AttachPolicy", "PassEdgeFunctionRole"): {
        "iam:PassRole": _publish("it has its role again", _change_page_role),
    },
    ("AttachPolicy", "RestoreDisplacedFunctions"): {
        "lambda:GetFunction": _OPEN,
        "lambda:EnableReplication*": _OPEN,
        "lambda:DisableReplication*": _OPEN,
    },
    ("AttachPolicy", "CreateServiceLinkedRoles"): {
        "iam:CreateServiceLinkedRole": Operation(
            run=write("on"), prepare=(_delete_service_linked_roles,)
        ),
    },
    ("Controller", "ReadAndWriteSwitch"): {
        "ssm:GetParameter": _SWEEP,
        "ssm:GetParameterHistory": Operation(run=write("on"), prepare=(_start_window,)),
        "ssm:PutParameter": Operation(run=_command),
    },
    ("Controller", "ReadWindows"): {
        "ssm:GetParametersByPath": _SWEEP,
        "ssm:GetParameterHistory": Operation(
            run=_sweep, prepare=(_make_window_invalid,), permitted="'today for a while'"
        ),
    },
    ("Controller", "ReadAndWriteStatus"): {
        "ssm:GetParameter": _SWEEP,
        "ssm:PutParameter": _CLOSE,
        "ssm:DeleteParameter": Operation(run=_delete_installation, permitted=_NO_STATUS),
    },
    ("Controller", "PublishEvents"): {"events:PutEvents": _CLOSE},
    ("Controller", "ManageAlarmClock"): {
        "scheduler:GetSchedule": _SWEEP,
        "scheduler:CreateSchedule": _SET_ALARM_CLOCK,
        "scheduler:UpdateSchedule": Operation(
            run=write("on for 3h"),
            prepare=(_after("on for 2h"), _finish_deployments, _sweep_once_deployed),
        ),
        "scheduler:DeleteSchedule": Operation(
            run=_sweep, prepare=(_after("on"), _finish_deployments)
        ),
    },
    ("Controller", "PassSchedulerRole"): {"iam:PassRole": _SET_ALARM_CLOCK},
    ("AttachPolicy", "ReadAndWriteDisplacedRecords"): {
        "s3:GetObject": Operation(run=write("on"), prepare=(_after("on"), _after("off"))),
        "s3:PutObject": _CLOSE,
    },
    ("Controller", "ReadPageFiles"): {
        "s3:GetObject": Operation(run=write("on"), prepare=(upload_page,)),
    },
    ("Controller", "ReadBypassTokens"): {
        "s3:GetObject": Operation(run=write("on"), prepare=(upload_bypass_tokens,)),
    },
    ("Controller", "ListStateBucket"): {
        "s3:ListBucket": Operation(run=write("on"), prepare=(_delete_records,)),
    },
    ("Controller", ON_FAILURE): {
        "sqs:SendMessage": Operation(
            run=delivery(send_invalid_event),
            denied=LOST["AWS/Lambda"],
            permitted='"condition": "RetriesExhausted"',
        ),
    },
    ("SwitchChanged", INVOKE): {
        _INVOKE_BY_RULE.action: Operation(run=_DELIVER_SWITCH, denied=UNDELIVERED, permitted=RAN)
    },
    ("PageChanged", INVOKE): {
        "lambda:InvokeFunction": Operation(run=_DELIVER_PAGE, denied=UNDELIVERED, permitted=RAN)
    },
    ("DeadLetterQueuePolicy", "AllowEventBridgeRules"): {
        "sqs:SendMessage": Operation(
            run=_DELIVER_SWITCH,
            denied=LOST["AWS/Events"],
            permitted=UNDELIVERED,
            also_without=(_INVOKE_BY_RULE,),
        ),
    },
    ("SchedulerRolePolicy", "InvokeController"): {
        _INVOKE_BY_SCHEDULE.action: Operation(run=_DELIVER_SWEEP, denied=UNDELIVERED, permitted=RAN)
    },
    ("SchedulerRolePolicy", "SendDeadLetters"): {
        "sqs:SendMessage": Operation(
            run=_DELIVER_SWEEP,
            denied=LOST["AWS/Scheduler"],
            permitted=UNDELIVERED,
            also_without=(_INVOKE_BY_SCHEDULE,),
        ),
    },
    ("SchedulerRole", TRUST): {
        "sts:AssumeRole": Operation(run=_DELIVER_SWEEP, denied=LOST["AWS/Scheduler"], permitted=RAN)
    },
    ("MaintenanceEdge", TRUST): {
        "sts:AssumeRole": Operation(run=write("on"), denied="edgelambda.amazonaws.com")
    },
}
OPERATIONS: Mapping[Permission, Operation] = {
    Permission(*place, action): operation
    for place, by_action in _OPERATIONS.items()
    for action, operation in by_action.items()
}
