"""
Patch CloudFront Functions: publish to the edge over time, limits, in use, TestFunction.

    call                            what the patch adds
    ------------------------------  ---------------------------------------------------------------
    CreateFunction, UpdateFunction  FunctionSizeLimitExceeded above 10 KB (doc: CloudFront Developer
                                      Guide, cloudfront-limits)
    UpdateFunction                  the ETag in the header ETtag, as in CloudFront's API Reference
    PublishFunction                 edge locations run the new code after `publish_seconds`
    DeleteFunction                  FunctionInUse while a behavior has it
    TestFunction                    runs a stage with the keys that the store has now

ComputeUtilization is an estimate: 6 for a run and 3 for each read of the store, by what others got
from TestFunction (smoketurner/virtual-waiting-room: throwing at once 6, one read 9).
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import base64
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack.services import cloudfront, cloudfront_keyvaluestore

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request, rest_operation
from sandbox.cloudfront import configuration
from sandbox.cloudfront.function_propagation import FunctionPropagation
from sandbox.cloudfront.store_propagation import StorePropagation
from sandbox.edge.function_runtime import Run, trace_function
from sandbox.edge.function_throttle import FunctionThrottle
from sandbox.edge.interface import LiveFunction
from sandbox.patches.cloudfront.records import published_function, users_of_function
from sandbox.patches.wrap import Forward, refuse, wrap_function, wrap_service
from sandbox.settings import CurrentSettings

_OK, _NO_CONTENT = 200, 204
_CODE_BYTES = 10_240
_RUN_PERCENT, _READ_PERCENT, _MOST_PERCENT = 6, 3, 100


class Functions:
    """The patches of CloudFront Functions; what is published propagates to `propagation`."""

    def __init__(
        self,
        propagation: FunctionPropagation,
        stores: StorePropagation,
        current: CurrentSettings,
    ) -> None:
        self._propagation = propagation
        self._stores = stores
        self._current = current
        self.throttle = FunctionThrottle(time.monotonic, lambda: current.now.throttle_seconds)

    def install(self) -> None:
        """Patch the calls of CloudFront Functions."""
        wrap_service(cloudfront, self._serve)
        wrap_function(cloudfront, "_cf_decode_function_code", _limit_code)

    def live(self, function_arn: str, location: int) -> LiveFunction | None:
        """Return what an edge location runs, with the keys that it reads, None if unpublished."""
        published = self._propagation.live(function_arn, location)
        if published is None:
            return None
        arn = published.store_arn
        values = self._stores.values(arn, location) if arn else None
        settings = self._current.now
        return LiveFunction(
            published.code,
            values,
            has_failing_reads=bool(settings.failing_reads),
            is_throttled=bool(settings.throttled_functions)
            or self.throttle.is_throttled(function_arn),
        )

    def publish(self, name: str) -> None:
        """Start to send the LIVE stage, which has just been stored, to the edge."""
        published = published_function(name)
        if published:
            settings = self._current.now
            delays = settings.delays(settings.publish_seconds)
            self._propagation.accept(cloudfront._func_arn(name), published, delays)

    def remove(self, name: str) -> None:
        """Stop running a function that was deleted."""
        self._propagation.remove(cloudfront._func_arn(name))

    def advance(self, minutes: int) -> None:
        """Advance the clock: past changes get older by `minutes`, publishes that much nearer."""
        passed = timedelta(minutes=minutes)
        self._propagation.advance(passed.total_seconds())
        for function in list(cloudfront._functions._data.values()):
            for name in ("last_modified_dev", "last_modified_live"):
                if function[name]:
                    modified = datetime.fromisoformat(function[name]) - passed
                    function[name] = f"{modified:%Y-%m-%dT%H:%M:%S}.000Z"

    async def _serve(self, request: Request, forward: Forward) -> Response:
        operation = rest_operation("cloudfront", request)
        if operation == "TestFunction":
            return await _test(request)
        if operation == "DeleteFunction" and (refusal := in_use(_name(request))):
            return errors.to_response(refusal, "cloudfront")
        response = await forward(request)
        if operation == "PublishFunction" and response.status == _OK:
            self.publish(_name(request))
        if operation == "UpdateFunction" and response.status == _OK:
            response.headers["ETtag"] = response.headers["ETag"]
        if operation == "DeleteFunction" and response.status == _NO_CONTENT:
            self.remove(_name(request))
        return response


def in_use(name: str) -> Refusal | None:
    """Return CloudFront's refusal to delete a function that a behavior has."""
    if not users_of_function(cloudfront._func_arn(name)):
        return None
    message = "Cannot delete the function because it's attached to one or more cache behaviors."
    return Refusal("FunctionInUse", message, 409)


