"""Contract: CloudFront refuses an invalid distribution with its code and status."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_config,
    a_distribution,
    a_function,
    a_role,
    a_version,
    all_methods,
    change_default,
    edge,
    functions,
    ordered,
    refused,
    signed,
)

type _Behavior = dict[str, Any]

_FOREIGN = "arn:aws:lambda:us-east-1:111122223333:function:page:1"


def _page(cloud: Cloud) -> _Behavior:
    return {"LambdaFunctionAssociations": edge(viewer_request=a_version(cloud))}


def _qualified(qualifier: str) -> Callable[[Cloud], _Behavior]:
    def behavior(cloud: Cloud) -> _Behavior:
        arn = a_version(cloud).removesuffix(":1") + qualifier
        return {"LambdaFunctionAssociations": edge(viewer_request=arn)}

    return behavior


def _two_edge_functions(cloud: Cloud) -> _Behavior:
    arn = a_version(cloud)
    items = edge(viewer_request=arn)["Items"] * 2
    return {"LambdaFunctionAssociations": {"Quantity": 2, "Items": items}}


def _two_functions(cloud: Cloud) -> _Behavior:
    items = functions(viewer_request=a_function(cloud))["Items"] * 2
    return {"FunctionAssociations": {"Quantity": 2, "Items": items}}


def _with_arn(arn: str) -> Callable[[Cloud], _Behavior]:
    return lambda _: {"LambdaFunctionAssociations": edge(viewer_request=arn)}


def _a_version_with(**members: Any) -> Callable[[Cloud], _Behavior]:  # noqa: ANN401 - boto3 checks them
    return lambda cloud: {
        "LambdaFunctionAssociations": edge(viewer_request=a_version(cloud, **members))
    }


def _untrusted(cloud: Cloud) -> _Behavior:
    role = a_role(cloud, "plain", trusting=("lambda.amazonaws.com",))
    return _a_version_with(role=role)(cloud)


def _pending(cloud: Cloud) -> _Behavior:
    a_version(cloud)
    cloud.functions.update_function_configuration(FunctionName="page", Description="new")
    cloud.sandbox.set(activation_seconds=60)
    published = cloud.functions.publish_version(FunctionName="page")
    return {"LambdaFunctionAssociations": edge(viewer_request=published["FunctionArn"])}


_EDGE = ("InvalidLambdaFunctionAssociation", 400)
_FUNCTION = ("InvalidFunctionAssociation", 400)
_XML = ("MalformedXML", 400)
_ARGUMENT = ("InvalidArgument", 400)
_GRPC = {"GrpcConfig": {"Enabled": True}}
_BEHAVIORS = {
    "an alias": (_qualified(":live"), _EDGE),
    "$LATEST": (_qualified(":$LATEST"), _EDGE),
    "no qualifier": (_qualified(""), _EDGE),
    "an unknown version": (_qualified(":7"), _EDGE),
    "another region": (_with_arn("arn:aws:lambda:eu-west-1:000000000000:function:f:1"), _EDGE),
    "another account": (_with_arn(_FOREIGN), _EDGE),
    "a version not Active yet": (_pending, _EDGE),
    "a role that edgelambda may not assume": (_untrusted, _EDGE),
    "environment variables": (_a_version_with(Environment={"Variables": {"A": "b"}}), _EDGE),
    "too much memory": (_a_version_with(MemorySize=256), _EDGE),
    "too long a timeout": (_a_version_with(Timeout=6), _EDGE),
    "two edge functions for one event": (_two_edge_functions, _EDGE),
    "two CloudFront Functions for one event": (_two_functions, _FUNCTION),
    "both kinds on one viewer event": (
        lambda cloud: {
            **_page(cloud),
            "FunctionAssociations": functions(viewer_request=a_function(cloud)),
        },
        _FUNCTION,
    ),
    "both kinds on the two viewer events": (
        lambda cloud: {
            **_page(cloud),
            "FunctionAssociations": functions(viewer_response=a_function(cloud)),
        },
        _FUNCTION,
    ),
    "an unknown CloudFront Function": (
        lambda _: {
            "FunctionAssociations": functions(
                viewer_request="arn:aws:cloudfront::000000000000:function/missing"
            )
        },
        _FUNCTION,
    ),
    "a CloudFront Function that is not published": (
        lambda cloud: {
            "FunctionAssociations": functions(viewer_request=a_function(cloud, published=False))
        },
        _FUNCTION,
    ),
    "a CloudFront Function on an origin event": (
        lambda cloud: {"FunctionAssociations": functions(origin_request=a_function(cloud))},
        _XML,
    ),
    "an unknown event type": (
        lambda cloud: {"LambdaFunctionAssociations": edge(viewer_reply=a_version(cloud))},
        _XML,
    ),
    "gRPC": (lambda cloud: {**_page(cloud), **_GRPC, "AllowedMethods": all_methods()}, _EDGE),
    "gRPC without POST": (lambda _: _GRPC, _ARGUMENT),
    "Smooth Streaming": (lambda cloud: {**_page(cloud), "SmoothStreaming": True}, _EDGE),
    "an unknown origin": (lambda _: {"TargetOriginId": "nowhere"}, ("NoSuchOrigin", 404)),
    "a Quantity that is not the number of Items": (
        lambda _: {"LambdaFunctionAssociations": {"Quantity": 1}},
        ("InconsistentQuantities", 400),
    ),
}


@pytest.mark.parametrize("error", _BEHAVIORS)
def test_an_invalid_update_is_refused(cloud: Cloud, error: str) -> None:
    """Each error in a behavior gets CloudFront's code and status."""
    behavior, expected = _BEHAVIORS[error]
    distribution_id = a_distribution(cloud)
    members = behavior(cloud)

    assert expected == refused(lambda: change_default(cloud, distribution_id, **members))


