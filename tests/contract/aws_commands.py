"""
Whether the AWS CLI would take a command, by botocore's models of the services.

The AWS CLI makes its commands of these models: an operation in lower case with hyphens, an option
for each member of its input, `wait` for waiters, and a file's name where the output is a stream.
What it writes by hand is listed here: the options of every command, `aws s3`, and one other name.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jmespath
from botocore import xform_name
from botocore.model import OperationModel, Shape
from botocore.session import Session
from botocore.validate import ParamValidator

from tests.contract.documented_commands import RECORDED
from tests.contract.template import ROOT

_SESSION = Session()
_EVERYWHERE = {
    "--output",
    "--query",
    "--region",
    "--profile",
    "--endpoint-url",
    "--cli-read-timeout",
}
_OUTPUTS = {"text", "json", "table"}
# Source: awscli/customizations/s3, awscli/customizations/argrename.py.
_S3 = {"cp": 2, "mv": 2, "sync": 2, "ls": 1, "rm": 1}
_RENAMED = {("sns", "Subscribe"): {"endpoint": "notification-endpoint"}}

type _Given = Mapping[str, Sequence[str]]


def errors(words: Sequence[str], folder: Path, *, whole: bool = True) -> list[str]:
    """Return why the AWS CLI would refuse `words`, aws first; `folder` has the files it names."""
    if "--version" in words:
        return []
    service, name, *rest = words[1:]
    if service == "s3":
        return [] if len(rest) == _S3.get(name) else [f"aws s3 {name} with {len(rest)} words"]
    service = "s3" if service == "s3api" else service
    if service not in _SESSION.get_available_services():
        return [f"there is no service {service}"]
    if name == "wait":
        waiter, *rest = rest
        return list(_of_waiter(service, waiter, rest, folder))
    return list(_of_operation(service, name, rest, folder, whole=whole))


def _of_waiter(service: str, name: str, rest: Sequence[str], folder: Path) -> Iterator[str]:
    model = _SESSION.get_waiter_model(service)
    known = {_hyphened(each): each for each in model.waiter_names}
    if name not in known:
        yield f"{service} has no waiter {name}"
        return
    operation = _hyphened(model.get_waiter(known[name]).operation)
    yield from _of_operation(service, operation, rest, folder, whole=True)


def _of_operation(
    service: str, name: str, rest: Sequence[str], folder: Path, *, whole: bool
) -> Iterator[str]:
    model = _SESSION.get_service_model(service)
    known = {_hyphened(each): each for each in model.operation_names}
    if name not in known:
        yield f"{service} has no operation {name}"
        return
    operation = model.operation_model(known[name])
    options = _options(service, operation)
    positional, given = _parted(rest, options)
    yield from _of_everywhere(given)
    for option, values in given.items():
        if option in options:
            yield from _of_value(option, options[option], values, folder)
        elif option not in _EVERYWHERE:
            yield f"{name} has no option {option}"
    if whole:
        yield from _missing(operation, options, given)
        if len(positional) != int(operation.has_streaming_output):
            yield f"{name} with {positional}"


def _options(service: str, operation: OperationModel) -> dict[str, Shape]:
    members = operation.input_shape.members if operation.input_shape else {}
    renamed = _RENAMED.get((service, operation.name), {})
    names = {each: _hyphened(each) for each in members}
    return {f"--{renamed.get(names[each], names[each])}": members[each] for each in members}


def _parted(rest: Sequence[str], options: Mapping[str, Shape]) -> tuple[list[str], _Given]:
    """Return the words that belong to no option, and each option with its own."""
    positional: list[str] = []
    given: dict[str, list[str]] = {}
    option: str | None = None
    for word in rest:
        if word.startswith("--"):
            option = word
            given[option] = []
        elif option is None or _is_full(options.get(option), given[option]):
            positional.append(word)
        else:
            given[option].append(word)
    return positional, given


def _is_full(shape: Shape | None, values: Sequence[str]) -> bool:
    most = {"boolean": 0, "list": len(values) + 1}.get(shape.type_name if shape else "", 1)
    return len(values) >= most


def _missing(
    operation: OperationModel, options: Mapping[str, Shape], given: _Given
) -> Iterator[str]:
    shape = operation.input_shape
    required = [shape.members[each] for each in shape.required_members] if shape else []
    for option, member in options.items():
        if any(member is each for each in required) and option not in given:
            yield f"{_hyphened(operation.name)} lacks {option}"


def _of_everywhere(given: _Given) -> Iterator[str]:
    for option in _EVERYWHERE & given.keys():
        if len(given[option]) != 1:
            yield f"{option} with {len(given[option])} words"
    for output in given.get("--output", ()):
        if output not in _OUTPUTS:
            yield f"there is no output {output}"
    for query in given.get("--query", ()):
        jmespath.compile(query)


def _of_value(option: str, shape: Shape, values: Sequence[str], folder: Path) -> Iterator[str]:
    if shape.type_name == "boolean":
        return
    if not values or "" in values:
        yield f"{option} has no value"
    elif RECORDED not in " ".join(values):
        value = _read(shape, values, folder)
        if value == RECORDED:
            return
        report = ParamValidator().validate(value, shape)
        if report.has_errors():
            yield f"{option}: {report.generate_report()}"
        if value not in (getattr(shape, "enum", None) or [value]):
            yield f"{option} is none of {shape.metadata['enum']}"


def _read(shape: Shape, values: Sequence[str], folder: Path) -> Any:  # noqa: ANN401 - of any shape
    text = _content(values[0], folder)
    match shape.type_name:
        case "integer" | "long":
            return int(text)
        case "blob":
            return text.encode()
        case "structure" | "map" | "list" if text == RECORDED or text[0] in "{[":
            return text if text == RECORDED else json.loads(text)
        case "list" if shape.member.type_name == "structure":  # type: ignore[attr-defined] # of a list
            return [dict(pair.split("=", 1) for pair in each.split(",")) for each in values]
        case "list":
            return list(values)
        case _:
            return text


def _content(value: str, folder: Path) -> str:
    scheme, found, name = value.partition("://")
    if not found or scheme not in {"file", "fileb"} or name == "/dev/stdin":
        return value
    path = next(each / name for each in (folder, ROOT) if (each / name).exists())
    return path.read_text(encoding="utf-8").strip()


def _hyphened(name: str) -> str:
    return xform_name(name, "-")
