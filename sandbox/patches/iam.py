"""
IAM over ministack: what it does not judge, or judges of the wrong resource.

    call                                      judged besides, or instead
    ----------------------------------------  ------------------------------------------------------
    ssm:GetParametersByPath                   on the path, not on * (model: ssm)
    ssm:GetParameters, ssm:DeleteParameters   on each name, not on *
    scheduler calls of one schedule           on it in its own group, not in the default one
    lambda calls with a Qualifier             on the version or alias, not on the function
    s3 object that is not there               403 without s3:ListBucket (API_GetObject)
    s3:PutObject with If-Match                also s3:GetObject (S3 User Guide, conditional-writes)
    scheduler:CreateSchedule, UpdateSchedule  also iam:PassRole on the target's role
    lambda:CreateFunction,                    also iam:PassRole on the role, if one is named
      UpdateFunctionConfiguration               (IAM User Guide, id_roles_use_passrole)
    CreateDistribution, UpdateDistribution    see `ministack_associating`
    what a service does by itself             see `ministack_deliveries`

Lambda compares a policy's resource with FunctionName and Qualifier of the call (Lambda Developer
Guide, lambda-api-permissions-ref).
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import lambda_svc, s3, scheduler, ssm

from sandbox.api import errors
from sandbox.api.asgi import Answer
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.patches import seam
from sandbox.patches.seam import Serve

_NOT_FOUND = 404
_SCHEDULES = "/schedules/"


def install() -> None:
    """Surround ministack's judgement where it differs from IAM's."""
    seam.surround(iam_actions, "extract_resource_arn", _naming)
    seam.surround_service(ssm, _each_parameter)
    seam.surround_service(s3, _objects)
    seam.surround_service(scheduler, _role_of_a_schedule)
    seam.surround_service(lambda_svc, _role_of_a_function)


def is_allowed(request: Request, action: str, resource_arn: str, **context: str) -> bool:
    """
    Say whether the caller of `request`, now being served, may do `action` on `resource_arn`.

    `context` are condition keys, a colon written as two underscores.
    """
    access_key = router.extract_access_key_id(dict(request.headers), dict(request.query))
    service = action.partition(":")[0]
    denied = iam_evaluator.enforce(
        access_key,
        action,
        service,
        seam.region(),
        resource_arn=resource_arn,
        service_context={key.replace("__", ":"): value for key, value in context.items()},
    )
    return denied is None


def denial(request: Request, action: str, resource_arn: str) -> Refusal:
    """Return IAM's sentence for what `is_allowed` said no to."""
    caller = iam_evaluator.request_caller_arn(dict(request.headers), dict(request.query))
    return Refusal(
        "AccessDenied",
        f"User: {caller} is not authorized to perform: {action} on resource: {resource_arn} "
        f"because no identity-based policy allows the {action} action",
        403,
    )


def _naming(extract_resource_arn: Callable[..., str]) -> Callable[..., str]:
    def extract(service: str, *parts: Any) -> str:  # noqa: ANN401 - ministack's own signature
        _method, path, _headers, body, query = parts[:5]
        if service == "scheduler" and path.startswith(_SCHEDULES):
            return _schedule_arn(path.removeprefix(_SCHEDULES), body, query)
        found = extract_resource_arn(service, *parts)
        if service == "lambda" and query.get("Qualifier"):
            return f"{found}:{query['Qualifier'][0]}"
        names = _parameter_names(body) if (service, found) == ("ssm", "*") else []
        return _parameter_arn(names[0]) if names else found

    return extract


def _schedule_arn(name: str, body: bytes, query: Mapping[str, Any]) -> str:
    named = query.get("groupName") or seam.json_members(body).get("GroupName")
    group = named[0] if isinstance(named, list) else named
    place = f"{seam.region()}:{seam.account_id()}"
    return f"arn:aws:scheduler:{place}:schedule/{group or 'default'}/{name}"


def _parameter_names(body: bytes) -> list[str]:
    data = seam.json_members(body)
    return [data["Path"]] if "Path" in data else list(data.get("Names", []))


def _parameter_arn(name: str) -> str:
    place = f"{seam.region()}:{seam.account_id()}"
    return f"arn:aws:ssm:{place}:parameter/{name.removeprefix('/')}"


async def _each_parameter(request: Request, onwards: Serve) -> Answer:
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    others = _parameter_names(request.body)[1:]
    for arn in map(_parameter_arn, others):
        if not is_allowed(request, f"ssm:{name}", arn):
            refusal = denial(request, f"ssm:{name}", arn)
            return errors.answer(Refusal("AccessDeniedException", refusal.message, 400), "ssm")
    return await onwards(request)


async def _objects(request: Request, onwards: Serve) -> Answer:
    bucket, _, key = request.path.strip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}/{key}"
    is_conditional = request.method == "PUT" and "if-match" in request.headers and key
    if is_conditional and not is_allowed(request, "s3:GetObject", arn):
        return errors.answer(denial(request, "s3:GetObject", arn), "s3")
    answer = await onwards(request)
    hides = request.method in {"GET", "HEAD"} and key and answer.status == _NOT_FOUND
    if hides and not is_allowed(request, "s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        return errors.answer(denial(request, "s3:ListBucket", f"arn:aws:s3:::{bucket}"), "s3")
    return answer


async def _role_of_a_schedule(request: Request, onwards: Serve) -> Answer:
    if request.method in {"POST", "PUT"} and request.path.startswith(_SCHEDULES):
        role = seam.json_members(request.body).get("Target", {}).get("RoleArn", "")
        return await _passing(request, onwards, role, "scheduler")
    return await onwards(request)


async def _role_of_a_function(request: Request, onwards: Serve) -> Answer:
    is_named = request.path.rstrip("/").endswith(("/functions", "/configuration"))
    role = seam.json_members(request.body).get("Role") if is_named else None
    return await (_passing(request, onwards, role, "lambda") if role else onwards(request))


async def _passing(request: Request, onwards: Serve, role: str, service: str) -> Answer:
    receiver = f"{service}.amazonaws.com"
    if is_allowed(request, "iam:PassRole", role, iam__passedtoservice=receiver):
        return await onwards(request)
    refusal = denial(request, "iam:PassRole", role)
    return errors.answer(Refusal("AccessDeniedException", refusal.message, 403), service)
