"""
CloudFront as the controller uses it: list distributions, read one configuration, update it.

A configuration is read and written as the XML that CloudFront sent. botocore would parse it into
its own model and drop what the model does not know, so event handlers carry the XML past the model:
they hand over the raw body of a configuration that is read, and put it in as the body of an update
before the request is signed (ADR 0002). The rest of both answers is not parsed, because it is not
used and parsing takes more work than everything else in a run. Another handler keeps botocore from
retrying throttled calls for one distribution (see `throttling`). A contract test watches those
events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, IncompleteReadError

from maintenance.aws.errors import CALL_ERRORS, CallError, error_code
from maintenance.cloudfront.config import ReadConfig
from maintenance.errors import (
    ApplyError,
    FunctionRefused,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)
from maintenance.model import Association, Behavior, Distribution, Feature, Kind

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import DistributionSummaryTypeDef


_RAW = "DistributionConfigXml"
_OK = 200
# The calls for one distribution. Only the headers of their answers are parsed.
_OF_ONE = {"GetDistributionConfig", "UpdateDistribution"}

# Passes botocore's validation, and is replaced before the request is sent.
_STUB = {
    "CallerReference": "",
    "Comment": "",
    "Enabled": False,
    "Origins": {"Quantity": 1, "Items": [{"Id": "", "DomainName": ""}]},
    "DefaultCacheBehavior": {"TargetOriginId": "", "ViewerProtocolPolicy": "allow-all"},
}

_STALE = {"PreconditionFailed", "InvalidIfMatchVersion"}
_THROTTLED = {"Throttling", "ThrottlingException"}
_REFUSED_FUNCTION = {"InvalidLambdaFunctionAssociation", "InvalidFunctionAssociation"}
_TOO_FAST = "CloudFront accepts only a few calls a minute; the next run continues"
_HINTS = {
    "AccessDenied": "give the controller's role that permission (docs/iam.md)",
    "NoSuchDistribution": "correct the stack parameter Distributions",
    "Throttling": _TOO_FAST,
    "ThrottlingException": _TOO_FAST,
    "TooManyLambdaFunctionAssociations": "a distribution holds at most 100 Lambda@Edge "
    "associations: name behaviors that may stay open in ExceptPaths, or ask AWS for more",
    "InvalidWebACLId": "give the controller's role wafv2:GetWebACL on it (docs/iam.md)",
    "InvalidLambdaFunctionAssociation": "check the function that this message names",
    "InvalidFunctionAssociation": "check the function that this message names",
}


class CloudFront:
    """
    Lists distributions, and reads and updates their configurations.

    It needs a client of its own, because it registers handlers on the client's events.
    """

    def __init__(self, client: CloudFrontClient) -> None:
        self._client = client
        events = client.meta.events
        events.register("before-parse.cloudfront.GetDistributionConfig", _keep_raw_body)
        # After all handlers that need the body, such as `reject_truncated_responses`.
        events.register_last("before-parse", _drop_body)
        events.register("before-parameter-build.cloudfront.UpdateDistribution", _keep_xml)
        events.register("before-call.cloudfront.UpdateDistribution", _send_xml)
        for operation in _OF_ONE:
            events.register_first(f"needs-retry.cloudfront.{operation}", _raise_if_throttled)

    def list_distributions(self) -> tuple[Distribution, ...]:
        """Return every distribution of the account; raise ObservationError."""
        try:
            pages = self._client.get_paginator("list_distributions").paginate()
            # Each page is converted before the next is requested: a whole summary takes ten times
            # the memory of what is kept of it.
            return tuple(
                _distribution(each)
                for page in pages
                for each in page["DistributionList"].get("Items", [])
            )
        except CALL_ERRORS as error:
            raise ObservationError(
                _with_hint("the distributions cannot be listed", error)
            ) from error

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration of one distribution; raise ObservationError or Throttled."""
        try:
            answer: Mapping[str, Any] = self._client.get_distribution_config(Id=distribution_id)
        except CALL_ERRORS as error:
            message = _with_hint(f"the configuration of {distribution_id} cannot be read", error)
            kind = Throttled if error_code(error) in _THROTTLED else ObservationError
            raise kind(message) from error
        return ReadConfig(answer[_RAW], answer["ETag"])

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """
        Replace the configuration if it still is the one with this ETag.

        Raises StaleObservation if another writer came first or the answer was cut short, Throttled
        if CloudFront accepts no more updates for now, FunctionRefused if it does not accept a
        function, ApplyError if it refuses otherwise.
        """
        request: dict[str, Any] = {
            "Id": distribution_id,
            "IfMatch": etag,
            "DistributionConfig": _STUB,
            _RAW: xml,
        }
        try:
            self._client.update_distribution(**request)
        except CALL_ERRORS as error:
            raise _update_error(distribution_id, error) from error


