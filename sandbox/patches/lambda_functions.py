"""
Lambda over ministack: versions as CloudFront sees them, and what an association does to them.

    AWS                                              here
    -----------------------------------------------  ---------------------------------------------
    an associated version cannot be deleted          DeleteFunction and CloudFormation are refused
    nor can it for hours after it was detached       for `replica_seconds`
    EventBridge invokes asynchronously: two          invoke_async_with_retry of ministack, with its
      retries, then the dead-letter queue              shorter waits; none outlives a reset
"""

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here

import functools
import json
import re
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from ministack.core import responses
from ministack.services import eventbridge, iam, lambda_svc
from ministack.services.cloudformation import provisioners

from sandbox.api import errors
from sandbox.api.asgi import Answer
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.cloudfront import configuration
from sandbox.cloudfront.association_rules import EdgeFunction
from sandbox.edge.interface import InvokeAnswer
from sandbox.patches import seam
from sandbox.patches.seam import Serve
from sandbox.settings import CurrentSettings

type _Configurations = Callable[[], Iterable[bytes]]
type _Result = dict[str, Any]

# The reset that an asynchronous invocation belongs to; ministack copies contexts for its retries.
_STAMP: ContextVar[int] = ContextVar("generation")
_FUNCTION_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/?")
_ARN = re.compile(r"arn:aws:lambda:([^:]+):(\d{12}):function:([^:]+):(\d+)")


def edge_function(version_arn: str) -> EdgeFunction | None:
    """Return the published version with that ARN, if there is one."""
    found = _ARN.fullmatch(version_arn)
    if not found:
        return None
    region, account_id, name, number = found.groups()
    with responses.request_scope(account_id, region):
        function = lambda_svc._functions.get(name) or {}
        version = function.get("versions", {}).get(number)
        return _edge_function(version_arn, version["config"]) if version else None


def _edge_function(arn: str, config: dict[str, Any]) -> EdgeFunction:
    return EdgeFunction(
        arn=arn,
        state=config.get("State") or "Active",
        role_arn=config["Role"],
        trusted=frozenset(_trusted(config["Role"])),
        memory=config["MemorySize"],
        timeout_seconds=config["Timeout"],
        has_environment=bool((config.get("Environment") or {}).get("Variables")),
        has_vpc=bool((config.get("VpcConfig") or {}).get("SubnetIds")),
        has_layers=bool(config.get("Layers")),
    )


def _trusted(role_arn: str) -> Iterable[str]:
    role = iam._roles.get(role_arn.rpartition("/")[2])
    document = (role or {}).get("AssumeRolePolicyDocument") or "{}"
    policy = json.loads(document) if isinstance(document, str) else document
    for statement in policy.get("Statement", []):
        services = (statement.get("Principal") or {}).get("Service", [])
        yield from [services] if isinstance(services, str) else services


async def invoke(version_arn: str, payload: bytes) -> InvokeAnswer:
    """Run a version as CloudFront does: without judging the caller."""
    found = _ARN.fullmatch(version_arn)
    if not found:
        return _missing(version_arn)
    region, account_id, name, number = found.groups()
    path = f"/2015-03-31/functions/{name}/invocations"
    with responses.request_scope(account_id, region):
        status, headers, body = await lambda_svc.handle_request(
            "POST", path, {}, payload, {"Qualifier": [number]}
        )
    if status >= HTTPStatus.BAD_REQUEST:
        return InvokeAnswer(body, "Unhandled")
    return InvokeAnswer(body, headers.get("X-Amz-Function-Error"))


def _missing(arn: str) -> InvokeAnswer:
    message = {"errorMessage": f"No such version: {arn}", "errorType": "ResourceNotFound"}
    return InvokeAnswer(json.dumps(message).encode(), "Unhandled")


# Asked for every distribution at every change of one, which a fleet would wait for.
@functools.lru_cache(maxsize=2048)
def _edge_function_arns(document: bytes) -> tuple[str, ...]:
    return tuple(configuration.edge_function_arns(configuration.parse(document)))


