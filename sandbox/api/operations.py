"""
Identify the AWS operation of an HTTP request, its resource and its caller. Pure.

    protocol                identified by
    ----------------------  -------------------------------------------------------------
    JSON (SSM, Events ...)  X-Amz-Target: AmazonSSM.PutParameter
    query (IAM, STS ...)    the form's Action
    REST (CloudFront ...)   botocore's model: method, path, and the required query and headers

An operation is written `service:Operation`, with the name of the service that requests are signed
for.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.loaders  # its models describe each REST operation
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel

# Version 4A signs for all regions, so its scope has no region.
_CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d{8}/(?:[^/]+/)?([^/]+)/aws4_request")
_PRESIGNED = re.compile(r"([^/]+)/\d{8}/[^/]+/([^/]+)/aws4_request")
_TARGET_SERVICES = {"AmazonSSM": "ssm", "AWSEvents": "events", "Logs_20140328": "logs"}
_NAMING_MEMBER = re.compile(r"(Name|Names|Path|Arn|ARN|Url|ResourceId)$")


@dataclass(frozen=True, slots=True)
class Request:
    """A whole HTTP request to an AWS endpoint; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is `service:Operation`, or `unknown`; `resource` is what the call names."""

    name: str
    resource: str
    access_key: str

    @property
    def service(self) -> str:
        """Return the part before the colon."""
        return self.name.partition(":")[0]


def identify(request: Request) -> Operation:
    """Return the operation that `request` calls."""
    access_key, service = _signer(request)
    target = request.headers.get("x-amz-target", "")
    if target:
        prefix, _, name = target.rpartition(".")
        service = _TARGET_SERVICES.get(prefix, service)
        return Operation(f"{service}:{name}", _named_in(json_members(request.body)), access_key)
    form = _form(request)
    if "Action" in form:
        return Operation(f"{service}:{form['Action']}", _named_in(form), access_key)
    name = rest_operation(service, request)
    return Operation(f"{service}:{name}" if name else "unknown", unquote(request.path), access_key)


def rest_operation(service: str, request: Request) -> str:
    """Return the name of the REST operation of `service` that matches `request` best, or ''."""
    matching = [route for route in _routes(service) if route.matches(request)]
    return max(matching, key=lambda route: route.specificity).name if matching else ""


def json_members(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON object, none if the body is anything else."""
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _signer(request: Request) -> tuple[str, str]:
    credential = _CREDENTIAL.search(request.headers.get("authorization", ""))
    presigned = _PRESIGNED.match("".join(request.query.get("X-Amz-Credential", [])))
    found = credential or presigned
    if found:
        return found.group(1), found.group(2)
    # Signature version 2, still the default of boto3 for presigned S3 URLs in us-east-1.
    older = request.query.get("AWSAccessKeyId", [])
    return (older[0], "s3") if older else ("", "")


def _form(request: Request) -> dict[str, object]:
    kind = request.headers.get("content-type", "")
    fields = dict(request.query)
    if kind.startswith("application/x-www-form-urlencoded"):
        fields |= parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _named_in(members: Mapping[str, object]) -> str:
    return " ".join(
        _flat(value) for name, value in sorted(members.items()) if _NAMING_MEMBER.search(name)
    )


def _flat(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class _Route:
    name: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    headers: tuple[str, ...]
    specificity: tuple[int, int]

    def matches(self, request: Request) -> bool:
        return (
            request.method == self.method
            and self.path.fullmatch(request.path.rstrip("/") or "/") is not None
            and all(_has(request.query, name, value) for name, value in self.query)
            and all(name in request.headers for name in self.headers)
        )


def _has(query: Mapping[str, list[str]], name: str, value: str) -> bool:
    return name in query and (not value or value in query[name])


@functools.cache
def _routes(service: str) -> tuple[_Route, ...]:
    # A loader of our own: clients edit the model that their session shares, S3's among them.
    loader = botocore.loaders.create_loader()
    try:
        model = ServiceModel(loader.load_service_model(service, "service-2"), service)
    except UnknownServiceError:
        return ()
    operations = (model.operation_model(name) for name in model.operation_names)
    return tuple(
        _route(one.name, one.http["method"], one.http["requestUri"], tuple(_required(one)))
        for one in operations
    )


def _required(operation: OperationModel) -> Iterator[tuple[str, str]]:
    shape = operation.input_shape
    if shape is None:
        return
    for name in shape.required_members:
        member = shape.members[name].serialization
        yield member.get("location", ""), member.get("name", name)


def _placeholder(name: str) -> str:
    """Return the expression of what stands for a member in a path, which is decoded already."""
    if name.endswith("+"):
        return ".+"
    # The ARN of a key-value store has a slash.
    return "(?:arn:[^/]+/)?[^/]+" if name.upper().endswith("ARN") else "[^/]+"


def _route(name: str, method: str, uri: str, required: tuple[tuple[str, str], ...]) -> _Route:
    path, _, literal = uri.partition("?")
    pieces = re.split(r"\{([^}]+)\}", path.rstrip("/") or "/")
    pattern = "".join(
        _placeholder(piece) if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    )
    query = tuple(
        (key, values[0]) for key, values in parse_qs(literal, keep_blank_values=True).items()
    )
    query += tuple((member, "") for location, member in required if location == "querystring")
    headers = tuple(member.lower() for location, member in required if location == "header")
    weight = (len(query) + len(headers), sum(len(piece) for piece in pieces[::2]))
    return _Route(name, method, re.compile(pattern), query, headers, weight)
