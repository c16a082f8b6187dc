"""
Run the function of an event type, and turn its result into the next request or response.

    function             failed or timed out         invalid result
    -------------------  --------------------------  ---------------------------
    Lambda@Edge          503 LambdaExecutionError    502 LambdaValidationError
    CloudFront Function  503 FunctionExecutionError  502 FunctionValidationError
      that is throttled  503 FunctionThrottledError

(doc: CloudFront Developer Guide, http-503-service-unavailable, http-502-bad-gateway). The sentence
in the response's body says more than CloudFront's does.
"""

import contextlib
import functools
import json
from collections.abc import Iterator
from typing import Any

from sandbox.edge import function_events, lambda_events, lambda_responses
from sandbox.edge.config import Association, EventType, Origin
from sandbox.edge.function_runtime import FunctionLoadError, trace_function
from sandbox.edge.interface import EdgeFunctions, Invoke
from sandbox.edge.lambda_events import EventContext
from sandbox.edge.messages import EdgeError, Request, Response

# By the result in the access log (doc: CloudFront Developer Guide, viewing-cloudfront-metrics).
_METRICS = {
    "FunctionExecutionError": "FunctionExecutionErrors",
    "FunctionThrottledError": "FunctionThrottles",
    "FunctionValidationError": "FunctionValidationErrors",
}


class Triggers:
    """The functions of cache behaviors, of both kinds."""

    def __init__(self, invoke: Invoke, functions: EdgeFunctions) -> None:
        self._invoke = invoke
        self._functions = functions

    async def viewer_request(
        self, context: EventContext, association: Association, request: Request
    ) -> Request | Response:
        """Return the request to continue with, or the function's own response."""
        if not association.is_lambda:
            event = function_events.function_event(context, EventType.VIEWER_REQUEST, request)
            with self._errors_counted(association):
                result = await self._run_function(context, association, event)
                return function_events.read_request_result(request, result)
        members = await self._run_lambda(
            association, lambda_events.request_event(context, association, request)
        )
        return _request_or_response(association, request, members)

    async def origin_request(
        self, context: EventContext, association: Association, request: Request, origin: Origin
    ) -> tuple[Request, Origin] | Response:
        """Return the request and its origin, or the function's own response."""
        members = await self._run_lambda(
            association, lambda_events.request_event(context, association, request, origin)
        )
        changed = _request_or_response(association, request, members)
        if isinstance(changed, Response):
            return changed
        _raise_errors(association, lambda_events.check_changed_origin(members))
        return changed, lambda_events.change_origin(origin, members)

    async def response(
        self, context: EventContext, association: Association, request: Request, response: Response
    ) -> Response:
        """Return `response` as the function of a response event changes it."""
        if not association.is_lambda:
            event = function_events.function_event(
                context, EventType.VIEWER_RESPONSE, request, response
            )
            with self._errors_counted(association):
                result = await self._run_function(context, association, event)
                return function_events.read_response_result(response, result)
        members = await self._run_lambda(
            association, lambda_events.response_event(context, association, request, response)
        )
        event_type = association.event_type
        _raise_errors(
            association, lambda_responses.check_changed_response(event_type, response, members)
        )
        return lambda_responses.change_response(event_type, response, members)

    async def _run_lambda(self, association: Association, event: dict[str, Any]) -> dict[str, Any]:
        result = await self._invoke(association.arn, json.dumps(event).encode())
        if result.function_error is not None:
            raise EdgeError(
                503,
                f"The Lambda function {association.arn} failed at {association.event_type} "
                f"({result.function_error}): {_message(result.payload)}",
                result="LambdaExecutionError",
            )
        members = _decode(result.payload)
        if not isinstance(members, dict):
            errors = lambda_responses.check_generated_response(association.event_type, members)
            raise _invalid(association, errors)
        return members

    async def _run_function(
        self, context: EventContext, association: Association, event: dict[str, Any]
    ) -> object:
        failed = f"The CloudFront function {association.arn} failed at {association.event_type}"
        function = self._functions.live(association.arn, context.location)
        if function is None:
            sentence = f"{failed}: there is no such function, or it is not published."
            raise EdgeError(503, sentence, result="FunctionExecutionError")
        if function.is_throttled:
            raise EdgeError(503, f"{failed}: it is throttled.", result="FunctionThrottledError")
        count = functools.partial(self._functions.count, association.arn)
        count("FunctionInvocations", 1)
        run = await trace_function(function, event)
        count("KvsReadRequests", run.reads)
        count("KvsReadErrors", run.failed_reads)
        if isinstance(run.error, FunctionLoadError):
            self._functions.throttle(association.arn)
        if run.error:
            raise EdgeError(503, f"{failed}: {run.error}", result="FunctionExecutionError")
        return run.result

    @contextlib.contextmanager
    def _errors_counted(self, association: Association) -> Iterator[None]:
        try:
            yield
        except EdgeError as error:
            if error.result in _METRICS:
                self._functions.count(association.arn, _METRICS[error.result], 1)
            raise


def _request_or_response(
    association: Association, request: Request, members: dict[str, Any]
) -> Request | Response:
    event_type = association.event_type
    if "uri" in members or "method" in members:
        _raise_errors(
            association, lambda_events.check_changed_request(event_type, request, members)
        )
        return lambda_events.change_request(event_type, request, members)
    _raise_errors(association, lambda_responses.check_generated_response(event_type, members))
    return lambda_responses.read_response(members)


def _raise_errors(association: Association, errors: tuple[str, ...]) -> None:
    if errors:
        raise _invalid(association, errors)


def _invalid(association: Association, errors: tuple[str, ...]) -> EdgeError:
    return EdgeError(
        502,
        f"The Lambda function {association.arn} returned an invalid result at "
        f"{association.event_type}: {' '.join(errors)}",
        result="LambdaValidationError",
    )


def _decode(payload: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(payload or b"null")
    except ValueError:
        return None


def _message(payload: bytes) -> str:
    error = _decode(payload)
    if isinstance(error, dict) and isinstance(error.get("errorMessage"), str):
        return f"{error.get('errorType', 'Error')}: {error['errorMessage']}"
    return payload.decode(errors="replace")
