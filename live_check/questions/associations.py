"""How CloudFront answers to associations that its guide forbids; accepted ones are undone."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from live_check.probe import Probe, items


def refusals(probe: Probe) -> tuple[str, ...]:
    """Try each on the default cache behavior."""
    before = probe.default_behavior()
    return tuple(
        f"{what}: {_attempt(probe, before, members)}" for what, members in _forbidden(probe)
    )


def _attempt(probe: Probe, before: dict[str, Any], members: dict[str, Any]) -> str:
    try:
        probe.update(DefaultCacheBehavior={**before, **members})
    except ClientError as error:
        refusal = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"{status} {refusal['Code']}: {refusal['Message']}"
    probe.update(DefaultCacheBehavior=before)
    return "accepted (and undone)."


def _forbidden(probe: Probe) -> Iterator[tuple[str, dict[str, Any]]]:
    edge = _at_viewer_request(probe.edge_version_arn)

    def function(event_type: str) -> dict[str, Any]:
        return items({"EventType": event_type, "FunctionARN": probe.function_arn})

    yield (
        "Lambda@Edge at viewer-request, CloudFront Function at viewer-response",
        {
            "LambdaFunctionAssociations": edge,
            "FunctionAssociations": function("viewer-response"),
        },
    )
    yield (
        "one of each kind at viewer-request",
        {
            "LambdaFunctionAssociations": edge,
            "FunctionAssociations": function("viewer-request"),
        },
    )
    unqualified, _, _ = probe.edge_version_arn.rpartition(":")
    yield (
        "Lambda@Edge by $LATEST",
        {"LambdaFunctionAssociations": _at_viewer_request(f"{unqualified}:$LATEST")},
    )
    yield (
        "Lambda@Edge on a gRPC behavior",
        {
            "LambdaFunctionAssociations": edge,
            "GrpcConfig": {"Enabled": True},
            "AllowedMethods": {
                **items("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"),
                "CachedMethods": items("GET", "HEAD"),
            },
        },
    )
    yield (
        "Lambda@Edge on a Smooth Streaming behavior",
        {"LambdaFunctionAssociations": edge, "SmoothStreaming": True},
    )


def _at_viewer_request(version_arn: str) -> dict[str, Any]:
    return items({
        "EventType": "viewer-request", "LambdaFunctionARN": version_arn, "IncludeBody": False,
    })  # fmt: skip
