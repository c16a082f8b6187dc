"""
Whether the AWS CLI knows a command and its options, by botocore's models of the services.

The AWS CLI makes its commands of these models: an operation in lower case with hyphens, an option
for each member of its input, and `wait` for waiters. What it writes by hand is listed here.
"""

from collections.abc import Sequence

from botocore import xform_name
from botocore.model import OperationModel, ServiceModel
from botocore.session import Session

_SESSION = Session()
_EVERYWHERE = {"output", "query", "region", "profile", "endpoint-url", "cli-read-timeout"}
# Source: awscli/customizations/s3 and awscli/customizations/argrename.py.
_S3 = {"cp", "mv", "sync", "ls", "rm"}
# Source: awscli/customizations/cloudformation/deploy.py; the first two are required.
_DEPLOY = ("stack-name", "template-file", "capabilities", "parameter-overrides")
_RENAMED = {("sns", "endpoint"): "notification-endpoint"}


def errors(words: Sequence[str], *, whole: bool = True) -> list[str]:
    """Return why the AWS CLI would refuse these words behind `aws`, `whole` if none is left out."""
    if len(words) == 1 or any(each.startswith("--") for each in words[:2]):
        return []
    service, name, *rest = words
    by_hand = _errors_by_hand(service, name, rest)
    if by_hand is not None:
        return by_hand
    service = "s3" if service == "s3api" else service
    if service not in _SESSION.get_available_services():
        return [f"aws has no service {service}"]
    if name == "wait":
        return _waiter_errors(service, rest)
    operations = {_hyphened(each): each for each in _model(service).operation_names}
    if name not in operations:
        return [f"aws {service} has no operation {name}"]
    model = _model(service).operation_model(operations[name])
    return _option_errors(service, model, rest, whole=whole)


def _errors_by_hand(service: str, name: str, rest: Sequence[str]) -> list[str] | None:
    """Return the errors of a command that the AWS CLI writes by hand, None for any other."""
    if service == "s3":
        return [] if name in _S3 else [f"aws s3 has no command {name}"]
    return _deploy_errors(rest) if (service, name) == ("cloudformation", "deploy") else None


def _deploy_errors(rest: Sequence[str]) -> list[str]:
    given = {each.removeprefix("--") for each in rest if each.startswith("--")}
    return [
        *(
            f"aws cloudformation deploy has no option --{each}"
            for each in sorted(given - {*_DEPLOY, *_EVERYWHERE})
        ),
        *(f"aws cloudformation deploy lacks --{each}" for each in _DEPLOY[:2] if each not in given),
    ]


def _waiter_errors(service: str, rest: Sequence[str]) -> list[str]:
    waiters = _SESSION.get_waiter_model(service)
    known = {_hyphened(each): each for each in waiters.waiter_names}
    if not rest or rest[0] not in known:
        return [f"aws {service} has no waiter {' '.join(rest[:1])}"]
    operation = waiters.get_waiter(known[rest[0]]).operation
    return _option_errors(service, _model(service).operation_model(operation), rest[1:], whole=True)


def _option_errors(
    service: str, model: OperationModel, rest: Sequence[str], *, whole: bool
) -> list[str]:
    shape = model.input_shape
    members = {each: _option(service, each) for each in (shape.members if shape else ())}
    required = {members[each] for each in (shape.required_members if shape else ())}
    given = {each.removeprefix("--") for each in rest if each.startswith("--")}
    name = _hyphened(model.name)
    unknown = given - set(members.values()) - _EVERYWHERE
    missing = required - given if whole else set()
    return [
        *(f"aws {service} {name} has no option --{each}" for each in sorted(unknown)),
        *(f"aws {service} {name} lacks --{each}" for each in sorted(missing)),
    ]


def _option(service: str, member: str) -> str:
    name = _hyphened(member)
    return _RENAMED.get((service, name), name)


def _model(service: str) -> ServiceModel:
    return _SESSION.get_service_model(service)


def _hyphened(name: str) -> str:
    return xform_name(name, "-")