@pytest.mark.parametrize("error", ["$LATEST", "an unknown origin"])
def test_an_invalid_create_is_refused(cloud: Cloud, error: str) -> None:
    """The rules are the same as for an update."""
    behavior, expected = _BEHAVIORS[error]
    config = a_config(DefaultCacheBehavior=a_behavior(**behavior(cloud)))

    assert expected == refused(
        lambda: cloud.cloudfront.create_distribution(DistributionConfig=config)  # type: ignore[arg-type]  # built by parts
    )


def test_a_refused_update_changes_nothing(cloud: Cloud) -> None:
    """Configuration and ETag stay the same."""
    distribution_id = a_distribution(cloud)
    before = signed(cloud, f"GET /2020-05-31/distribution/{distribution_id}/config")

    refused(lambda: change_default(cloud, distribution_id, TargetOriginId="nowhere"))

    after = signed(cloud, f"GET /2020-05-31/distribution/{distribution_id}/config")
    assert (before.headers["etag"], before.body) == (after.headers["etag"], after.body)


def test_an_edge_function_on_origin_events_may_join_a_cloudfront_function(cloud: Cloud) -> None:
    """Only viewer events must not mix both kinds (edge-function-restrictions-all)."""
    distribution_id = a_distribution(cloud)

    response = change_default(
        cloud,
        distribution_id,
        LambdaFunctionAssociations=edge(origin_request=a_version(cloud)),
        FunctionAssociations=functions(viewer_request=a_function(cloud)),
    )

    assert "InProgress" == response["Distribution"]["Status"]


def test_more_than_100_edge_associations_are_refused(cloud: Cloud) -> None:
    """The quota is per distribution, over all behaviors."""
    arn = a_version(cloud)
    both = edge(viewer_request=arn, viewer_response=arn)
    behaviors = [
        a_behavior(
            PathPattern=f"/{number}/*",
            LambdaFunctionAssociations=both,
            AllowedMethods=_methods(),
        )
        for number in range(51)
    ]
    config = a_config(CacheBehaviors=ordered(*behaviors))

    assert ("TooManyLambdaFunctionAssociations", 400) == refused(
        lambda: cloud.cloudfront.create_distribution(DistributionConfig=config)  # type: ignore[arg-type]  # built by parts
    )


def _methods() -> dict[str, Any]:
    items = ["HEAD", "GET"]
    return {"Quantity": 2, "Items": items, "CachedMethods": {"Quantity": 2, "Items": items}}


def test_more_than_75_behaviors_are_refused(cloud: Cloud) -> None:
    """The quota of ordered cache behaviors."""
    behaviors = [a_behavior(PathPattern=f"/{number}/*") for number in range(76)]
    config = a_config(CacheBehaviors=ordered(*behaviors))

    assert ("TooManyCacheBehaviors", 400) == refused(
        lambda: cloud.cloudfront.create_distribution(DistributionConfig=config)  # type: ignore[arg-type]  # built by parts
    )


def test_a_function_in_use_cannot_be_deleted(cloud: Cloud) -> None:
    """While a behavior has it."""
    arn = a_function(cloud)
    distribution_id = a_distribution(cloud)
    change_default(cloud, distribution_id, FunctionAssociations=functions(viewer_request=arn))
    etag = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]

    assert ("FunctionInUse", 409) == refused(
        lambda: cloud.cloudfront.delete_function(Name="rewrite", IfMatch=etag)
    )


def test_an_associated_version_cannot_be_deleted(cloud: Cloud) -> None:
    """It is a replicated function while a stored or served configuration has it."""
    arn = a_version(cloud)
    distribution_id = a_distribution(cloud)
    change_default(cloud, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))

    assert ("InvalidParameterValueException", 400) == refused(
        lambda: cloud.functions.delete_function(FunctionName="page", Qualifier="1")
    )


def test_a_version_stays_replicated_for_a_while_after_it_was_detached(cloud: Cloud) -> None:
    """AWS removes replicas hours later; the sandbox after replica_seconds."""
    cloud.sandbox.set(deploy_seconds=0, replica_seconds=60)
    arn = a_version(cloud)
    distribution_id = a_distribution(cloud)
    change_default(cloud, distribution_id, LambdaFunctionAssociations=edge(viewer_request=arn))
    change_default(cloud, distribution_id, LambdaFunctionAssociations=edge())

    assert ("InvalidParameterValueException", 400) == refused(
        lambda: cloud.functions.delete_function(FunctionName="page")
    )
    cloud.sandbox.set(replica_seconds=0)
    cloud.functions.delete_function(FunctionName="page")
