"""
The rights that the template gives, one by one, and how to take one away from a deployed stack.

    where                    statement                      is
    -----------------------  -----------------------------  ----------------------------------------
    a resource of the        its Sid                        an action of a policy's statement
      template
    a function or role       trust                          who may assume its role
    a function               OnFailure                      SAM's, to keep what failed for good
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
from tests.stack.conftest import Deployed

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

type _Document = dict[str, Any]
type _Undo = Callable[[], object]

TRUST, ON_FAILURE, LOGS, PERMISSION = (
    "trust",
    "OnFailure",
    "AWSLambdaBasicExecutionRole",
    "permission",
)
_FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True, order=True)
class Right:
    """One action that a statement allows or denies."""

    where: str
    statement: str
    action: str

    def __str__(self) -> str:
        """Return it as a test's name."""
        return f"{self.where} {self.statement} {self.action}"


def rights_of_the_template() -> frozenset[Right]:
    """Return all rights that template.yaml gives or withholds, with those that SAM adds."""
    stated = (
        Right(name, statement["Sid"], action)
        for name, statement in statements()
        for action in _listed(statement["Action"])
    )
    resources = load_template()["Resources"].items()
    return frozenset([*stated, *(right for each in resources for right in _around(*each))])


def _around(name: str, resource: _Document) -> Iterator[Right]:
    given = resource.get("Properties", {})
    has_own_role = resource["Type"] == _FUNCTION and "Role" not in given
    if "AssumeRolePolicyDocument" in given or has_own_role:
        yield Right(name, TRUST, "sts:AssumeRole")
    if has_own_role:
        yield Right(name, LOGS, "logs:*")
    if "EventInvokeConfig" in given:
        yield Right(name, ON_FAILURE, "sqs:SendMessage")
    for event, each in given.get("Events", {}).items():
        if each["Type"] == "EventBridgeRule":
            yield Right(event, PERMISSION, "lambda:InvokeFunction")


@contextlib.contextmanager
def without(stack: Deployed, *rights: Right) -> Iterator[None]:
    """Take rights away from the deployed stack, and give them back afterwards."""
    with contextlib.ExitStack() as undone:
        for right in rights:
            undone.callback(_take(stack, right))
        yield


def _take(stack: Deployed, right: Right) -> _Undo:
    kind = stack.resources.get(right.where, ("", ""))[0]
    if right.statement == TRUST:
        return _take_trust(stack, right)
    if right.statement == PERMISSION:
        return _take_permission(stack, right)
    if kind == "AWS::SQS::QueuePolicy":
        return _take_from_queue(stack, right)
    return _take_from_roles(stack, right)


def _take_trust(stack: Deployed, right: Right) -> _Undo:
    iam = stack.cloud.iam
    own = f"{right.where}Role"
    role = stack.named(own if own in stack.resources else right.where)
    before = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    nobody = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [{**nobody, "Action": right.action}]}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    return lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=before)


def _take_permission(stack: Deployed, right: Right) -> _Undo:
    functions, name = stack.cloud.functions, stack.named("Controller")
    policy = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    rule = f"rule/{stack.named(f'Controller{right.where}')}"
    (found,) = (each for each in policy["Statement"] if rule in json.dumps(each))
    functions.remove_permission(FunctionName=name, StatementId=found["Sid"])
    return lambda: functions.add_permission(
        FunctionName=name,
        StatementId=found["Sid"],
        Action=found["Action"],
        Principal=found["Principal"]["Service"],
        SourceArn=found["Condition"]["ArnLike"]["AWS:SourceArn"],
    )


def _take_from_queue(stack: Deployed, right: Right) -> _Undo:
    sqs, url = stack.cloud.sqs, stack.named("DeadLetterQueue")
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    before = answer["Attributes"]["Policy"]
    less = json.dumps(_less(json.loads(before), right.statement, right.action))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": less})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})


def _take_from_roles(stack: Deployed, right: Right) -> _Undo:
    iam = stack.cloud.iam
    for role, policy, document in _inline_policies(stack):
        statement = None if f"{ON_FAILURE}SQSPolicy" in policy else right.statement
        if statement is None and right.statement != ON_FAILURE:
            continue
        less = _less(document, statement, right.action)
        if less != document:
            _write(iam, (role, policy), less)
            return functools.partial(_write, iam, (role, policy), document)
    raise AssertionError(f"No role of {stack.stack} has the right {right}.")


def _write(iam: "IAMClient", place: tuple[str, str], document: _Document) -> None:
    role, policy = place
    if document["Statement"]:
        text = json.dumps(document)
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=text)
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)


def _inline_policies(stack: Deployed) -> Iterator[tuple[str, str, _Document]]:
    iam = stack.cloud.iam
    roles = [name for kind, name in stack.resources.values() if kind == "AWS::IAM::Role"]
    for role in roles:
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            found: Any = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            yield role, policy, found


def _less(document: _Document, sid: str | None, action: str) -> _Document:
    """Return the document without an action of the statement with that Sid."""
    less = copy.deepcopy(document)
    for statement in less["Statement"]:
        if statement.get("Sid") == sid:
            actions = _listed(statement["Action"])
            statement["Action"] = [each for each in actions if each != action]
    less["Statement"] = [each for each in less["Statement"] if each["Action"]]
    return less


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
