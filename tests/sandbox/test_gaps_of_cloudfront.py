"""
Gaps of ministack that the patches fill, in CloudFront and CloudFormation: a test for each.

A failure is good news: ministack has closed the gap. Then remove the patch that the test names.
"""

import json

import httpx
import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_config,
    a_distribution,
    a_function,
    a_store,
    a_version,
    edge,
    functions,
    ordered,
    put,
    refused,
)
from tests.sandbox.change_sets import proposed
from tests.sandbox.custom_resource import a_custom_resource
from tests.timing import PATIENCE

pytestmark = pytest.mark.gap


def _settled(cloud: Cloud) -> str:
    stack = cloud.cloudformation.describe_stacks(StackName="stack")["Stacks"][0]
    return "" if stack["StackStatus"].endswith("IN_PROGRESS") else stack["StackStatus"]


def test_any_association_is_accepted(plain: Cloud) -> None:
    """Patch: cloudfront/association_rules, cloudfront/distribution_rules."""
    arn = "arn:aws:lambda:eu-west-1:000000000000:function:missing:$LATEST"
    behavior = a_behavior(TargetOriginId="nowhere", LambdaFunctionAssociations=edge(viewer=arn))

    assert a_distribution(plain, DefaultCacheBehavior=behavior)


def test_any_distribution_is_accepted(plain: Cloud) -> None:
    """Patch: cloudfront/distribution_rules; aliases, types of origins, path patterns, gRPC."""
    members: dict[str, object] = {
        "Staging": True,
        "ConnectionMode": "tenant-only",
        "Aliases": {"Quantity": 1, "Items": ["www.example.com"]},
        "Origins": {"Quantity": 1, "Items": [{"Id": "origin", "DomainName": "127.0.0.1"}]},
        "DefaultCacheBehavior": a_behavior(GrpcConfig={"Enabled": True}),
        "CacheBehaviors": ordered(a_behavior(PathPattern="/api/{id}")),
    }

    assert a_distribution(plain, "one", **members) != a_distribution(plain, "two", **members)


def test_distributions_are_deployed_at_once(plain: Cloud) -> None:
    """Patch: cloudfront/propagation."""
    made = plain.cloudfront.create_distribution(DistributionConfig=a_config())  # type: ignore[arg-type]  # built by parts

    assert "Deployed" == made["Distribution"]["Status"]


def test_no_defaults_are_filled_in(plain: Cloud) -> None:
    """Patch: cloudfront/defaults."""
    distribution_id = a_distribution(plain)

    read = plain.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]

    assert "LambdaFunctionAssociations" not in read["DefaultCacheBehavior"]


def test_a_listing_has_no_pages_and_no_etags(plain: Cloud) -> None:
    """Patch: cloudfront/responses and patches/cloudfront/summaries."""
    for reference in ("one", "two"):
        a_distribution(plain, reference)

    items = plain.cloudfront.list_distributions(MaxItems="1")["DistributionList"]["Items"]

    assert (2, False) == (len(items), "ETag" in items[0])


def test_a_multi_tenant_distribution_has_a_domain_name(plain: Cloud) -> None:
    """Patch: cloudfront/responses."""
    a_distribution(plain, ConnectionMode="tenant-only")

    [item] = plain.cloudfront.list_distributions()["DistributionList"]["Items"]

    assert item["DomainName"].endswith(".cloudfront.net")


def test_associations_come_back_as_they_were_written(plain: Cloud) -> None:
    """Patch: cloudfront/responses, shuffle."""
    events = ["viewer-response", "origin-request", "viewer-request"]
    written = edge(**{event.replace("-", "_"): f"arn:{event}" for event in events})
    behavior = a_behavior(LambdaFunctionAssociations=written)
    distribution_id = a_distribution(plain, DefaultCacheBehavior=behavior)

    read = plain.cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    items = read["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"]

    assert events == [item["EventType"] for item in items]


def test_functions_in_use_can_be_deleted(plain: Cloud) -> None:
    """Patch: patches/cloudfront/distributions, FunctionInUse."""
    used = functions(viewer_request=a_function(plain))
    a_distribution(plain, DefaultCacheBehavior=a_behavior(FunctionAssociations=used))
    etag = plain.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]

    plain.cloudfront.delete_function(Name="rewrite", IfMatch=etag)


