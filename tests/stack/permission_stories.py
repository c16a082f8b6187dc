"""
For each right that the sandbox can judge, the story that fails without it.

A story is acted twice, without the right and with it. Without it what is told must hold the sign:
the action that was refused, unless the story names another. With it, nothing is told, or what is
`still` told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.cloud import eventually
from tests.stack.conftest import Deployed
from tests.stack.rights import ON_FAILURE, PERMISSION, TRUST, Right

type _Act = Callable[[Deployed], str]
type _Prepare = Callable[[Deployed], None]

_RAN, _BURIED = "it ran", "NO_PERMISSIONS"
# What AWS counts where a dead letter is lost: namespace, metric.
_LOST = {
    "AWS/Events": "InvocationsFailedToBeSentToDlq",
    "AWS/Scheduler": "InvocationsFailedToBeSentToDeadLetterCount",
    "AWS/Lambda": "DestinationDeliveryFailures",
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a right is needed for; `also` are rights that must be missing for it to be needed."""

    act: _Act
    prepare: tuple[_Prepare, ...] = ()
    sign: str = ""
    still: str = ""
    also: tuple[Right, ...] = ()


def begin(stack: Deployed) -> None:
    """Bring about what every story begins with: an open site without windows or dead letters."""
    for name in _windows(stack):
        stack.cloud.ssm.delete_parameter(Name=name)
    assert "" == _writing("off")(stack)
    url = stack.named("DeadLetters")
    while messages := stack.cloud.sqs.receive_message(QueueUrl=url).get("Messages"):
        for each in messages:
            stack.cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def _windows(stack: Deployed) -> list[str]:
    found = stack.cloud.ssm.get_parameters_by_path(Path=f"{stack.switch}/windows")
    return [each["Name"] for each in found["Parameters"]]


def _writing(value: str) -> _Act:
    def act(stack: Deployed) -> str:
        stack.put(stack.switch, value)
        return _look(stack)

    return act


def _look(stack: Deployed) -> str:
    return stack.receives({"sweep": True})


def _command(stack: Deployed) -> str:
    return stack.receives({"maintenance": "on", "at": datetime.now(UTC).isoformat()})


def _after(value: str) -> _Prepare:
    def prepare(stack: Deployed) -> None:
        assert "" == _writing(value)(stack)

    return prepare


def _in_a_window(stack: Deployed) -> None:
    begins = datetime.now(UTC) - timedelta(hours=1)
    stack.put(f"{stack.switch}/windows/today", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 3h")


def _with_an_unreadable_window(stack: Deployed) -> None:
    _in_a_window(stack)
    stack.put(f"{stack.switch}/windows/today", "today for a while")


def _without_notes(stack: Deployed) -> None:
    bucket = stack.output("StateBucket")
    for each in stack.cloud.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        stack.cloud.s3.delete_object(Bucket=bucket, Key=each["Key"])


def _without_linked_roles(stack: Deployed) -> None:
    iam = stack.cloud.iam
    for role in iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]:
        iam.delete_service_linked_role(RoleName=role["RoleName"])


def _sweep_comes(stack: Deployed) -> None:
    """Let the sweep come now: a rate begins anew when its schedule is written."""
    name = stack.named("ControllerSweep")
    sweep = stack.cloud.scheduler.get_schedule(Name=name)
    stack.cloud.scheduler.update_schedule(
        Name=name,
        ScheduleExpression=sweep["ScheduleExpression"],
        FlexibleTimeWindow=sweep["FlexibleTimeWindow"],
        Target=sweep["Target"],
    )


def _switch_is_written(stack: Deployed) -> None:
    """Write the switch while its rule is enabled; otherwise stories are not disturbed by it."""
    rule = stack.named("ControllerSwitchChanged")
    stack.cloud.events.enable_rule(Name=rule)
    stack.put(stack.switch, "off")
    stack.cloud.events.disable_rule(Name=rule)


def _fails_for_good(stack: Deployed) -> None:
    name = stack.named("Controller")
    stack.cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'"nonsense"')


def _delivering(happen: _Prepare) -> _Act:
    """Return the act of letting something happen, and waiting for what becomes of it."""

    def act(stack: Deployed) -> str:
        runs, lost = len(_runs(stack)), _lost(stack)
        happen(stack)

        def became() -> str:
            new = [name for name, count in _lost(stack).items() if count > lost[name]]
            return " ".join([*new, _dead_letter(stack)]).strip() or (
                _RAN if len(_runs(stack)) > runs else ""
            )

        return eventually(became)

    return act


def _runs(stack: Deployed) -> list[str]:
    group = stack.output("ControllerLogs")
    events = stack.cloud.logs.filter_log_events(logGroupName=group)["events"]
    return [each["message"] for each in events if '"decision made"' in each["message"]]


