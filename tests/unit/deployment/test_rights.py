"""The rights that the roles of a template have."""

import json
from typing import Any

from maintenance.deployment.rights import Right, rights


def template(*statements: dict[str, Any]) -> str:
    """Return a template with a role that has these statements."""
    policy = {"PolicyDocument": {"Statement": list(statements)}}
    return json.dumps(
        {
            "Parameters": {
                "Switch": {"Default": "/site"},
                "Arns": {"Default": "*"},
                "Origin": {"Default": ""},
            },
            "Conditions": {
                "Any": {"Fn::Equals": [{"Fn::Select": [0, {"Ref": "Arns"}]}, "*"]},
                "HasOrigin": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Origin"}, ""]}]},
            },
            "Resources": {
                "Queue": {"Type": "AWS::SQS::Queue"},
                "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}},
            },
        }
    )


def read(action: object, resource: object, **values: str) -> Right:
    """Return the right of one statement."""
    (found,) = rights(template({"Action": action, "Resource": resource}), values)
    return found


def test_an_action_is_shown_without_its_service_and_a_resource_without_its_account() -> None:
    """A line of eighty characters has room for both."""
    resource = {"Fn::Sub": "arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter${Switch}"}

    assert Right("Role", "ssm", ("GetParameter", "PutParameter"), ("parameter/site",)) == read(
        ["ssm:GetParameter", "ssm:PutParameter"], resource
    )
    assert ("parameter/shop",) == read("ssm:GetParameter", resource, Switch="/shop").resources


def test_a_resource_of_the_stack_has_its_logical_id() -> None:
    """It has no other name before it is created."""
    resources = [
        {"Ref": "Queue"},
        {"Fn::GetAtt": ["Queue", "Arn"]},
        {"Fn::Sub": "${Bucket.Arn}/page/*"},
        {"Fn::Sub": ["distribution/${Id}", {"Id": {"Ref": "Preview"}}]},
    ]

    assert ("Queue", "Queue", "Bucket/page/*", "distribution/Preview") == read(
        "x:Y", resources
    ).resources


def test_a_condition_is_judged_by_the_parameters() -> None:
    """Someone who limits what the controller may change must see that limit."""
    permitted = {"Fn::If": ["Any", "arn:aws:cloudfront::1:distribution/*", {"Ref": "Arns"}]}
    listed = "arn:aws:cloudfront::1:distribution/E1"
    preview = {"Fn::If": ["HasOrigin", "distribution/preview", "none"]}

    assert ("distribution/*",) == read("x:Y", permitted).resources
    assert ("distribution/E1",) == read("x:Y", permitted, Arns=listed).resources
    assert ("none",) == read("x:Y", preview).resources
    assert ("distribution/preview",) == read("x:Y", preview, Origin="a.example").resources


def test_a_list_in_a_condition_is_shown_whole() -> None:
    """As its entries."""
    resource = {"Fn::If": ["Any", ["a/*", {"Ref": "Queue"}], "none"]}

    assert ("a/*, Queue",) == read("x:Y", resource).resources


def test_a_policy_whose_condition_is_false_gives_no_rights() -> None:
    """Each engine has a policy of its own, and a stack has one engine."""
    document = json.loads(template({"Action": "x:Y", "Resource": "*"}))
    document["Resources"]["Role"]["Condition"] = "HasOrigin"

    assert () == rights(json.dumps(document), {})
    assert ("Role",) == tuple(
        each.role for each in rights(json.dumps(document), {"Origin": "a.example"})
    )


def test_policies_beside_a_role_are_its_rights_too() -> None:
    """Also those of AWS."""
    document = json.loads(template())
    document["Resources"] = {
        "Other": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "Roles": [{"Ref": "Role"}],
                "PolicyDocument": {"Statement": [{"Action": "sqs:SendMessage", "Resource": "*"}]},
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/Basic"]},
        },
    }

    assert (
        Right("Role", "sqs", ("SendMessage",), ("*",)),
        Right("Role", "policy", ("Basic",), ()),
    ) == rights(json.dumps(document), {})
