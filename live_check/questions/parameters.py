"""What CloudFormation, a schedule, and a write without a pattern do to a parameter."""

from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from live_check.probe import Probe
from live_check.question import CannotBeAskedError
from live_check.timing import OverdueError

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import ParameterTypeDef


def description_only_update(probe: Probe) -> tuple[str, ...]:
    """Write a stack's parameter through SSM, then let the stack change its description."""
    ssm, name = probe.account.clients.ssm, f"/{probe.run}/of-a-stack"
    ssm.put_parameter(Name=name, Value="by hand", Overwrite=True)
    probe.update_parameter_description("after")
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    outcome = "kept" if value == "by hand" else f"overwritten by {value!r}"
    return (f"The value that was written by hand was {outcome}.",)


def universal_target(probe: Probe) -> tuple[str, ...]:
    """Wait for the stack's schedule to write the time for which it was scheduled."""
    ssm, timing = probe.account.clients.ssm, probe.account.timing

    def find_written() -> "ParameterTypeDef | None":
        try:
            return ssm.get_parameter(Name=f"/{probe.run}/by-schedule")["Parameter"]
        except ssm.exceptions.ParameterNotFound:
            return None

    try:
        written = timing.wait_for(find_written, "the schedule writes", timing.schedule)
    except OverdueError as error:
        raise CannotBeAskedError(
            f"{error}; if this is AWS, the schedule's metrics TargetErrorCount and "
            "InvocationDroppedCount say whether it tried"
        ) from error
    late = written["LastModifiedDate"] - datetime.fromisoformat(written["Value"])
    return (f"It wrote the parameter {late.total_seconds():.1f} s after the time it was set to.",)


def allowed_pattern(probe: Probe) -> tuple[str, ...]:
    """Write with a pattern, then without, then a value that the pattern refuses."""
    ssm, name = probe.account.clients.ssm, f"/{probe.run}/pattern"
    ssm.put_parameter(Name=name, Value="on", Type="String", AllowedPattern="^(on|off)$")
    ssm.put_parameter(Name=name, Value="off", Overwrite=True)
    try:
        ssm.put_parameter(Name=name, Value="typo", Overwrite=True)
    except ssm.exceptions.ParameterPatternMismatchException:
        return ("It keeps the pattern: a typo is still refused after a write without one.",)
    except ClientError as error:
        raise CannotBeAskedError(
            f"a typo was refused for another reason than the pattern: {error}"
        ) from error
    return ("It loses the pattern: a typo was accepted after a write without one.",)