def _lost(stack: Deployed) -> Mapping[str, float]:
    now = datetime.now(UTC)
    counts = {}
    for namespace, name in _LOST.items():
        metrics = stack.cloud.cloudwatch.list_metrics(Namespace=namespace, MetricName=name)
        counts[name] = sum(
            point["Sum"]
            for metric in metrics["Metrics"]
            for point in stack.cloud.cloudwatch.get_metric_statistics(
                **metric,
                StartTime=now - timedelta(hours=2),
                EndTime=now + timedelta(minutes=1),
                Period=60,
                Statistics=["Sum"],
            )["Datapoints"]
        )
    return counts


def _dead_letter(stack: Deployed) -> str:
    """Take a message from the queue; return why it is there, '' if there is none."""
    url = stack.named("DeadLetters")
    answer = stack.cloud.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    for message in answer.get("Messages", []):
        stack.cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        attributes = message.get("MessageAttributes", {})
        return attributes["ERROR_CODE"]["StringValue"] if attributes else message["Body"]
    return ""


_CLOSING = Story(act=_writing("on"))
_OPENING = Story(act=_writing("off"), prepare=(_after("on"),))
_LOOKING = Story(act=_look)
_AIMING = Story(act=_writing("on for 2h"))
_SWEEPING = _delivering(_sweep_comes)
_WAKING = Right("WakePolicy", "WakeTheController", "lambda:InvokeFunction")
_ADMITTING = Right("SwitchChanged", PERMISSION, "lambda:InvokeFunction")
# By resource and statement, then by action.
_TOLD: dict[tuple[str, str], dict[str, Story]] = {
    ("Controller", "FindDistributions"): {"cloudfront:ListDistributions": _LOOKING},
    ("Controller", "ChangeDistributions"): {
        "cloudfront:GetDistributionConfig": _CLOSING,
        "cloudfront:UpdateDistribution": _CLOSING,
    },
    ("Controller", "KeepVpcOrigins"): {"cloudfront:GetVpcOrigin": _CLOSING},
    ("Controller", "AttachOurFunction"): {
        "lambda:GetFunction": _CLOSING,
        "lambda:EnableReplication*": _CLOSING,
        "lambda:DisableReplication*": _CLOSING,
    },
    ("Controller", "PutNeighboursBack"): {
        "lambda:GetFunction": _OPENING,
        "lambda:EnableReplication*": _OPENING,
        "lambda:DisableReplication*": _OPENING,
    },
    ("Controller", "LetLambdaReplicate"): {
        "iam:CreateServiceLinkedRole": Story(act=_writing("on"), prepare=(_without_linked_roles,)),
    },
    ("Controller", "ReadAndWriteTheSwitch"): {
        "ssm:GetParameter": _LOOKING,
        "ssm:GetParameterHistory": Story(act=_writing("on"), prepare=(_in_a_window,)),
        "ssm:PutParameter": Story(act=_command),
    },
    ("Controller", "ReadTheWindows"): {
        "ssm:GetParametersByPath": _LOOKING,
        "ssm:GetParameterHistory": Story(
            act=_look, prepare=(_with_an_unreadable_window,), still="'today for a while'"
        ),
    },
    ("Controller", "AimTheAlarmClock"): {
        "scheduler:GetSchedule": _LOOKING,
        "scheduler:CreateSchedule": _AIMING,
        "scheduler:UpdateSchedule": Story(
            act=_writing("on for 3h"), prepare=(_after("on for 2h"),)
        ),
        "scheduler:DeleteSchedule": Story(act=_writing("on"), prepare=(_after("on for 2h"),)),
    },
    ("Controller", "LetTheAlarmClockWakeUs"): {"iam:PassRole": _AIMING},
    ("Controller", "KeepNotes"): {
        "s3:GetObject": Story(act=_writing("on"), prepare=(_after("on"), _after("off"))),
        "s3:PutObject": _CLOSING,
    },
    ("Controller", "TellMissingNotesFromForbiddenOnes"): {
        "s3:ListBucket": Story(act=_writing("on"), prepare=(_without_notes,)),
    },
    ("Controller", ON_FAILURE): {
        "sqs:SendMessage": Story(
            act=_delivering(_fails_for_good),
            sign=_LOST["AWS/Lambda"],
            still='"condition": "RetriesExhausted"',
        ),
    },
    ("SwitchChanged", PERMISSION): {
        _ADMITTING.action: Story(act=_delivering(_switch_is_written), sign=_BURIED, still=_RAN)
    },
    ("DeadLettersPolicy", "RulesOfThisStack"): {
        "sqs:SendMessage": Story(
            act=_delivering(_switch_is_written),
            sign=_LOST["AWS/Events"],
            still=_BURIED,
            also=(_ADMITTING,),
        ),
    },
    ("WakePolicy", "WakeTheController"): {
        _WAKING.action: Story(act=_SWEEPING, sign=_BURIED, still=_RAN)
    },
    ("WakePolicy", "KeepWhatCouldNotBeDelivered"): {
        "sqs:SendMessage": Story(
            act=_SWEEPING, sign=_LOST["AWS/Scheduler"], still=_BURIED, also=(_WAKING,)
        ),
    },
    ("WakeRole", TRUST): {
        "sts:AssumeRole": Story(act=_SWEEPING, sign=_LOST["AWS/Scheduler"], still=_RAN)
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
