"""
The permissions that the template grants, one by one, and how to remove one from a deployed stack.

    where                    statement                      means
    -----------------------  -----------------------------  ----------------------------------------
    a resource               its Sid                        an action of a policy's statement
    a function or role       trust                          who may assume its role
    a function               OnFailure                      SAM's, to keep events that failed
    a function               AWSLambdaBasicExecutionRole    SAM's, to write its log
    an event of a function   permission                     SAM's, to let the rule invoke it
"""

import contextlib
import copy
import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.contract.template import load_template, statements
from tests.stack.conftest import DeployedStack

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

type _Document = dict[str, Any]
type _Undo = Callable[[], object]

TRUST, ON_FAILURE, LOGS, INVOKE = (
    "trust",
    "OnFailure",
    "AWSLambdaBasicExecutionRole",
    "permission",
)
_FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True, order=True)
class Permission:
    """One action that a statement allows or denies."""

    where: str
    statement: str
    action: str

    def __str__(self) -> str:
        """Return it as a test's name."""
        return f"{self.where} {self.statement} {self.action}"


def permissions_of_the_template() -> frozenset[Permission]:
    """Return every permission that template.yaml grants or denies, with those that SAM adds."""
    stated = (
        Permission(name, statement["Sid"], action)
        for name, statement in statements()
        for action in _listed(statement["Action"])
    )
    resources = load_template()["Resources"].items()
    return frozenset([*stated, *(each for resource in resources for each in _implied(*resource))])


def _implied(name: str, resource: _Document) -> Iterator[Permission]:
    """Yield the trust policy of a resource and the permissions that SAM adds to it."""
    properties = resource.get("Properties", {})
    has_own_role = resource["Type"] == _FUNCTION and "Role" not in properties
    if "AssumeRolePolicyDocument" in properties or has_own_role:
        yield Permission(name, TRUST, "sts:AssumeRole")
    if has_own_role:
        yield Permission(name, LOGS, "logs:*")
    if "EventInvokeConfig" in properties:
        yield Permission(name, ON_FAILURE, "sqs:SendMessage")
    for event, each in properties.get("Events", {}).items():
        if each["Type"] == "EventBridgeRule":
            yield Permission(event, INVOKE, "lambda:InvokeFunction")


@contextlib.contextmanager
def without(stack: DeployedStack, *permissions: Permission) -> Iterator[None]:
    """Remove permissions from the deployed stack, and grant them again afterwards."""
    with contextlib.ExitStack() as removed:
        for permission in permissions:
            removed.callback(_remove(stack, permission))
        yield


def _remove(stack: DeployedStack, permission: Permission) -> _Undo:
    kind = stack.resources.get(permission.where, ("", ""))[0]
    if permission.statement == TRUST:
        return _remove_trust(stack, permission)
    if permission.statement == INVOKE:
        return _remove_invoke_permission(stack, permission)
    if kind == "AWS::SQS::QueuePolicy":
        return _remove_from_queue_policy(stack, permission)
    return _remove_from_roles(stack, permission)


def _remove_trust(stack: DeployedStack, permission: Permission) -> _Undo:
    iam = stack.cloud.iam
    own_role = f"{permission.where}Role"
    role = stack.physical_id(own_role if own_role in stack.resources else permission.where)
    before = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    another = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [{**another, "Action": permission.action}]}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    return lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=before)


def _remove_invoke_permission(stack: DeployedStack, permission: Permission) -> _Undo:
    functions, name = stack.cloud.functions, stack.physical_id("Controller")
    policy = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    rule = f"rule/{stack.physical_id(f'Controller{permission.where}')}"
    (found,) = (each for each in policy["Statement"] if rule in json.dumps(each))
    functions.remove_permission(FunctionName=name, StatementId=found["Sid"])
    return lambda: functions.add_permission(
        FunctionName=name,
        StatementId=found["Sid"],
        Action=found["Action"],
        Principal=found["Principal"]["Service"],
        SourceArn=found["Condition"]["ArnLike"]["AWS:SourceArn"],
    )


def _remove_from_queue_policy(stack: DeployedStack, permission: Permission) -> _Undo:
    sqs, url = stack.cloud.sqs, stack.physical_id("DeadLetterQueue")
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    before = answer["Attributes"]["Policy"]
    reduced = _reduced(json.loads(before), permission.statement, permission.action)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(reduced)})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})


def _remove_from_roles(stack: DeployedStack, permission: Permission) -> _Undo:
    iam = stack.cloud.iam
    for role, policy, document in _inline_policies(stack):
        # SAM's statement for OnFailure has no Sid.
        sid = None if f"{ON_FAILURE}SQSPolicy" in policy else permission.statement
        if sid is None and permission.statement != ON_FAILURE:
            continue
        reduced = _reduced(document, sid, permission.action)
        if reduced != document:
            _write(iam, role, policy, reduced)
            return functools.partial(_write, iam, role, policy, document)
    raise AssertionError(f"No role of {stack.stack} has the permission {permission}.")


def _write(iam: "IAMClient", role: str, policy: str, document: _Document) -> None:
    if document["Statement"]:
        text = json.dumps(document)
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=text)
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)


def _inline_policies(stack: DeployedStack) -> Iterator[tuple[str, str, _Document]]:
    iam = stack.cloud.iam
    roles = [name for kind, name in stack.resources.values() if kind == "AWS::IAM::Role"]
    for role in roles:
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            found: Any = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            yield role, policy, found


def _reduced(document: _Document, sid: str | None, action: str) -> _Document:
    """Return the document without an action of the statement with that Sid."""
    reduced = copy.deepcopy(document)
    for statement in reduced["Statement"]:
        if statement.get("Sid") == sid:
            actions = _listed(statement["Action"])
            statement["Action"] = [each for each in actions if each != action]
    reduced["Statement"] = [each for each in reduced["Statement"] if each["Action"]]
    return reduced


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
