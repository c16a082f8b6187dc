"""Contract: CloudFormation follows CloudFront's rules, and stops if a deletion fails."""

import json
from typing import Any

from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_version, change_default, edge, refused
from tests.sandbox.change_sets import proposed
from tests.sandbox.custom_resource import a_custom_resource


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

    return eventually(settled)


def _reasons(cloud: Cloud) -> str:
    events = cloud.cloudformation.describe_stack_events(StackName="stack")["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def test_a_stack_with_an_invalid_distribution_fails(cloud: Cloud) -> None:
    """With CloudFront's code and sentence; no distribution remains."""
    arn = a_version(cloud).removesuffix(":1") + ":$LATEST"
    association = {"EventType": "viewer-request", "LambdaFunctionARN": arn}
    invalid = _distribution(LambdaFunctionAssociations=[association])

    assert "ROLLBACK_COMPLETE" == _create(cloud, {"Site": invalid})
    assert "InvalidLambdaFunctionAssociation: The function ARN must reference" in _reasons(cloud)
    assert 0 == cloud.cloudfront.list_distributions()["DistributionList"]["Quantity"]


def test_the_distribution_of_a_stack_deploys_and_gets_defaults(cloud: Cloud) -> None:
    """As if the API had created it."""
    cloud.sandbox.set(deploy_seconds=3600)
    assert "CREATE_COMPLETE" == _create(cloud, {"Site": _distribution()})

    [summary] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]

    assert "InProgress" == summary["Status"]
    assert {"Quantity": 0} == summary["DefaultCacheBehavior"]["LambdaFunctionAssociations"]


def test_an_invalid_update_of_a_stack_leaves_the_distribution(cloud: Cloud) -> None:
    """The configuration stays the same."""
    _create(cloud, {"Site": _distribution()})
    [before] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    invalid = {"Resources": {"Site": _distribution(TargetOriginId="nowhere")}}

    cloud.cloudformation.update_stack(StackName="stack", TemplateBody=json.dumps(invalid))

    assert "UPDATE_ROLLBACK_COMPLETE" == _status(cloud)
    [after] = cloud.cloudfront.list_distributions()["DistributionList"]["Items"]
    assert before["DefaultCacheBehavior"] == after["DefaultCacheBehavior"]


def test_a_custom_resource_that_fails_to_delete_keeps_its_function(cloud: Cloud) -> None:
    """The stack stays, with the reason, and the deletion can be retried."""
    assert "CREATE_COMPLETE" == _create(cloud, a_custom_resource(KEEP="yes"))

    cloud.cloudformation.delete_stack(StackName="stack")

    assert "DELETE_FAILED" == _status(cloud)
    assert "the site is still closed" in _reasons(cloud)
    cloud.functions.get_function(FunctionName="custom")


def test_deleting_a_stack_deletes_a_custom_resource_and_its_function(cloud: Cloud) -> None:
    """If the custom resource lets itself be deleted."""
    assert "CREATE_COMPLETE" == _create(cloud, a_custom_resource())

    cloud.cloudformation.delete_stack(StackName="stack")

    expected = ("ResourceNotFoundException", 404)
    eventually(lambda: not cloud.functions.list_functions()["Functions"])
    assert expected == refused(lambda: cloud.functions.get_function(FunctionName="custom"))


def test_a_function_of_a_stack_stays_while_it_is_replicated(cloud: Cloud) -> None:
    """Deleting the stack fails, on AWS for hours."""
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
    """Return a template with a parameter and, if there is an `origin`, a distribution."""
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


def test_an_update_of_a_stack_keeps_what_is_attached_to_its_distribution(cloud: Cloud) -> None:
    """CloudFormation updates what changed in the template; without origin, no distribution."""
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


def test_deleting_a_stack_deletes_its_distribution(cloud: Cloud) -> None:
    """Even if it is enabled and has an edge function, whose replicas stay for a while."""
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


def test_a_change_set_lists_what_will_be_created(cloud: Cloud) -> None:
    """Not what has a false condition (doc: User Guide, conditions-section-structure)."""
    assert ["Always"] == proposed(cloud)
    assert ["Always", "Never"] == proposed(cloud, Wanted="yes")
