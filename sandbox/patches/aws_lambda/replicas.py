"""
Patch Lambda: CloudFront reads versions as it needs them, and keeps them from being deleted.

    AWS                                              here
    -----------------------------------------------  ---------------------------------------------
    an associated version cannot be deleted          DeleteFunction and CloudFormation are refused
    nor can it for hours after it was detached       for `replica_seconds`
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import functools
import json
import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from ministack.core import responses
from ministack.services import iam, lambda_svc
from ministack.services.cloudformation import provisioners

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.cloudfront import configuration
from sandbox.cloudfront.association_rules import EdgeFunction
from sandbox.patches.wrap import Forward, wrap_function, wrap_service
from sandbox.settings import CurrentSettings

type _Configurations = Callable[[], Iterable[bytes]]

# The groups are region, account, name and version number.
VERSION_ARN = re.compile(r"arn:aws:lambda:([^:]+):(\d{12}):function:([^:]+):(\d+)")
_FUNCTION_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/?")


def edge_function(version_arn: str) -> EdgeFunction | None:
    """Return the published version with that ARN, if there is one."""
    match = VERSION_ARN.fullmatch(version_arn)
    if not match:
        return None
    region, account_id, name, number = match.groups()
    with responses.request_scope(account_id, region):
        function = lambda_svc._functions.get(name) or {}
        version = function.get("versions", {}).get(number)
        return _edge_function(version_arn, version["config"]) if version else None


def _edge_function(arn: str, config: dict[str, Any]) -> EdgeFunction:
    return EdgeFunction(
        arn=arn,
        state=config.get("State") or "Active",
        role_arn=config["Role"],
        trusted=frozenset(_trusted_services(config["Role"])),
        memory=config["MemorySize"],
        timeout_seconds=config["Timeout"],
        has_environment=bool((config.get("Environment") or {}).get("Variables")),
        has_vpc=bool((config.get("VpcConfig") or {}).get("SubnetIds")),
        has_layers=bool(config.get("Layers")),
    )


def _trusted_services(role_arn: str) -> Iterable[str]:
    role = iam._roles.get(role_arn.rpartition("/")[2])
    document = (role or {}).get("AssumeRolePolicyDocument") or "{}"
    policy = json.loads(document) if isinstance(document, str) else document
    for statement in policy.get("Statement", []):
        services = (statement.get("Principal") or {}).get("Service", [])
        yield from [services] if isinstance(services, str) else services


# Every change of a distribution asks for every distribution, which a fleet would wait for.
@functools.lru_cache(maxsize=2048)
def _edge_function_arns(document: bytes) -> tuple[str, ...]:
    return tuple(configuration.edge_function_arns(configuration.parse(document)))


class Replicas:
    """The versions that CloudFront has replicated, which cannot be deleted."""

    def __init__(self, configurations: _Configurations, current: CurrentSettings) -> None:
        self._configurations = configurations
        self._current = current
        self._last_associated: dict[str, float] = {}

    def install(self) -> None:
        """Patch the ways to delete a version."""
        wrap_service(lambda_svc, self._serve)
        for kind in ("AWS::Lambda::Function", "AWS::Lambda::Version"):
            wrap_function(provisioners._RESOURCE_HANDLERS[kind], "delete", self._patch_delete)

    def refresh(self) -> None:
        """Remember when each version was last associated; call this at every change."""
        now = time.monotonic()
        for document in self._configurations():
            for arn in _edge_function_arns(document):
                self._last_associated[arn] = now

    def clear(self) -> None:
        """Forget all replicas."""
        self._last_associated.clear()

    def _find_replica(self, name: str, number: str | None) -> str | None:
        oldest = time.monotonic() - self._current.now.replica_seconds
        self.refresh()
        for arn, associated_at in self._last_associated.items():
            match = VERSION_ARN.fullmatch(arn)
            is_named = match and match.group(3) == name and number in {None, match.group(4)}
            if is_named and associated_at >= oldest:
                return arn
        return None

    async def _serve(self, request: Request, forward: Forward) -> Response:
        match = _FUNCTION_PATH.fullmatch(request.path)
        if request.method == "DELETE" and match:
            name, number = _split_reference(match.group(1))
            refusal = self._refusal(name, request.query.get("Qualifier", [number])[0])
            if refusal:
                return errors.to_response(refusal, "lambda")
        return await forward(request)

    def _refusal(self, name: str, number: str | None) -> Refusal | None:
        arn = self._find_replica(name, number)
        if arn is None:
            return None
        return Refusal(
            "InvalidParameterValueException",
            f"Lambda was unable to delete {arn} because it is a replicated function. "
            "Please see our documentation for Deleting Lambda@Edge Functions and Replicas.",
        )

    def _patch_delete(self, delete: Callable[..., None]) -> Callable[..., None]:
        def delete_unless_replicated(physical_id: str, *arguments: object) -> None:
            refusal = self._refusal(*_split_reference(physical_id))
            if refusal:
                raise ValueError(refusal.message)
            delete(physical_id, *arguments)

        return delete_unless_replicated


def _split_reference(reference: str) -> tuple[str, str | None]:
    """Return the name and the version number of a function's name or ARN; None for no version."""
    resource = reference.rpartition(":function:")[2]
    name, _, qualifier = resource.partition(":")
    return name, qualifier or None
