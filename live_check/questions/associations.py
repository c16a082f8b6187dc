"""What CloudFront says to associations that its guide forbids; what it takes is undone at once."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from live_check.site.distribution import Site, at_viewer_request, items


def refusals(site: Site) -> tuple[str, ...]:
    """Try each on the default cache behavior."""
    before = site.default_behavior()
    return tuple(f"{what}: {_attempt(site, before, members)}" for what, members in _forbidden(site))


def _attempt(site: Site, before: dict[str, Any], members: dict[str, Any]) -> str:
    try:
        site.update(DefaultCacheBehavior={**before, **members})
    except ClientError as error:
        fault = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"{status} {fault['Code']}: {fault['Message']}"
    site.update(DefaultCacheBehavior=before)
    return "taken (and undone)."


def _forbidden(site: Site) -> Iterator[tuple[str, dict[str, Any]]]:
    edge = at_viewer_request(site.edge_version_arn)

    def function(event_type: str) -> dict[str, Any]:
        return items({"EventType": event_type, "FunctionARN": site.function_arn})

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
    unqualified, _, _ = site.edge_version_arn.rpartition(":")
    yield (
        "Lambda@Edge by $LATEST",
        {"LambdaFunctionAssociations": at_viewer_request(f"{unqualified}:$LATEST")},
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
