"""
Judge what a state machine may do, which ministack does not.

    what happens                    needs
    ------------------------------  -------------------------------------------------------------
    lambda:invoke                   lambda:InvokeFunction of the task's role on the function
    an aws-sdk:sfn task             the action of the task's role on the machine, execution or map
    a Distributed Map               states:StartExecution of the machine's role on the machine
    its ItemReader, ResultWriter    s3:GetObject, s3:PutObject of the machine's role
    a task with Credentials         sts:AssumeRole of the machine's role on that role, whose trust
                                    names the machine's role; then that role is the task's

The machine's role must trust states.amazonaws.com. Step Functions sends the machine's ARN as the
external id, and the role in aws:PrincipalArn (doc: Step Functions Developer Guide,
concepts-cross-acct-sync-pattern, input-output-resultwriter; IAM User Guide,
reference_policies_condition-keys). All accounts of the sandbox are in one organization.
The names of the errors are ours: AWS documents States.Permissions, not when a task gets it.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is read here

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator, responses
from ministack.services import iam, stepfunctions

from sandbox.patches import request_context
from sandbox.patches.iam import services
from sandbox.patches.wrap import wrap_function

ORGANIZATION = "o-sandbox0001"
_SERVICE = "states.amazonaws.com"
_ACCOUNT_FIELD = 4
_INVOKE = "states:::lambda:invoke"
_SDK = "arn:aws:states:::aws-sdk:sfn:"


@dataclass(frozen=True, slots=True)
class TaskRole:
    """The role of a machine, and how to read the role that its current task names."""

    machine_arn: str
    role_arn: str
    read_credentials: Callable[[], str | None]


_TASK_ROLE: ContextVar[TaskRole | None] = ContextVar("task_role", default=None)


def install() -> None:
    """Judge tasks, carry them out in the account of their role, and make one organization."""
    wrap_function(stepfunctions, "_execute_task", _patch_task)
    wrap_function(stepfunctions, "_invoke_resource", _patch_invoke)
    wrap_function(iam_evaluator, "_principal_org_id", lambda _: lambda _account: ORGANIZATION)


def machine_of(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the machine of an execution, or of the child of a map, whose ARN ends in a label."""
    arn = execution["stateMachineArn"].partition("/")[0]
    machine: Mapping[str, Any] = stepfunctions._state_machines[arn]
    return machine


def require(machine: Mapping[str, Any], action: str, resource_arn: str) -> None:
    """Fail the state if the role of the machine does not allow `action` on the resource."""
    role = machine["roleArn"]
    _require_trust(role, machine["stateMachineArn"])
    if not services.role_allows(role, action, resource_arn):
        raise _denial(role, action, resource_arn)


def _require_trust(role: str, machine_arn: str) -> None:
    if not services.role_trusts(role, _SERVICE, machine_arn):
        cause = f"Neither {_SERVICE} nor its regional principal may assume the role {role}"
        raise stepfunctions._ExecutionError("States.Permissions", cause)


def _denial(role: str, action: str, resource_arn: str) -> Exception:
    account, name = role.split(":")[_ACCOUNT_FIELD], role.rpartition("/")[2]
    cause = (
        f"User: arn:aws:sts::{account}:assumed-role/{name}/step-functions is not authorized to "
        f"perform: {action} on resource: {resource_arn}"
    )
    service = action.partition(":")[0]
    code = "Lambda.AWSLambdaException" if service == "lambda" else "States.Permissions"
    error: Exception = stepfunctions._ExecutionError(code, cause)
    return error


def _patch_task(execute_task: Callable[..., Any]) -> Callable[..., Any]:
    def execute(state: dict[str, Any], task_input: object, execution: Any, ctx: Any) -> Any:  # noqa: ANN401 - ministack's own signature
        machine = machine_of(execution)
        credentials = state.get("Credentials")

        def read_credentials() -> str | None:
            if credentials is None:
                return None
            if stepfunctions._state_query_language(state, ctx) == "JSONata":
                read = stepfunctions._apply_jsonata_template(credentials, task_input, ctx)
            else:
                read = stepfunctions._resolve_params_obj(credentials, task_input, ctx)
            return str(read["RoleArn"])

        role = TaskRole(machine["stateMachineArn"], machine["roleArn"], read_credentials)
        token = _TASK_ROLE.set(role)
        try:
            return execute_task(state, task_input, execution, ctx)
        finally:
            _TASK_ROLE.reset(token)

    return execute


def _patch_invoke(invoke_resource: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(resource: str, arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        task = _TASK_ROLE.get()
        if task is None:  # TestState has no machine.
            return invoke_resource(resource, arguments)
        _require_trust(task.role_arn, task.machine_arn)
        assumed = task.read_credentials()
        if assumed is None:
            return _invoke_as(task.role_arn, invoke_resource, resource, arguments)
        _assume(assumed, task)
        account = assumed.split(":")[_ACCOUNT_FIELD]
        with responses.request_scope(account, request_context.region()):
            return _invoke_as(assumed, invoke_resource, resource, arguments)

    return invoke


def _invoke_as(
    role: str, invoke_resource: Callable[..., Any], resource: str, arguments: dict[str, Any]
) -> Any:  # noqa: ANN401 - any JSON
    if _INVOKE in resource:
        name = arguments["FunctionName"]
        arn = name if ":" in name else request_context.arn("lambda", f"function:{name}")
        if not services.role_allows(role, "lambda:InvokeFunction", arn):
            raise _denial(role, "lambda:InvokeFunction", arn)
    elif resource.startswith(_SDK):
        name = resource.removeprefix(_SDK)
        action = f"states:{name[0].upper()}{name[1:]}"
        arns = (arguments.get(each) for each in ("ExecutionArn", "MapRunArn", "StateMachineArn"))
        arn = next(filter(None, arns), "*")
        if not services.role_allows(role, action, arn):
            raise _denial(role, action, arn)
    return invoke_resource(resource, arguments)


def _assume(role: str, task: TaskRole) -> None:
    """Fail the task unless its machine's role may assume this one, in whichever account."""
    account, name = role.split(":")[_ACCOUNT_FIELD], role.rpartition("/")[2]
    own_account, own_name = task.role_arn.split(":")[_ACCOUNT_FIELD], task.role_arn.split("/")[-1]
    found = iam._roles.get_scoped(account, None, name)
    context = iam_evaluator.EvalContext(
        principal_arn=task.role_arn,
        principal_type="AssumedRole",
        principal_account=own_account,
        action="sts:AssumeRole",
        resource_arn=role,
        region=request_context.region(),
        service_context={"sts:externalid": task.machine_arn, "aws:resourceorgid": ORGANIZATION},
    )
    session = f"arn:aws:sts::{own_account}:assumed-role/{own_name}/step-functions"
    policies = iam_evaluator._gather_role_policies(own_name, own_account)
    may_assume = iam_evaluator.evaluate(context, policies).decision == "Allow"
    is_trusted = found and iam_evaluator.evaluate_trust_policy(
        found["AssumeRolePolicyDocument"], session, context
    )
    if not (may_assume and is_trusted):
        raise _denial(task.role_arn, "sts:AssumeRole", role)