def test_associated_versions_can_be_deleted(plain: Cloud) -> None:
    """Patch: patches/aws_lambda/replicas."""
    used = edge(viewer_request=a_version(plain))
    a_distribution(plain, DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=used))

    plain.functions.delete_function(FunctionName="page", Qualifier="1")


def test_the_edge_runs_no_lambda_function(plain: Cloud) -> None:
    """Patch: edge/app. The origin does not listen, and the function would have responded."""
    responding = "def handler(event, context):\n    return {'status': '204'}\n"
    used = edge(viewer_request=a_version(plain, code=responding))
    distribution_id = a_distribution(
        plain, DefaultCacheBehavior=a_behavior(LambdaFunctionAssociations=used)
    )
    distribution = plain.cloudfront.get_distribution(Id=distribution_id)["Distribution"]

    response = httpx.get(
        plain.sandbox.endpoint_url, headers={"Host": distribution["DomainName"]}, timeout=PATIENCE
    )

    assert 502 == response.status_code


def test_a_stack_may_have_any_distribution(plain: Cloud) -> None:
    """Patch: patches/cloudformation, StackDistributions."""
    resource = {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Enabled": True,
                "DefaultCacheBehavior": {
                    "TargetOriginId": "nowhere",
                    "ViewerProtocolPolicy": "allow-all",
                },
            }
        },
    }
    template = json.dumps({"Resources": {"D": resource}})
    plain.cloudformation.create_stack(StackName="stack", TemplateBody=template)

    assert "CREATE_COMPLETE" == eventually(lambda: _settled(plain))


def test_a_stack_deletion_goes_on_after_a_failure(plain: Cloud) -> None:
    """Patch: patches/cloudformation, which keeps what a failed resource depends on."""
    plain.cloudformation.create_stack(
        StackName="stack",
        TemplateBody=json.dumps({"Resources": a_custom_resource(KEEP="yes")}),
        Capabilities=["CAPABILITY_IAM"],
    )
    eventually(lambda: _settled(plain))

    plain.cloudformation.delete_stack(StackName="stack")

    assert "DELETE_FAILED" == eventually(lambda: _settled(plain))
    assert 404 == refused(lambda: plain.functions.get_function(FunctionName="custom"))[1]


def test_a_change_set_ignores_conditions(plain: Cloud) -> None:
    """Patch: patches/cloudformation, which leaves out what will not be created."""
    assert ["Always", "Never"] == proposed(plain)


def test_a_store_and_a_function_have_no_limits(plain: Cloud) -> None:
    """Patch: patches/cloudfront/key_value_store and distributions, FunctionSizeLimitExceeded."""
    store = a_store(plain)
    large = {f"{number:03}{'k' * 600}": "v" * 100_000 for number in range(51)}

    put(plain, store, large)

    assert 5_000_000 < plain.key_values.describe_key_value_store(KvsARN=store)["TotalSizeInBytes"]
    assert a_function(plain, code="function handler(event) { return event; }" + " " * 10_240)


def test_the_edge_runs_no_function_that_reads_a_store(plain: Cloud) -> None:
    """Patch: edge/function_runtime, cloudfront/store_propagation. It would have responded."""
    store = a_store(plain)
    code = """import cf from 'cloudfront';
        async function handler(event) {
            return { statusCode: 204, headers: { count: { value: `${await cf.kvs().count()}` } } };
        }"""
    used = functions(viewer_request=a_function(plain, code=code, store=store))
    distribution_id = a_distribution(
        plain, DefaultCacheBehavior=a_behavior(FunctionAssociations=used)
    )
    distribution = plain.cloudfront.get_distribution(Id=distribution_id)["Distribution"]

    response = httpx.get(
        plain.sandbox.endpoint_url, headers={"Host": distribution["DomainName"]}, timeout=PATIENCE
    )

    assert response.status_code >= 500