class Replicas:
    """The versions that CloudFront holds on to, so that they cannot be deleted."""

    def __init__(self, configurations: _Configurations, current: CurrentSettings) -> None:
        self._configurations = configurations
        self._current = current
        self._seen: dict[str, float] = {}
        self._generation = 0

    def install(self) -> None:
        """Surround the ways a version is deleted, and invoked by an event."""
        seam.surround_service(lambda_svc, self._serve)
        seam.surround(eventbridge, "_dispatch_to_lambda", _dispatching)
        seam.surround(lambda_svc, "invoke_async_with_retry", self._stamping)
        seam.surround(lambda_svc, "_execute_function", self._executing)
        for kind in ("AWS::Lambda::Function", "AWS::Lambda::Version"):
            seam.surround(provisioners._RESOURCE_HANDLERS[kind], "delete", self._removing)

    def note(self) -> None:
        """Remember when each version was last seen associated; call at every change."""
        now = time.monotonic()
        for document in self._configurations():
            for arn in _edge_function_arns(document):
                self._seen[arn] = now

    def clear(self) -> None:
        """Forget all replicas, and the asynchronous invocations that are still to be retried."""
        self._seen.clear()
        self._generation += 1

    def _held(self, name: str, number: str | None) -> str | None:
        oldest = time.monotonic() - self._current.now.replica_seconds
        self.note()
        for arn, seen in self._seen.items():
            found = _ARN.fullmatch(arn)
            is_meant = found and found.group(3) == name and number in {None, found.group(4)}
            if is_meant and seen >= oldest:
                return arn
        return None

    async def _serve(self, request: Request, onwards: Serve) -> Answer:
        found = _FUNCTION_PATH.fullmatch(request.path)
        if request.method == "DELETE" and found:
            name, number = _named(found.group(1))
            asked = request.query.get("Qualifier", [number])[0]
            refusal = self._refusal(name, asked)
            if refusal:
                return errors.answer(refusal, "lambda")
        return await onwards(request)

    def _refusal(self, name: str, number: str | None) -> Refusal | None:
        arn = self._held(name, number)
        if arn is None:
            return None
        return Refusal(
            "InvalidParameterValueException",
            f"Lambda was unable to delete {arn} because it is a replicated function. "
            "Please see our documentation for Deleting Lambda@Edge Functions and Replicas.",
        )

    def _removing(self, delete: Callable[..., None]) -> Callable[..., None]:
        def remove(physical_id: str, *parts: object) -> None:
            refusal = self._refusal(*_named(physical_id))
            if refusal:
                raise ValueError(refusal.message)
            delete(physical_id, *parts)

        return remove

    def _stamping(self, invoke_async: Callable[..., None]) -> Callable[..., None]:
        def invoke_stamped(function: dict[str, Any], event: dict[str, Any]) -> None:
            stamp = _STAMP.set(self._generation)
            try:
                invoke_async(function, event)
            finally:
                _STAMP.reset(stamp)

        return invoke_stamped

    def _executing(self, execute: Callable[..., _Result]) -> Callable[..., _Result]:
        def execute_current(function: dict[str, Any], event: dict[str, Any]) -> _Result:
            # A retry from before a reset must not act on what came after it.
            if _STAMP.get(self._generation) != self._generation:
                return {"body": None}
            return execute(function, event)

        return execute_current


def _named(reference: str) -> tuple[str, str | None]:
    """Return name and version number of a function reference; None where it names no version."""
    resource = reference.rpartition(":function:")[2]
    name, _, qualifier = resource.partition(":")
    return name, qualifier or None


def _dispatching(dispatch_to_lambda: Callable[[str, str], None]) -> Callable[[str, str], None]:
    def dispatch(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if not function or not config:
            dispatch_to_lambda(arn, payload)
            return
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    return dispatch