def _keep_raw_body(
    response_dict: Mapping[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    # The event fires for errors too, whose body is not a configuration.
    if response_dict["status_code"] == _OK:
        customized_response_dict[_RAW] = response_dict["body"]


def _drop_body(operation_model: OperationModel, response_dict: dict[str, Any], **_: object) -> None:
    # The body of an error is needed.
    if operation_model.name in _OF_ONE and response_dict["status_code"] == _OK:
        response_dict["body"] = b""


def _keep_xml(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    if _RAW in params:
        context[_RAW] = params.pop(_RAW)


def _send_xml(params: dict[str, Any], context: Mapping[str, Any], **_: object) -> None:
    if _RAW not in context:
        # Otherwise the stub would be sent and replace the whole configuration.
        raise ApplyError("an update of a distribution without its configuration was stopped")
    params["body"] = context[_RAW]


def _raise_if_throttled(
    response: tuple[object, Any] | None, operation: OperationModel, **_: object
) -> None:
    # Or botocore would retry here, each worker by itself; `throttling` lets one worker try for all.
    if response and response[1].get("Error", {}).get("Code") in _THROTTLED:
        raise ClientError(response[1], operation.name)


def _update_error(distribution_id: str, error: CallError) -> MaintenanceError:
    message, code = _with_hint(f"the update of {distribution_id} failed", error), error_code(error)
    # If only the answer was cut short, the next read shows whether CloudFront made the update.
    if code in _STALE or isinstance(error, IncompleteReadError):
        return StaleObservation(message)
    if code in _THROTTLED:
        return Throttled(message)
    return (FunctionRefused if code in _REFUSED_FUNCTION else ApplyError)(message)


def _with_hint(message: str, error: CallError) -> str:
    hint = _HINTS.get(error_code(error))
    return f"{message}: {error}" + (f" - {hint}" if hint else "")


def _distribution(summary: DistributionSummaryTypeDef) -> Distribution:
    default = _behavior(None, summary["DefaultCacheBehavior"])
    ordered = [
        _behavior(each["PathPattern"], each)
        for each in summary.get("CacheBehaviors", {}).get("Items", [])
    ]
    return Distribution(
        distribution_id=summary["Id"],
        domain_name=summary["DomainName"],
        aliases=tuple(summary.get("Aliases", {}).get("Items", [])),
        status=summary["Status"],
        staging=summary.get("Staging", False),
        behaviors=(default, *ordered),
        last_modified=summary["LastModifiedTime"],
        etag=summary.get("ETag", ""),
    )


def _behavior(path_pattern: str | None, raw: Mapping[str, Any]) -> Behavior:
    lambdas = _items(raw, "LambdaFunctionAssociations")
    functions = _items(raw, "FunctionAssociations")
    associations = [
        *(
            Association(each["EventType"], Kind.LAMBDA_AT_EDGE, each["LambdaFunctionARN"])
            for each in lambdas
        ),
        *(
            Association(each["EventType"], Kind.CLOUDFRONT_FUNCTION, each["FunctionARN"])
            for each in functions
        ),
    ]
    flags = {
        Feature.GRPC: raw.get("GrpcConfig", {}).get("Enabled", False),
        Feature.SMOOTH_STREAMING: raw.get("SmoothStreaming", False),
    }
    return Behavior(
        path_pattern=path_pattern,
        associations=tuple(sorted(associations)),
        features=frozenset(each for each, flag in flags.items() if flag),
    )


def _items(raw: Mapping[str, Any], name: str) -> Iterable[Mapping[str, str]]:
    # "Items" is absent, not empty, when Quantity is 0.
    items: Iterable[Mapping[str, str]] = raw.get(name, {}).get("Items", [])
    return items
