"""
CloudFront as the controller uses it: list distributions, read one configuration, update it.

The configuration travels as the XML that CloudFront sent. botocore would parse it into its own
model and drop what that does not know, so its events carry the XML around the model: the raw body
is handed over when a configuration is read, and put in as the body when it is updated, before the
request is signed (ADR 0002). What is left of the two answers is not parsed: nobody reads it, and it
takes more work than all else of a run. Another event leaves throttled updates to `pace`. A contract
test watches those events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, IncompleteReadError

from maintenance.aws.errors import CALL_ERRORS, CallError
from maintenance.cloudfront.config import ReadConfig
from maintenance.errors import (
    ApplyError,
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
# What CloudFront answers to these is not parsed, but for the headers.
_UNREAD = {"GetDistributionConfig", "UpdateDistribution"}

# Passes botocore's validation and is replaced before it can be sent.
_STUB = {
    "CallerReference": "",
    "Comment": "",
    "Enabled": False,
    "Origins": {"Quantity": 1, "Items": [{"Id": "", "DomainName": ""}]},
    "DefaultCacheBehavior": {"TargetOriginId": "", "ViewerProtocolPolicy": "allow-all"},
}

_STALE = {"PreconditionFailed", "InvalidIfMatchVersion"}
_THROTTLED = {"Throttling", "ThrottlingException"}
_HINTS = {
    "AccessDenied": "give the controller's role that permission (docs/iam.md)",
    "NoSuchDistribution": "mend the stack parameter Distributions",
    "Throttling": "CloudFront takes only a few updates a minute; the next try goes on",
    "ThrottlingException": "CloudFront takes only a few updates a minute; the next try goes on",
    "TooManyLambdaFunctionAssociations": "a distribution holds at most 100 Lambda@Edge "
    "associations: name behaviors that may stay open in ExceptPaths, or ask AWS for more",
    "InvalidWebACLId": "give the controller's role wafv2:GetWebACL on it (docs/iam.md)",
    "InvalidLambdaFunctionAssociation": "look at the function that the message names",
    "InvalidFunctionAssociation": "look at the function that the message names",
}


class CloudFront:
    """The adapter. Its client is made for it alone, because it hooks into the client's events."""

    def __init__(self, client: CloudFrontClient) -> None:
        self._client = client
        events = client.meta.events
        events.register("before-parse.cloudfront.GetDistributionConfig", _keep_raw_body)
        # Behind all others that look at an answer, such as `whole_answers`.
        events.register_last("before-parse", _drop_body)
        events.register("before-parameter-build.cloudfront.UpdateDistribution", _set_xml_aside)
        events.register("before-call.cloudfront.UpdateDistribution", _send_xml)
        events.register_first("needs-retry.cloudfront.UpdateDistribution", _leave_to_the_pace)

    def list_distributions(self) -> tuple[Distribution, ...]:
        """Return every distribution of the account; raise ObservationError."""
        try:
            pages = self._client.get_paginator("list_distributions").paginate()
            # Each page is read before the next is asked for: whole summaries take ten times as much
            # memory as what is kept of them.
            return tuple(
                _distribution(each)
                for page in pages
                for each in page["DistributionList"].get("Items", [])
            )
        except CALL_ERRORS as error:
            raise ObservationError(
                _sentence("the distributions cannot be listed", error)
            ) from error

    def read_config(self, distribution_id: str) -> ReadConfig:
        """Return the configuration of one distribution; raise ObservationError."""
        try:
            answer: Mapping[str, Any] = self._client.get_distribution_config(Id=distribution_id)
        except CALL_ERRORS as error:
            raise ObservationError(
                _sentence(f"the configuration of {distribution_id} cannot be read", error)
            ) from error
        return ReadConfig(answer[_RAW], answer["ETag"])

    def update_config(self, distribution_id: str, *, xml: bytes, etag: str) -> None:
        """
        Replace the configuration if it still is the one with this ETag.

        Raises StaleObservation if somebody else wrote first, or the answer was cut short; Throttled
        if it is one too many for now, ApplyError if CloudFront refuses otherwise.
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
    # Fires for errors too; their body is not a configuration.
    if response_dict["status_code"] == _OK:
        customized_response_dict[_RAW] = response_dict["body"]


def _drop_body(operation_model: OperationModel, response_dict: dict[str, Any], **_: object) -> None:
    # An error has to be read.
    if operation_model.name in _UNREAD and response_dict["status_code"] == _OK:
        response_dict["body"] = b""


def _set_xml_aside(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    if _RAW in params:
        context[_RAW] = params.pop(_RAW)


def _send_xml(params: dict[str, Any], context: Mapping[str, Any], **_: object) -> None:
    if _RAW not in context:
        # Without this the stub would be sent, and replace the whole configuration.
        raise ApplyError("an update of a distribution without its configuration was stopped")
    params["body"] = context[_RAW]


def _leave_to_the_pace(response: tuple[object, Any] | None, **_: object) -> None:
    # botocore would try again here, each hand by itself; `pace` lets one hand try for all.
    if response and response[1].get("Error", {}).get("Code") in _THROTTLED:
        raise ClientError(response[1], "UpdateDistribution")


def _update_error(distribution_id: str, error: CallError) -> MaintenanceError:
    message = _sentence(f"CloudFront did not take the update of {distribution_id}", error)
    # Only the answer was cut: whether it was taken is to be seen, not to be guessed.
    if _code(error) in _STALE or isinstance(error, IncompleteReadError):
        return StaleObservation(message)
    return (Throttled if _code(error) in _THROTTLED else ApplyError)(message)


def _code(error: CallError) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""


def _sentence(what: str, error: CallError) -> str:
    hint = _HINTS.get(_code(error))
    return f"{what}: {error}" + (f" - {hint}" if hint else "")


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
    )


def _behavior(path_pattern: str | None, raw: Mapping[str, Any]) -> Behavior:
    lambdas = _items(raw, "LambdaFunctionAssociations")
    functions = _items(raw, "FunctionAssociations")
    associations = [
        *(
            Association(i["EventType"], Kind.LAMBDA_AT_EDGE, i["LambdaFunctionARN"])
            for i in lambdas
        ),
        *(
            Association(i["EventType"], Kind.CLOUDFRONT_FUNCTION, i["FunctionARN"])
            for i in functions
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