def test_the_edge_is_one_location(plain: Cloud) -> None:
    """Patch: cloudfront/rollout, cloudfront/function_propagation and edge/app, X-Amz-Cf-Pop."""
    distribution_id = a_distribution(plain)
    distribution = plain.cloudfront.get_distribution(Id=distribution_id)["Distribution"]

    def location(**headers: str) -> str:
        asked = {"Host": distribution["DomainName"], **headers}
        return httpx.get(plain.sandbox.endpoint_url, headers=asked).headers["x-amz-cf-pop"]

    assert location() == location(**{"X-Sandbox-Edge-Location": "2"})


def test_a_function_cannot_be_tested(plain: Cloud) -> None:
    """Patch: patches/cloudfront/functions, TestFunction."""
    a_function(plain)
    etag = plain.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]

    def test() -> object:
        return plain.cloudfront.test_function(Name="rewrite", IfMatch=etag, EventObject=b"{}")

    assert 404 == refused(test)[1]


def test_an_update_of_a_function_returns_its_etag_in_another_header(plain: Cloud) -> None:
    """Patch: patches/cloudfront/functions, ETtag."""
    a_function(plain)
    etag = plain.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")["ETag"]

    updated = plain.cloudfront.update_function(
        Name="rewrite",
        IfMatch=etag,
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.request; }",
    )

    assert "ETag" not in updated


def test_the_arn_of_a_store_ends_in_its_name_and_its_keys_outlive_it(plain: Cloud) -> None:
    """Patch: patches/cloudfront/stack_functions, _kvs_arn, and key_value_store, remove_keys."""
    store = a_store(plain, "state")
    put(plain, store, {"key": "value"})
    etag = plain.cloudfront.describe_key_value_store(Name="state")["ETag"]

    plain.cloudfront.delete_key_value_store(Name="state", IfMatch=etag)

    assert store.endswith("/state")
    assert 1 == plain.key_values.describe_key_value_store(KvsARN=store)["ItemCount"]


def _a_stack(plain: Cloud, kind: str, **properties: object) -> str:
    """Create a stack with one resource of CloudFront; return Ref of it."""
    resource = {"Type": f"AWS::CloudFront::{kind}", "Properties": {"Name": "one", **properties}}
    template = {"Resources": {"One": resource}, "Outputs": {"Ref": {"Value": {"Ref": "One"}}}}
    plain.cloudformation.create_stack(StackName="stack", TemplateBody=json.dumps(template))
    assert "CREATE_COMPLETE" == eventually(lambda: _settled(plain))
    [stack] = plain.cloudformation.describe_stacks(StackName="stack")["Stacks"]
    return str(stack["Outputs"][0]["OutputValue"])


def test_a_stacks_function_has_no_limit_and_is_referred_to_by_its_name(plain: Cloud) -> None:
    """Patch: patches/cloudfront/stack_functions, FunctionSizeLimitExceeded and Ref."""
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}

    assert "one" == _a_stack(plain, "Function", FunctionCode=" " * 10_241, FunctionConfig=config)


def test_a_stack_deletes_a_function_in_use(plain: Cloud) -> None:
    """Patch: patches/cloudfront/stack_functions, FunctionInUse."""
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    _a_stack(plain, "Function", FunctionCode=" ", FunctionConfig=config, AutoPublish=True)
    arn = "arn:aws:cloudfront::000000000000:function/one"
    used = functions(viewer_request=arn)
    a_distribution(plain, DefaultCacheBehavior=a_behavior(FunctionAssociations=used))

    plain.cloudformation.delete_stack(StackName="stack")

    eventually(lambda: not plain.cloudfront.list_functions()["FunctionList"]["Quantity"])


def test_a_stack_takes_over_a_store_and_deletes_it_in_use(plain: Cloud) -> None:
    """Patch: patches/cloudfront/stack_functions, EntityAlreadyExists."""
    a_function(plain, store=a_store(plain, "one"))
    _a_stack(plain, "KeyValueStore")

    plain.cloudformation.delete_stack(StackName="stack")

    stores = plain.cloudfront.list_key_value_stores
    eventually(lambda: not stores()["KeyValueStoreList"]["Quantity"])
