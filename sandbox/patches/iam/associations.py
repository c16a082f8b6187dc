"""
Check the rights beyond CloudFront's own that a change of a distribution needs.

    what the configuration has          needs
    ----------------------------------  ------------------------------------------------------------
    a new Lambda@Edge function          lambda:GetFunction, EnableReplication*, DisableReplication*
                                        on the version
    the account's first such function   iam:CreateServiceLinkedRole on the two service-linked roles,
                                        which the change then creates
    a VPC origin                        cloudfront:GetVpcOrigin on it

Source: CloudFront Developer Guide, lambda-edge-permissions; for the VPC origin Service
Authorization Reference, list_cloudfront. Without a right on the version AWS responds with
InvalidLambdaFunctionAssociation and names it (aws/aws-cdk#1474,
serverless-operations/serverless-lambda-edge-pre-existing-cloudfront#36); the sentence for
DisableReplication* is ours. AWS's response for the service-linked roles is not known: AccessDenied.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is used here

import itertools
import json
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ministack.services import iam as ministack_iam

from sandbox.api.errors import Refusal
from sandbox.api.operations import Request
from sandbox.cloudfront import configuration
from sandbox.patches import request_context
from sandbox.patches.iam import authorization

_VERSION_RIGHTS = {
    "lambda:GetFunction": "Lambda@Edge cannot retrieve the specified Lambda function.",
    "lambda:EnableReplication*": (
        "Lambda@Edge cannot enable replication for the specified Lambda function."
    ),
    "lambda:DisableReplication*": (
        "Lambda@Edge cannot disable replication for the specified Lambda function."
    ),
}
_SERVICE_LINKED_ROLES = {
    "replicator.lambda.amazonaws.com": "AWSServiceRoleForLambdaReplicator",
    "logger.cloudfront.amazonaws.com": "AWSServiceRoleForCloudFrontLogger",
}


def missing_rights(request: Request, config: Element, current: Element | None) -> Iterator[Refusal]:
    """Yield a refusal for each right that the caller lacks to store `config`."""
    known = configuration.edge_function_arns(current) if current is not None else set()
    new = configuration.edge_function_arns(config) - known
    return itertools.chain(
        _missing_version_rights(request, sorted(new)),
        _missing_role_rights(request) if new else (),
        _missing_vpc_rights(request, config),
    )


def create_service_linked_roles(config: Element) -> None:
    """Create the service-linked roles, if `config` has the account's first edge function."""
    if not configuration.edge_function_arns(config):
        return
    for service, name in _missing_roles():
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        path = f"/aws-service-role/{service}/"
        ministack_iam._create_role(
            {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": document}
        )


def _missing_roles() -> list[tuple[str, str]]:
    return [
        (service, name)
        for service, name in _SERVICE_LINKED_ROLES.items()
        if name not in ministack_iam._roles
    ]


def _missing_version_rights(request: Request, version_arns: list[str]) -> Iterator[Refusal]:
    for arn in version_arns:
        for action, sentence in _VERSION_RIGHTS.items():
            if not authorization.is_allowed(request, action, arn):
                yield Refusal(
                    "InvalidLambdaFunctionAssociation",
                    f"{sentence} Update the IAM policy to add permission: {action} "
                    f"for resource: {arn} and try again.",
                )


def _missing_role_rights(request: Request) -> Iterator[Refusal]:
    action = "iam:CreateServiceLinkedRole"
    for service, name in _missing_roles():
        role = f"role/aws-service-role/{service}/{name}"
        arn = f"arn:aws:iam::{request_context.account_id()}:{role}"
        context = {"iam__awsservicename": service}
        if not authorization.is_allowed(request, action, arn, **context):
            yield authorization.denial(request, action, arn)


def _missing_vpc_rights(request: Request, config: Element) -> Iterator[Refusal]:
    action = "cloudfront:GetVpcOrigin"
    for element in config.iter("VpcOriginId"):
        origin = f"vpcorigin/{configuration.text(element, '.')}"
        arn = f"arn:aws:cloudfront::{request_context.account_id()}:{origin}"
        if not authorization.is_allowed(request, action, arn):
            yield authorization.denial(request, action, arn)
