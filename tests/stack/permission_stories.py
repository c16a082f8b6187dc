"""
For each right that the sandbox can judge, the story that fails without it.

A story is acted twice, without the right and with it. Without it what is told must hold the sign:
the action that was refused, unless the story names another. With it, nothing is told, or what is
`still` told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.cloud import eventually
from tests.stack.conftest import Deployed
from tests.stack.deliveries import (
    BURIED,
    LOST,
    RAN,
    Act,
    Happening,
    delivering,
    fails_for_good,
    logged,
    page_is_put,
    sweep_comes,
    switch_is_written,
)
from tests.stack.rights import ON_FAILURE, PERMISSION, TRUST, Right

_GONE = "no status is left"


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a right is needed for; `also` are rights that must be missing for it to be needed."""

    act: Act
    prepare: tuple[Happening, ...] = ()
    sign: str = ""
    still: str = ""
    also: tuple[Right, ...] = ()


def begin(stack: Deployed) -> None:
    """
    Bring about what every story begins with.

    An open site, Deployed, so that no alarm clock is set, without windows, page or dead letters.
    """
    for name in _windows(stack):
        stack.cloud.ssm.delete_parameter(Name=name)
    _without_objects(stack, "page/")
    assert "" == _writing("off")(stack)
    _deployed(stack)
    assert "" == _look(stack)
    empty_dead_letters(stack)


def empty_dead_letters(stack: Deployed) -> None:
    """Delete every message of the queue."""
    url = stack.named("DeadLetterQueue")
    while messages := stack.cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
        for each in messages:
            stack.cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def _windows(stack: Deployed) -> list[str]:
    found = stack.cloud.ssm.get_parameters_by_path(Path=f"{stack.switch}/windows")
    return [each["Name"] for each in found["Parameters"]]


def _writing(value: str) -> Act:
    def act(stack: Deployed) -> str:
        stack.put(stack.switch, value)
        return _look(stack)

    return act


def _look(stack: Deployed) -> str:
    return stack.receives({"sweep": True})


def _command(stack: Deployed) -> str:
    return stack.receives({"maintenance": "on", "at": datetime.now(UTC).isoformat()})


def _after(value: str) -> Happening:
    def prepare(stack: Deployed) -> None:
        assert "" == _writing(value)(stack)

    return prepare


def _in_a_window(stack: Deployed) -> None:
    begins = datetime.now(UTC) - timedelta(hours=1)
    stack.put(f"{stack.switch}/windows/today", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 3h")


def _with_an_unreadable_window(stack: Deployed) -> None:
    _in_a_window(stack)
    stack.put(f"{stack.switch}/windows/today", "today for a while")


def _deployed(stack: Deployed) -> None:
    stack.cloud.sandbox.finish_deployments()


def _settled(stack: Deployed) -> None:
    # The alarm clock is aimed at the end of the maintenance, no more at the next minute.
    assert "" == _look(stack)


def _without_notes(stack: Deployed) -> None:
    _without_objects(stack, "displaced/")


def _without_objects(stack: Deployed, prefix: str) -> None:
    bucket = stack.output("StateBucket")
    found = stack.cloud.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    for each in found.get("Contents", []):
        stack.cloud.s3.delete_object(Bucket=bucket, Key=each["Key"])


def _page_was_edited(stack: Deployed) -> None:
    name = stack.named("MaintenancePage")
    stack.cloud.functions.update_function_configuration(FunctionName=name, MemorySize=256)


def _page_has_another_role(stack: Deployed) -> None:
    name, role = stack.named("MaintenancePage"), stack.named("ControllerRole")
    arn = stack.cloud.iam.get_role(RoleName=role)["Role"]["Arn"]
    stack.cloud.functions.update_function_configuration(FunctionName=name, Role=arn)


def _without_linked_roles(stack: Deployed) -> None:
    iam = stack.cloud.iam
    for role in iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]:
        iam.delete_service_linked_role(RoleName=role["RoleName"])


def _stack_goes(stack: Deployed) -> str:
    """Tell the controller that its stack is deleted, as CloudFormation does; return what stayed."""
    bucket, before = stack.output("StateBucket"), len(logged(stack, "status left"))
    address = stack.cloud.s3.generate_presigned_url(
        "put_object", Params={"Bucket": bucket, "Key": "answer"}
    )
    request = {
        "RequestType": "Delete",
        "ResponseURL": address,
        "StackId": f"arn:aws:cloudformation:us-east-1:000000000000:stack/{stack.stack}/1",
        "RequestId": "1",
        "LogicalResourceId": "Installation",
        "PhysicalResourceId": "Installation-of-1",
    }
    assert "" == stack.receives(request)
    gone = "" if stack.status("live") else _GONE
    return gone or eventually(lambda: " ".join(logged(stack, "status left")[before:]))


def _saying(message: str, *prepare: Happening) -> Story:
    """Return the story of closing with words that no version has yet, so that one is published."""
    return Story(act=_writing(f"on: {message}"), prepare=prepare)


