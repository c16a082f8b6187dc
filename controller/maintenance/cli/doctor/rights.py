"""
Checks of permissions, by IAM's own simulation.

It knows the policies of a user or role, permission boundaries included, and not those of an
organization (doc: IAM User Guide, access_policies_testing-policies).
"""

from collections.abc import Iterable, Mapping, Sequence

from maintenance.aws.standby.program import PROGRAM_KEY
from maintenance.cli.doctor.examination import Examination
from maintenance.cli.doctor.finding import Finding, failed, ok, warning
from maintenance.errors import ObservationError

_SHOWN = 4
# IAM answers few simulations a second, and one is about one resource.
_SIMULATED = 10


def check_your_rights(asked: Examination) -> Finding:
    """Check what the operator may do with the stack."""
    principal = _principal(asked)
    if principal is None:
        return ok("the root user may do everything")
    denied = _named(asked.health.denied(principal, _operators_actions(asked)))
    if not denied:
        more = "" if asked.settings.standby else " and restore"
        return ok(f"you may switch, write windows, invoke the controller{more}")
    return warning(f"you may not: {_listed(denied)}", "docs/iam.md#what-people-need")


def check_controllers_rights(asked: Examination) -> Finding:
    """Check that the controller's role has what every run needs."""
    role = asked.health.role_of(asked.controller_arn)
    denied = _named(asked.health.denied(role, _controllers_actions(asked)))
    if not denied:
        return ok("it may do what closing and opening need")
    remedy = "compare its role with docs/iam.md, and deploy the stack again"
    return failed(f"the controller may not: {_listed(denied)}", remedy)


def _principal(asked: Examination) -> str | None:
    """Return the user or role whose policies count for the caller, None for the root user."""
    arn = asked.identity().arn
    resource = arn.rpartition(":")[2]
    kind, _, name = resource.partition("/")
    if kind == "root":
        return None
    if kind == "user":
        return arn
    if kind == "assumed-role":
        return asked.health.role_arn(name.partition("/")[0])
    raise ObservationError(f"IAM cannot simulate the policies of {arn}")


def _operators_actions(asked: Examination) -> Mapping[str, Sequence[str]]:
    switch = _parameter(asked)
    actions = {
        "ssm:PutParameter": [switch, f"{switch}/windows/example"],
        "ssm:DeleteParameter": [f"{switch}/windows/example"],
        "lambda:InvokeFunction": [asked.controller_arn],
    }
    if asked.settings.standby:
        return actions
    distributions = _distributions(asked)
    return actions | {
        "cloudfront:GetDistributionConfig": distributions,
        "cloudfront:UpdateDistribution": distributions,
        "s3:PutObject": [f"{_bucket(asked)}/displaced/example.json"],
    }


def _controllers_actions(asked: Examination) -> Mapping[str, Sequence[str]]:
    """Return the actions that every run needs, and those that need no condition."""
    switch, bucket, settings = _parameter(asked), _bucket(asked), asked.settings
    *_, account = asked.controller_arn.split(":")[:5]
    clock = f"{_prefix(asked)}:scheduler:us-east-1:{account}:schedule/{settings.schedule_group}"
    alarm_clock = [f"{clock}/alarm-clock"]
    of_engine = _standby_actions(asked) if settings.standby else _attach_actions(asked)
    return {
        "cloudfront:ListDistributions": ["*"],
        "lambda:GetFunction": [settings.edge.base_arn],
        "ssm:GetParameter": [switch, f"{switch}/status"],
        "ssm:PutParameter": [switch, f"{switch}/status"],
        "ssm:GetParameterHistory": [switch, f"{switch}/windows/example"],
        "ssm:GetParametersByPath": [f"{switch}/windows"],
        "scheduler:GetSchedule": alarm_clock,
        "scheduler:CreateSchedule": alarm_clock,
        "scheduler:UpdateSchedule": alarm_clock,
        "s3:ListBucket": [bucket],
        **of_engine,
    }


def _attach_actions(asked: Examination) -> Mapping[str, Sequence[str]]:
    bucket, distributions = _bucket(asked), _distributions(asked)
    records = [f"{bucket}/displaced/example.json"]
    return {
        "cloudfront:GetDistributionConfig": distributions,
        "cloudfront:UpdateDistribution": distributions,
        "s3:GetObject": [*records, f"{bucket}/page/page.html"],
        "s3:PutObject": records,
    }


def _standby_actions(asked: Examination) -> Mapping[str, Sequence[str]]:
    bucket, function = _bucket(asked), [asked.session().standby_engine.function.arn]
    store = [asked.settings.standby.store_arn] if asked.settings.standby else []
    return {
        "cloudfront:DescribeFunction": function,
        "cloudfront:GetFunction": function,
        "cloudfront:UpdateFunction": function,
        "cloudfront:PublishFunction": function,
        "cloudfront-keyvaluestore:DescribeKeyValueStore": store,
        "cloudfront-keyvaluestore:GetKey": store,
        "cloudfront-keyvaluestore:ListKeys": store,
        "cloudfront-keyvaluestore:UpdateKeys": store,
        "s3:GetObject": [f"{bucket}/page/page.html", f"{bucket}/{PROGRAM_KEY}"],
    }


def _distributions(asked: Examination) -> list[str]:
    *_, account = asked.controller_arn.split(":")[:5]
    arn = f"{_prefix(asked)}:cloudfront::{account}:distribution"
    found = [f"{arn}/{each.distribution_id}" for each in asked.targets()]
    return found[:_SIMULATED] or [f"{arn}/EXAMPLE"]


def _parameter(asked: Examination) -> str:
    *_, account = asked.controller_arn.split(":")[:5]
    switch = asked.settings.switch_parameter
    return f"{_prefix(asked)}:ssm:us-east-1:{account}:parameter/{switch.removeprefix('/')}"


def _bucket(asked: Examination) -> str:
    return f"{_prefix(asked)}:s3:::{asked.settings.state_bucket}"


def _prefix(asked: Examination) -> str:
    """Return `arn:aws`, or what it is in the partition of the stack."""
    return ":".join(asked.controller_arn.split(":")[:2])


def _named(denied: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{action} on {resource.rpartition(':')[2]}" for action, resource in denied]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
