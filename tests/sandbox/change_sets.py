"""A change set of a template in which a parameter decides about a resource."""

import json
import uuid

from tests.cloud import Cloud

_TEMPLATE = {
    "Parameters": {"Wanted": {"Type": "String", "Default": "no"}},
    "Conditions": {"IsWanted": {"Fn::Equals": [{"Ref": "Wanted"}, "yes"]}},
    "Resources": {
        "Always": {"Type": "AWS::SNS::Topic"},
        "Never": {"Type": "AWS::SNS::Topic", "Condition": "IsWanted"},
    },
}


def proposed(cloud: Cloud, **parameters: str) -> list[str]:
    """Return the resources that a change set for a new stack lists."""
    made = cloud.cloudformation.create_change_set(
        StackName=f"stack-{uuid.uuid4().hex}",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(_TEMPLATE),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )
    found = cloud.cloudformation.describe_change_set(ChangeSetName=made["Id"])
    return sorted(each["ResourceChange"]["LogicalResourceId"] for each in found["Changes"])
