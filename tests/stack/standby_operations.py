"""
For each permission of the standby engine, an operation that fails without it.

As in `operations`, on a stack with that engine, whose function no cache behavior has: it is
published all the same.
"""

from collections.abc import Mapping

from tests.stack.conftest import DeployedStack
from tests.stack.operations import Operation, request_installation, write
from tests.stack.permissions import Permission

_CLOSE = Operation(run=write("on"))
_RENDER = Operation(run=write("on: the page is rendered"))


def _create(stack: DeployedStack) -> str:
    """Return why the controller refuses a new stack; its process has read no package yet."""
    return request_installation(stack, "Create", Engine="standby")


def _deploy_again(stack: DeployedStack) -> str:
    """Return why the controller refuses an update of the stack after its code was changed."""
    return request_installation(stack, "Update", Engine="standby")


def _publish_other_code(stack: DeployedStack) -> None:
    """Publish the code of the template, as CloudFormation does for a new stack."""
    publish(stack, b"function handler(event) { return event.request; }")


def publish(stack: DeployedStack, code: bytes) -> None:
    """Publish a code by hand, as someone with rights of their own, to every edge location."""
    cloudfront, name = stack.cloud.cloudfront, function_name(stack)
    described = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
    updated = cloudfront.update_function(
        Name=name,
        IfMatch=described["ETag"],
        FunctionConfig=described["FunctionSummary"]["FunctionConfig"],
        FunctionCode=code,
    )
    cloudfront.publish_function(Name=name, IfMatch=updated["ETag"])
    stack.cloud.sandbox.finish_deployments()


def function_name(stack: DeployedStack) -> str:
    """Return the name of the stack's function, whose physical id is its ARN."""
    return stack.physical_id("StandbyFunction").rpartition("/")[2]


_PUBLISH = Operation(run=_deploy_again, prepare=(_publish_other_code,))
_READ_PROGRAM = Operation(run=_deploy_again, prepare=(_publish_other_code,))
_OPERATIONS: dict[str, dict[str, Operation]] = {
    "ReadMaintenanceFunction": {"lambda:GetFunction": Operation(run=_create)},
    "ReadAndWriteStandbyStore": {
        "cloudfront-keyvaluestore:DescribeKeyValueStore": _CLOSE,
        "cloudfront-keyvaluestore:GetKey": _CLOSE,
        "cloudfront-keyvaluestore:ListKeys": _RENDER,
        "cloudfront-keyvaluestore:UpdateKeys": _CLOSE,
    },
    "PublishStandbyFunction": {
        "cloudfront:DescribeFunction": _PUBLISH,
        "cloudfront:GetFunction": _PUBLISH,
        "cloudfront:UpdateFunction": _PUBLISH,
        "cloudfront:PublishFunction": _PUBLISH,
    },
    "ReadStandbyProgram": {"s3:GetObject": _READ_PROGRAM},
}
STANDBY_OPERATIONS: Mapping[Permission, Operation] = {
    Permission("StandbyPolicy", statement, action): operation
    for statement, by_action in _OPERATIONS.items()
    for action, operation in by_action.items()
}
