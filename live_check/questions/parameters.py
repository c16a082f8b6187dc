"""What becomes of a parameter: by CloudFormation, by a schedule, by a writing without a pattern."""

import functools
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from live_check.pace import OverdueError
from live_check.question import CannotBeAskedError
from live_check.site.distribution import Site
from live_check.site.functions import make_role

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef


def description_only_update(site: Site) -> tuple[str, ...]:
    """Write a parameter of a stack by hand, then update the stack's description of it."""
    cloudformation, ssm = site.account.clients.cloudformation, site.account.clients.ssm
    stack, name = f"{site.name}-parameter", f"/{site.name}/of-a-stack"
    polling: WaiterConfigTypeDef = {"Delay": 1, "MaxAttempts": 600}
    cloudformation.create_stack(StackName=stack, TemplateBody=_template(name, "before"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig=polling)
    ssm.put_parameter(Name=name, Value="by hand", Overwrite=True)
    cloudformation.update_stack(StackName=stack, TemplateBody=_template(name, "after"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig=polling)
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    outcome = "kept" if value == "by hand" else f"overwritten by {value!r}"
    return (f"The value that was written by hand was {outcome}.",)


def universal_target(site: Site) -> tuple[str, ...]:
    """Let a one-time schedule write a parameter by itself."""
    clients, pace = site.account.clients, site.account.pace
    name = f"/{site.name}/by-schedule"
    clients.ssm.put_parameter(Name=name, Value="before", Type="String")
    due = datetime.now(UTC) + timedelta(seconds=pace.ahead)
    role = _role_that_may_write(site, name)

    def is_written() -> datetime | None:
        found = clients.ssm.get_parameter(Name=name)["Parameter"]
        return found["LastModifiedDate"] if found["Value"] == "after" else None

    pace.wait_for(
        functools.partial(_schedule, site, name, due, role), "Scheduler takes the role", pace.event
    )
    try:
        written = pace.wait_for(is_written, "the schedule writes", pace.ahead + pace.schedule)
    except OverdueError as error:
        raise CannotBeAskedError(
            f"{error}; if this is AWS, the schedule's metrics TargetErrorCount and "
            "InvocationDroppedCount say whether it tried"
        ) from error
    late = (written - due).total_seconds()
    return (f"It wrote the parameter, {late:.1f} s after the instant it was set to.",)


def allowed_pattern(site: Site) -> tuple[str, ...]:
    """Write with a pattern, then without, then something that the pattern refuses."""
    ssm, name = site.account.clients.ssm, f"/{site.name}/pattern"
    ssm.put_parameter(Name=name, Value="on", Type="String", AllowedPattern="^(on|off)$")
    ssm.put_parameter(Name=name, Value="off", Overwrite=True)
    try:
        ssm.put_parameter(Name=name, Value="typo", Overwrite=True)
    except ssm.exceptions.ParameterPatternMismatchException:
        return ("It keeps the pattern: a typo is still refused after a writing without one.",)
    except ClientError as error:
        raise CannotBeAskedError(
            f"a typo met another refusal than the pattern's: {error}"
        ) from error
    return ("It loses the pattern: a typo was taken after a writing without one.",)


def _schedule(site: Site, name: str, due: datetime, role: str) -> bool | None:
    """Schedule the writing; None while the new role cannot be assumed."""
    scheduler = site.account.clients.scheduler
    try:
        scheduler.create_schedule(
            Name=site.name,
            ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": "arn:aws:scheduler:::aws-sdk:ssm:putParameter",
                "RoleArn": role,
                "Input": json.dumps({"Name": name, "Value": "after", "Overwrite": True}),
            },
        )
    except scheduler.exceptions.ValidationException as error:
        if "assume" in str(error):
            return None
        raise
    return True


def _role_that_may_write(site: Site, name: str) -> str:
    role = f"{site.name}-schedule"
    arn = make_role(site.account, role, "scheduler.amazonaws.com")
    resource = f"arn:aws:ssm:us-east-1:{site.account.account_id}:parameter{name}"
    allowed = {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": resource}
    site.account.clients.iam.put_role_policy(
        RoleName=role,
        PolicyName="write",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    return arn


def _template(name: str, description: str) -> str:
    properties = {"Name": name, "Type": "String", "Value": "first", "Description": description}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": properties}
    return json.dumps({"Resources": {"Parameter": parameter}})