def too_large(code: bytes) -> Refusal | None:
    """Return CloudFront's refusal of a function with more than 10 KB."""
    if len(code) <= _CODE_BYTES:
        return None
    message = f"The function has {len(code)} bytes; the limit is {_CODE_BYTES}."
    return Refusal("FunctionSizeLimitExceeded", message, 413)


def _limit_code(decode: Callable[..., Any]) -> Callable[..., Any]:
    def decode_small(encoded: str) -> Any:  # noqa: ANN401 - the code, or ministack's own refusal
        code, refused = decode(encoded)
        refusal = None if code is None else too_large(code)
        return (None, refuse(refusal, "cloudfront")) if refusal else (code, refused)

    return decode_small


async def _test(request: Request) -> Response:
    name = _name(request)
    function = cloudfront._functions.get(name)
    asked = configuration.parse(request.body or b"<TestFunctionRequest/>")
    stage = configuration.text(asked, "Stage") or "DEVELOPMENT"
    refusal = _test_refusal(function, stage, request.headers.get("if-match", ""))
    try:
        event = json.loads(base64.b64decode(configuration.text(asked, "EventObject")))
    except ValueError:
        message = "EventObject is not a JSON document."
        refusal = refusal or Refusal("InvalidArgument", message)
    if refusal or function is None:
        return errors.to_response(refusal or _unknown(), "cloudfront")
    view = cloudfront._function_view(function, stage)
    run = await trace_function(LiveFunction(view["code"].decode(), _stored(view)), event)
    return Response(_OK, {"Content-Type": "text/xml"}, _write_test(function, stage, run))


def _test_refusal(function: dict[str, Any] | None, stage: str, etag: str) -> Refusal | None:
    key = {"DEVELOPMENT": "dev_etag", "LIVE": "live_etag"}.get(stage)
    if key is None:
        return Refusal("InvalidArgument", f"There is no stage {stage}.")
    if function is None or not function[key]:
        return _unknown()
    if etag != function[key]:
        message = "The If-Match version is missing or not valid for the resource."
        return Refusal("InvalidIfMatchVersion", message)
    return None


def _unknown() -> Refusal:
    return Refusal("NoSuchFunctionExists", "The specified function does not exist.", 404)


def _stored(view: dict[str, Any]) -> dict[str, str] | None:
    """Return the keys that the function's store has now, None without one."""
    arns = view.get("kvs_arns", [])
    return (
        dict(cloudfront_keyvaluestore._stores.get(arns[0], {}).get("items", {})) if arns else None
    )


def _write_test(function: dict[str, Any], stage: str, run: Run) -> bytes:
    result = Element("TestResult")
    status = cloudfront._function_dev_status(function) if stage == "DEVELOPMENT" else "DEPLOYED"
    build = cloudfront._function_summary_builder(
        function, stage, status, function["last_modified_dev"]
    )
    build(SubElement(result, "FunctionSummary"))
    percent = min(_MOST_PERCENT, _RUN_PERCENT + _READ_PERCENT * (run.reads + run.failed_reads))
    SubElement(result, "ComputeUtilization").text = str(percent)
    logs = SubElement(result, "FunctionExecutionLogs")
    for line in run.logs:
        SubElement(logs, "member").text = line
    SubElement(result, "FunctionErrorMessage").text = str(run.error or "")
    output = "" if run.error else json.dumps(_output(run.result))
    SubElement(result, "FunctionOutput").text = output
    return configuration.write(result)


def _output(result: object) -> dict[str, object]:
    is_response = isinstance(result, dict) and "statusCode" in result
    return {"response" if is_response else "request": result}


def _name(request: Request) -> str:
    return request.path.split("/")[3]