_CLOSING = Story(act=_writing("on"))
_OPENING = Story(act=_writing("off"), prepare=(_after("on"),))
_LOOKING = Story(act=_look)
_AIMING = Story(act=_writing("on for 2h"))
_SWEEPING = delivering(sweep_comes)
_WRITING = delivering(switch_is_written, heard_by="ControllerSwitchChanged")
_PUTTING = delivering(page_is_put, heard_by="ControllerPageChanged")
_WAKING = Right("SchedulerRolePolicy", "InvokeController", "lambda:InvokeFunction")
_ADMITTING = Right("SwitchChanged", PERMISSION, "lambda:InvokeFunction")
# By resource and statement, then by action.
_TOLD: dict[tuple[str, str], dict[str, Story]] = {
    ("Controller", "ListDistributions"): {"cloudfront:ListDistributions": _LOOKING},
    ("Controller", "UpdateDistributions"): {
        "cloudfront:GetDistributionConfig": _CLOSING,
        "cloudfront:UpdateDistribution": _CLOSING,
    },
    ("Controller", "UpdatePreviewDistribution"): {
        "cloudfront:GetDistributionConfig": _saying("the preview is read"),
        "cloudfront:UpdateDistribution": _saying("the preview is changed"),
    },
    ("Controller", "ReadVpcOrigins"): {"cloudfront:GetVpcOrigin": _CLOSING},
    ("Controller", "AttachMaintenanceFunctions"): {
        "lambda:GetFunction": _CLOSING,
        "lambda:EnableReplication*": _CLOSING,
        "lambda:DisableReplication*": _CLOSING,
    },
    ("Controller", "PublishPageVersions"): {
        "lambda:GetFunction": _saying("the function is read"),
        "lambda:ListVersionsByFunction": _saying("its versions are listed"),
        "lambda:UpdateFunctionCode": _saying("it gets its code"),
        "lambda:UpdateFunctionConfiguration": _saying("it is configured", _page_was_edited),
        "lambda:PublishVersion": _saying("it is published"),
    },
    ("Controller", "PassEdgeFunctionRole"): {
        "iam:PassRole": _saying("it has its role back", _page_has_another_role),
    },
    ("Controller", "RestoreDisplacedFunctions"): {
        "lambda:GetFunction": _OPENING,
        "lambda:EnableReplication*": _OPENING,
        "lambda:DisableReplication*": _OPENING,
    },
    ("Controller", "CreateServiceLinkedRoles"): {
        "iam:CreateServiceLinkedRole": Story(act=_writing("on"), prepare=(_without_linked_roles,)),
    },
    ("Controller", "ReadAndWriteSwitch"): {
        "ssm:GetParameter": _LOOKING,
        "ssm:GetParameterHistory": Story(act=_writing("on"), prepare=(_in_a_window,)),
        "ssm:PutParameter": Story(act=_command),
    },
    ("Controller", "ReadWindows"): {
        "ssm:GetParametersByPath": _LOOKING,
        "ssm:GetParameterHistory": Story(
            act=_look, prepare=(_with_an_unreadable_window,), still="'today for a while'"
        ),
    },
    ("Controller", "ReadAndWriteStatus"): {
        "ssm:GetParameter": _LOOKING,
        "ssm:PutParameter": _CLOSING,
        "ssm:DeleteParameter": Story(act=_stack_goes, still=_GONE),
    },
    ("Controller", "PublishEvents"): {"events:PutEvents": _CLOSING},
    ("Controller", "ManageAlarmClock"): {
        "scheduler:GetSchedule": _LOOKING,
        "scheduler:CreateSchedule": _AIMING,
        "scheduler:UpdateSchedule": Story(
            act=_writing("on for 3h"), prepare=(_after("on for 2h"), _deployed, _settled)
        ),
        "scheduler:DeleteSchedule": Story(act=_look, prepare=(_after("on"), _deployed)),
    },
    ("Controller", "PassSchedulerRole"): {"iam:PassRole": _AIMING},
    ("Controller", "ReadAndWriteDisplacedRecords"): {
        "s3:GetObject": Story(act=_writing("on"), prepare=(_after("on"), _after("off"))),
        "s3:PutObject": _CLOSING,
    },
    ("Controller", "ReadPageFiles"): {
        "s3:GetObject": Story(act=_writing("on"), prepare=(page_is_put,)),
    },
    ("Controller", "ListStateBucket"): {
        "s3:ListBucket": Story(act=_writing("on"), prepare=(_without_notes,)),
    },
    ("Controller", ON_FAILURE): {
        "sqs:SendMessage": Story(
            act=delivering(fails_for_good),
            sign=LOST["AWS/Lambda"],
            still='"condition": "RetriesExhausted"',
        ),
    },
    ("SwitchChanged", PERMISSION): {_ADMITTING.action: Story(act=_WRITING, sign=BURIED, still=RAN)},
    ("PageChanged", PERMISSION): {
        "lambda:InvokeFunction": Story(act=_PUTTING, sign=BURIED, still=RAN)
    },
    ("DeadLetterQueuePolicy", "AllowEventBridgeRules"): {
        "sqs:SendMessage": Story(
            act=_WRITING,
            sign=LOST["AWS/Events"],
            still=BURIED,
            also=(_ADMITTING,),
        ),
    },
    ("SchedulerRolePolicy", "InvokeController"): {
        _WAKING.action: Story(act=_SWEEPING, sign=BURIED, still=RAN)
    },
    ("SchedulerRolePolicy", "SendDeadLetters"): {
        "sqs:SendMessage": Story(
            act=_SWEEPING, sign=LOST["AWS/Scheduler"], still=BURIED, also=(_WAKING,)
        ),
    },
    ("SchedulerRole", TRUST): {
        "sts:AssumeRole": Story(act=_SWEEPING, sign=LOST["AWS/Scheduler"], still=RAN)
    },
    ("MaintenanceEdge", TRUST): {
        "sts:AssumeRole": Story(act=_writing("on"), sign="edgelambda.amazonaws.com")
    },
}
STORIES: Mapping[Right, Story] = {
    Right(*place, action): story
    for place, by_action in _TOLD.items()
    for action, story in by_action.items()
}
