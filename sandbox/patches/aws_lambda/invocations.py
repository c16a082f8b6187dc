"""
Patch Lambda: CloudFront invokes versions, and EventBridge invokes with retries.

EventBridge invokes asynchronously: Lambda retries twice, then sends the event to the dead-letter
queue. ministack does that for its own API but not for EventBridge, with shorter waits than AWS. No
retry survives a reset.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import json
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from ministack.core import responses
from ministack.services import eventbridge, lambda_svc

from sandbox.edge.interface import InvokeResult
from sandbox.patches.aws_lambda.replicas import VERSION_ARN
from sandbox.patches.wrap import wrap_function

type _Record = dict[str, Any]

# How many resets came before an asynchronous invocation; ministack copies contexts for its retries.
_RESETS: ContextVar[int] = ContextVar("resets")


async def invoke(version_arn: str, payload: bytes) -> InvokeResult:
    """Invoke a version as CloudFront does: without checking the caller's rights."""
    match = VERSION_ARN.fullmatch(version_arn)
    if not match:
        return _no_such_version(version_arn)
    region, account_id, name, number = match.groups()
    path = f"/2015-03-31/functions/{name}/invocations"
    with responses.request_scope(account_id, region):
        status, headers, body = await lambda_svc.handle_request(
            "POST", path, {}, payload, {"Qualifier": [number]}
        )
    if status >= HTTPStatus.BAD_REQUEST:
        return InvokeResult(body, "Unhandled")
    return InvokeResult(body, headers.get("X-Amz-Function-Error"))


def _no_such_version(arn: str) -> InvokeResult:
    error = {"errorMessage": f"No such version: {arn}", "errorType": "ResourceNotFound"}
    return InvokeResult(json.dumps(error).encode(), "Unhandled")


class AsynchronousInvocations:
    """Invocations of EventBridge, with their retries."""

    def __init__(self) -> None:
        self._resets = 0

    def install(self) -> None:
        """Patch how EventBridge invokes, and how a retry starts."""
        wrap_function(eventbridge, "_dispatch_to_lambda", _patch_dispatch)
        wrap_function(lambda_svc, "invoke_async_with_retry", self._patch_invoke_async)
        wrap_function(lambda_svc, "_execute_function", self._patch_execute)

    def clear(self) -> None:
        """Drop the retries that are still to come."""
        self._resets += 1

    def _patch_invoke_async(self, invoke_async: Callable[..., None]) -> Callable[..., None]:
        def invoke_counted(function: _Record, event: _Record) -> None:
            token = _RESETS.set(self._resets)
            try:
                invoke_async(function, event)
            finally:
                _RESETS.reset(token)

        return invoke_counted

    def _patch_execute(self, execute: Callable[..., _Record]) -> Callable[..., _Record]:
        def execute_current(function: _Record, event: _Record) -> _Record:
            # A retry from before a reset must not act on what came after it.
            if _RESETS.get(self._resets) != self._resets:
                return {"body": None}
            return execute(function, event)

        return execute_current


def _patch_dispatch(dispatch_to_lambda: Callable[[str, str], None]) -> Callable[[str, str], None]:
    def dispatch(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if not function or not config:
            dispatch_to_lambda(arn, payload)
            return
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    return dispatch
