"""Contract: CloudFormation keeps CloudFront's rules, and stops where a deletion fails."""

import json
from typing import Any

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_custom_resource, a_version, change_default, edge, refused


def _distribution(**behavior: object) -> dict[str, Any]:
    origin = {
        "Id": "origin",
        "DomainName": "127.0.0.1",
        "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"},
    }
    default = {"TargetOriginId": "origin", "ViewerProtocolPolicy": "allow-all", **behavior}
    config = {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": default}
    return {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {"DistributionConfig": config},
    }


def _create(cloud: Cloud, resources: dict[str, Any]) -> str:
    cloud.cloudformation.create_stack(
        StackName="stack",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_IAM"],
    )
    return _status(cloud)


def _status(cloud: Cloud) -> str:
    def settled() -> str:
        status = cloud.cloudformation.describe_stacks(StackName="stack")["Stacks"][0]["StackStatus"]
        return "" if status.endswith("IN_PROGRESS") else status

    return eventually(settled, seconds=20)


def _reasons(cloud: Cloud) -> str:
    events = cloud.cloudformation.describe_stack_events(StackName="stack")["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def test_a_stack_with_a_fault_in_its_distribution_fails(cloud: Cloud) -> None:
    """With CloudFront's code and sentence, and no distribution left."""
    arn = a_version(cloud).removesuffix(":1") + ":$LATEST"
    association = {"EventType": "viewer-request", "LambdaFunctionARN": arn}
    faulty = _distribution(LambdaFunctionAssociations=[association])

    assert "ROLLBACK_COMPLETE" == _create(cloud, {"Site": faulty})
    assert "InvalidLambdaFunctionAssociation: The function ARN must reference" in _reasons(cloud)
    assert 0 == cloud.cloudfront.list_distributions()["DistributionList"]["Quantity"]


def test_the_distribution_of_a_stack_deploys_and_is_filled(cloud: Cloud) -> None:
    """As if the API had made it."""
    cloud.sandbox.set(deploy_seconds=3600)
    assert "CREATE_COMPLETE" == _create(cloud, {"Site": _distribution()})

    [summary] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]

    assert "InProgress" == summary["Status"]
    assert {"Quantity": 0} == summary["DefaultCacheBehavior"]["LambdaFunctionAssociations"]


def test_a_faulty_update_of_a_stack_leaves_the_distribution(cloud: Cloud) -> None:
    """The configuration and the ETag are those from before."""
    _create(cloud, {"Site": _distribution()})
    [before] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    faulty = {"Resources": {"Site": _distribution(TargetOriginId="nowhere")}}

    cloud.cloudformation.update_stack(StackName="stack", TemplateBody=json.dumps(faulty))

    assert "UPDATE_ROLLBACK_COMPLETE" == _status(cloud)
    [after] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    assert before["DefaultCacheBehavior"] == after["DefaultCacheBehavior"]


def test_a_custom_resource_that_cannot_go_keeps_its_function(cloud: Cloud) -> None:
    """The stack stays, with the reason, and the deletion can be tried again."""
    assert "CREATE_COMPLETE" == _create(cloud, a_custom_resource(STAY="yes"))

    cloud.cloudformation.delete_stack(StackName="stack")

    assert "DELETE_FAILED" == _status(cloud)
    assert "the site is still closed" in _reasons(cloud)
    cloud.functions.get_function(FunctionName="custom")


def test_a_custom_resource_that_can_go_takes_its_function_along(cloud: Cloud) -> None:
    """Everything that the stack made is gone."""
    assert "CREATE_COMPLETE" == _create(cloud, a_custom_resource())

    cloud.cloudformation.delete_stack(StackName="stack")

    expected = ("ResourceNotFoundException", 404)
    eventually(lambda: not cloud.functions.list_functions()["Functions"])
    assert expected == refused(lambda: cloud.functions.get_function(FunctionName="custom"))


def test_a_function_of_a_stack_stays_while_it_is_replicated(cloud: Cloud) -> None:
    """Deleting the stack fails, as it does on AWS for hours."""
    cloud.sandbox.set(replica_seconds=60)
    resources = {name: part for name, part in a_custom_resource().items() if name != "Custom"}
    resources["Function"]["Properties"] |= {"Timeout": 5, "MemorySize": 128}
    resources["Version"] = {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": {"Ref": "Function"}},
    }
    association = {"EventType": "viewer-request", "LambdaFunctionARN": {"Ref": "Version"}}
    resources["Site"] = _distribution(LambdaFunctionAssociations=[association])
    assert "CREATE_COMPLETE" == _create(cloud, resources), _reasons(cloud)

    cloud.cloudformation.delete_stack(StackName="stack")

    assert "DELETE_FAILED" == _status(cloud)
    assert "because it is a replicated function" in _reasons(cloud)


def _optional(origin: str, value: str) -> str:
    """Return a template with a parameter, and with a distribution if there is an origin for it."""
    site = _distribution()
    site["Properties"]["DistributionConfig"]["Origins"][0]["DomainName"] = origin
    parameter = {"Type": "String", "Name": "/parameter", "Value": value}
    return json.dumps(
        {
            "Conditions": {"HasOrigin": {"Fn::Not": [{"Fn::Equals": [origin, ""]}]}},
            "Resources": {
                "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": parameter},
                "Site": {**site, "Condition": "HasOrigin"},
            },
            "Outputs": {
                "Domain": {"Condition": "HasOrigin", "Value": {"Fn::GetAtt": "Site.DomainName"}}
            },
        }
    )


def _outputs(cloud: Cloud) -> dict[str, str]:
    [stack] = cloud.cloudformation.describe_stacks(StackName="stack")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def test_what_is_attached_to_a_distribution_of_a_stack_outlives_an_update(cloud: Cloud) -> None:
    """CloudFormation touches it only where the template changed; it goes when its origin does."""
    arn = a_version(cloud)
    cloud.cloudformation.create_stack(StackName="stack", TemplateBody=_optional("127.0.0.1", "1"))
    assert "CREATE_COMPLETE" == _status(cloud)
    [site] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    assert {"Domain": site["DomainName"]} == _outputs(cloud)

    change_default(cloud, site["Id"], LambdaFunctionAssociations=edge(viewer_request=arn))
    cloud.cloudformation.update_stack(StackName="stack", TemplateBody=_optional("127.0.0.1", "2"))

    assert "UPDATE_COMPLETE" == _status(cloud)
    [kept] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    attached = kept["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"]
    assert [arn] == [association["LambdaFunctionARN"] for association in attached]

    cloud.cloudformation.update_stack(StackName="stack", TemplateBody=_optional("", "3"))

    assert ("UPDATE_COMPLETE", {}) == (_status(cloud), _outputs(cloud))
    assert 0 == cloud.cloudfront.list_distributions()["DistributionList"]["Quantity"]


def test_a_distribution_of_a_stack_goes_with_it(cloud: Cloud) -> None:
    """Enabled and with an edge function: CloudFormation disables it. Replicas stay a while."""
    cloud.sandbox.set(replica_seconds=60)
    arn = a_version(cloud)
    assert "CREATE_COMPLETE" == _create(cloud, {"Site": _distribution()})
    [site] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    change_default(cloud, site["Id"], LambdaFunctionAssociations=edge(viewer_request=arn))

    cloud.cloudformation.delete_stack(StackName="stack")

    eventually(lambda: not cloud.cloudfront.list_distributions()["DistributionList"]["Quantity"])
    assert ("InvalidParameterValueException", 400) == refused(
        lambda: cloud.functions.delete_function(FunctionName="page", Qualifier="1")
    )
