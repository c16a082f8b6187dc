"""
Patch IAM: check what ministack does not check, or checks on the wrong resource.

    call                                      also checked, or checked instead
    ----------------------------------------  ------------------------------------------------------
    ssm:GetParametersByPath                   on the path, not on * (model: ssm)
    ssm:GetParameters, ssm:DeleteParameters   on each name, not on *
    scheduler calls of one schedule           on it in its own group, not in the default one
    calls of a key-value store's data         on the store, not on *
    calls of one CloudFront Function          on it, not on *
    lambda calls with a Qualifier             on the version or alias, not on the function
    states:DescribeMapRun                     on the map run, not on *
    a missing s3 object                       403 without s3:ListBucket (API_GetObject)
    s3:PutObject with If-Match                also s3:GetObject (S3 User Guide, conditional-writes)
    scheduler:CreateSchedule, UpdateSchedule  also iam:PassRole on the target's role
    lambda:CreateFunction,                    also iam:PassRole on the role, if one is named
      UpdateFunctionConfiguration               (IAM User Guide, id_roles_use_passrole)
    CreateDistribution, UpdateDistribution    see `associations`
    what a service does by itself             see `events.deliveries`

The resources of CloudFront's calls are in the Service Authorization Reference. Lambda compares a
policy's resource with FunctionName and Qualifier of the call (Lambda Developer
Guide, lambda-api-permissions-ref).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import lambda_svc, s3, scheduler, ssm

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request, json_members
from sandbox.patches import request_context
from sandbox.patches.wrap import Forward, wrap_function, wrap_service

_NOT_FOUND = 404
_SCHEDULES = "/schedules/"
_STORE = re.compile(r"/key-value-stores/(arn:[^/]+/[^/]+)")
_FUNCTION = re.compile(r"/2020-05-31/function/([^/]+)")


def install() -> None:
    """Patch ministack's checks where they differ from IAM's."""
    wrap_function(iam_actions, "extract_resource_arn", _patch_resource_arn)
    wrap_service(ssm, _check_parameters)
    wrap_service(s3, _check_objects)
    wrap_service(scheduler, _check_schedule_role)
    wrap_service(lambda_svc, _check_function_role)


def is_allowed(request: Request, action: str, resource_arn: str, **context: str) -> bool:
    """
    Return whether the caller of `request`, now being served, may do `action` on `resource_arn`.

    `context` are condition keys, with two underscores for a colon.
    """
    access_key = router.extract_access_key_id(dict(request.headers), dict(request.query))
    service = action.partition(":")[0]
    denied = iam_evaluator.enforce(
        access_key,
        action,
        service,
        request_context.region(),
        resource_arn=resource_arn,
        service_context={key.replace("__", ":"): value for key, value in context.items()},
    )
    return denied is None


def denial(request: Request, action: str, resource_arn: str) -> Refusal:
    """Return IAM's refusal of an action that `is_allowed` denies."""
    caller = iam_evaluator.request_caller_arn(dict(request.headers), dict(request.query))
    return Refusal(
        "AccessDenied",
        f"User: {caller} is not authorized to perform: {action} on resource: {resource_arn} "
        f"because no identity-based policy allows the {action} action",
        403,
    )


def _patch_resource_arn(extract_resource_arn: Callable[..., str]) -> Callable[..., str]:
    def extract(service: str, *arguments: Any) -> str:  # noqa: ANN401 - ministack's own signature
        _method, path, _headers, body, query = arguments[:5]
        if service == "scheduler" and path.startswith(_SCHEDULES):
            return _schedule_arn(path.removeprefix(_SCHEDULES), body, query)
        if service == "cloudfront-keyvaluestore" and (store := _STORE.match(path)):
            return store.group(1)
        if service == "cloudfront" and (function := _FUNCTION.match(path)):
            return (
                f"arn:aws:cloudfront::{request_context.account_id()}:function/{function.group(1)}"
            )
        if service == "states" and (map_run := json_members(body).get("mapRunArn")):
            return str(map_run)
        found = extract_resource_arn(service, *arguments)
        if service == "lambda" and query.get("Qualifier"):
            return f"{found}:{query['Qualifier'][0]}"
        names = _parameter_names(body) if (service, found) == ("ssm", "*") else []
        return _parameter_arn(names[0]) if names else found

    return extract


def _schedule_arn(name: str, body: bytes, query: Mapping[str, Any]) -> str:
    named = query.get("groupName") or json_members(body).get("GroupName")
    group = named[0] if isinstance(named, list) else named
    return request_context.arn("scheduler", f"schedule/{group or 'default'}/{name}")


def _parameter_names(body: bytes) -> list[str]:
    data = json_members(body)
    return [data["Path"]] if "Path" in data else list(data.get("Names", []))


def _parameter_arn(name: str) -> str:
    return request_context.arn("ssm", f"parameter/{name.removeprefix('/')}")


async def _check_parameters(request: Request, forward: Forward) -> Response:
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    # ministack itself checks the first one.
    others = _parameter_names(request.body)[1:]
    for arn in map(_parameter_arn, others):
        if not is_allowed(request, f"ssm:{name}", arn):
            message = denial(request, f"ssm:{name}", arn).message
            return errors.to_response(Refusal("AccessDeniedException", message, 400), "ssm")
    return await forward(request)


async def _check_objects(request: Request, forward: Forward) -> Response:
    bucket, _, key = request.path.strip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}/{key}"
    is_conditional = request.method == "PUT" and "if-match" in request.headers and key
    if is_conditional and not is_allowed(request, "s3:GetObject", arn):
        return errors.to_response(denial(request, "s3:GetObject", arn), "s3")
    response = await forward(request)
    is_missing = request.method in {"GET", "HEAD"} and key and response.status == _NOT_FOUND
    if is_missing and not is_allowed(request, "s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        refusal = denial(request, "s3:ListBucket", f"arn:aws:s3:::{bucket}")
        return errors.to_response(refusal, "s3")
    return response


async def _check_schedule_role(request: Request, forward: Forward) -> Response:
    if request.method in {"POST", "PUT"} and request.path.startswith(_SCHEDULES):
        role = json_members(request.body).get("Target", {}).get("RoleArn", "")
        return await _check_pass_role(request, forward, role, "scheduler")
    return await forward(request)


async def _check_function_role(request: Request, forward: Forward) -> Response:
    may_name_role = request.path.rstrip("/").endswith(("/functions", "/configuration"))
    role = json_members(request.body).get("Role") if may_name_role else None
    if role:
        return await _check_pass_role(request, forward, role, "lambda")
    return await forward(request)


async def _check_pass_role(request: Request, forward: Forward, role: str, service: str) -> Response:
    receiver = f"{service}.amazonaws.com"
    if is_allowed(request, "iam:PassRole", role, iam__passedtoservice=receiver):
        return await forward(request)
    message = denial(request, "iam:PassRole", role).message
    return errors.to_response(Refusal("AccessDeniedException", message, 403), service)
