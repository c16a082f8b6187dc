"""Contract: a stack's CloudFront Functions and key-value stores are those of the API."""

import json
from typing import Any

import httpx
import pytest

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_store,
    functions,
    refused,
)

_CODE = "function handler(event) {{ return {{ statusCode: {} }}; }}"


def _resources(code: str = _CODE.format(204), comment: str = "") -> dict[str, Any]:
    association = {"KeyValueStoreARN": {"Fn::GetAtt": ["Store", "Arn"]}}
    config = {
        "Comment": comment,
        "Runtime": "cloudfront-js-2.0",
        "KeyValueStoreAssociations": [association],
    }
    return {
        "Store": {"Type": "AWS::CloudFront::KeyValueStore", "Properties": {"Name": "state"}},
        "Function": {
            "Type": "AWS::CloudFront::Function",
            "Properties": {
                "Name": "rewrite",
                "AutoPublish": True,
                "FunctionCode": code,
                "FunctionConfig": config,
            },
        },
    }


def _template(resources: dict[str, Any], note: str = "1") -> str:
    """Return a template with these, and a parameter that a test can change."""
    value = {"Type": "String", "Name": "/note", "Value": note}
    note_resource = {"Type": "AWS::SSM::Parameter", "Properties": value}
    outputs = {
        "Ref": {"Value": {"Ref": "Function"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Function", "FunctionARN"]}},
        "Store": {"Value": {"Fn::GetAtt": ["Store", "Arn"]}},
    }
    return json.dumps({"Resources": {"Note": note_resource, **resources}, "Outputs": outputs})


def _status(cloud: Cloud) -> str:
    def settled() -> str:
        status = cloud.cloudformation.describe_stacks(StackName="stack")["Stacks"][0]["StackStatus"]
        return "" if status.endswith("IN_PROGRESS") else status

    return eventually(settled)


def _create(cloud: Cloud, template: str) -> str:
    cloud.cloudformation.create_stack(StackName="stack", TemplateBody=template)
    return _status(cloud)


def _update(cloud: Cloud, template: str) -> str:
    cloud.cloudformation.update_stack(StackName="stack", TemplateBody=template)
    return _status(cloud)


def _outputs(cloud: Cloud) -> dict[str, str]:
    [stack] = cloud.cloudformation.describe_stacks(StackName="stack")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def _reasons(cloud: Cloud) -> str:
    events = cloud.cloudformation.describe_stack_events(StackName="stack")["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def _site(cloud: Cloud) -> str:
    """Create a distribution with the function; return its domain."""
    used = functions(viewer_request=_outputs(cloud)["Arn"])
    made = a_distribution(cloud, DefaultCacheBehavior=a_behavior(FunctionAssociations=used))
    cloud.sandbox.finish_deployments()
    return cloud.cloudfront.get_distribution(Id=made)["Distribution"]["DomainName"]


def _visit(cloud: Cloud, domain: str) -> int:
    return httpx.get(cloud.sandbox.endpoint_url, headers={"Host": domain}).status_code


def test_a_stacks_function_is_published_and_reads_its_store(cloud: Cloud) -> None:
    """Ref and GetAtt are both its ARN; the ARN of the store ends in an id."""
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))

    outputs = _outputs(cloud)
    config = cloud.cloudfront.describe_function(Name="rewrite", Stage="LIVE")["FunctionSummary"]
    [association] = config["FunctionConfig"]["KeyValueStoreAssociations"]["Items"]

    assert outputs["Arn"] == outputs["Ref"] == config["FunctionMetadata"]["FunctionARN"]
    assert outputs["Store"] == association["KeyValueStoreARN"]
    assert "state" not in outputs["Store"].rpartition("/")[2]
    assert 204 == _visit(cloud, _site(cloud))


def test_an_update_of_other_resources_leaves_the_code_that_was_published_since(
    cloud: Cloud,
) -> None:
    """CloudFormation compares templates, so code that others put in stays."""
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))
    described = cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")
    updated = cloud.cloudfront.update_function(
        Name="rewrite",
        IfMatch=described["ETag"],
        FunctionConfig=described["FunctionSummary"]["FunctionConfig"],
        FunctionCode=_CODE.format(200).encode(),
    )
    cloud.cloudfront.publish_function(Name="rewrite", IfMatch=updated["ETag"])

    assert "UPDATE_COMPLETE" == _update(cloud, _template(_resources(), note="2"))

    live = cloud.cloudfront.get_function(Name="rewrite", Stage="LIVE")["FunctionCode"].read()
    assert _CODE.format(200).encode() == live


def test_an_update_of_the_function_takes_time_to_reach_the_edge(cloud: Cloud) -> None:
    """It replaces the code, also one that something else has published."""
    cloud.sandbox.set(publish_seconds=3600)
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))
    domain = _site(cloud)

    assert "UPDATE_COMPLETE" == _update(cloud, _template(_resources(_CODE.format(200))))
    before = _visit(cloud, domain)
    cloud.sandbox.finish_deployments()

    assert [204, 200] == [before, _visit(cloud, domain)]


def test_a_function_that_is_too_large_fails_its_stack(cloud: Cloud) -> None:
    """On creating and on updating, as FunctionSizeLimitExceeded."""
    large = _template(_resources(_CODE.format(200) + " " * 10_240))

    assert "ROLLBACK_COMPLETE" == _create(cloud, large)
    assert "FunctionSizeLimitExceeded" in _reasons(cloud)
    cloud.cloudformation.delete_stack(StackName="stack")
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))
    assert "UPDATE_ROLLBACK_COMPLETE" == _update(cloud, large)
    assert 204 == _visit(cloud, _site(cloud))


def test_a_stack_with_a_function_in_use_cannot_be_deleted(cloud: Cloud) -> None:
    """The site keeps it; once no behavior has it, both can go."""
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))
    domain = _site(cloud)

    cloud.cloudformation.delete_stack(StackName="stack")

    assert "DELETE_FAILED" == _status(cloud)
    assert "FunctionInUse" in _reasons(cloud)
    assert 204 == _visit(cloud, domain)
    cloud.cloudfront.describe_key_value_store(Name="state")


def test_a_deleted_stack_leaves_neither_function_nor_store(cloud: Cloud) -> None:
    """Where no behavior has the function."""
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))

    cloud.cloudformation.delete_stack(StackName="stack")

    eventually(lambda: not cloud.cloudfront.list_functions()["FunctionList"]["Quantity"])
    eventually(
        lambda: not cloud.cloudfront.list_key_value_stores()["KeyValueStoreList"]["Quantity"]
    )
    assert (
        "NoSuchFunctionExists"
        == refused(lambda: cloud.cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT"))[
            0
        ]
    )


def test_a_stack_does_not_delete_a_store_that_others_read(cloud: Cloud) -> None:
    """A function outside the stack has it too."""
    assert "CREATE_COMPLETE" == _create(cloud, _template(_resources()))
    a_function(cloud, "other", store=_outputs(cloud)["Store"])

    cloud.cloudformation.delete_stack(StackName="stack")

    assert "DELETE_FAILED" == _status(cloud)
    assert "CannotDeleteEntityWhileInUse" in _reasons(cloud)


@pytest.mark.parametrize("make", [a_store, a_function])
def test_a_stack_takes_over_nothing_that_exists(cloud: Cloud, make: Any) -> None:  # noqa: ANN401 - either builder
    """Neither a store nor a function."""
    make(cloud)

    assert "ROLLBACK_COMPLETE" == _create(cloud, _template(_resources()))
    assert "already exists" in _reasons(cloud)
