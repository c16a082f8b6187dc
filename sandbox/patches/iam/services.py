"""
Evaluate what AWS's services may do for a customer, without a request of a caller.

    who acts             needs
    -------------------  ------------------------------------------------------
    a service in a role  the role's trust in the service, and its policies
    a service as itself  the resource's own policy, which names the service

ministack evaluates requests, but not what it does by itself.
Source: IAM User Guide, reference_policies_elements_principal and confused-deputy.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is read here

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, lambda_svc, sqs

from sandbox.patches import request_context


def role_allows(role_arn: str, action: str, resource_arn: str) -> bool:
    """Return whether the policies of a role of this account allow `action` on `resource_arn`."""
    policies = iam_evaluator._gather_role_policies(
        _role_name(role_arn), request_context.account_id()
    )
    context = _context(role_arn, "AssumedRole", action, resource_arn, "")
    return bool(iam_evaluator.evaluate(context, policies).decision == "Allow")


def role_trusts(role_arn: str, service: str, source_arn: str) -> bool:
    """Return whether `service` may assume a role of this account for the resource `source_arn`."""
    role = iam._roles.get(_role_name(role_arn))
    if role is None:
        return False
    context = _context("", "Service", "sts:AssumeRole", role_arn, source_arn)
    return _policy_allows(role["AssumeRolePolicyDocument"], context, service)


def function_allows(function_arn: str, service: str, source_arn: str) -> bool:
    """Return whether the policy of a function lets `service` invoke it for `source_arn`."""
    found = lambda_svc.function_policy_for_arn(function_arn)
    if found is None:
        return False
    context = _context("", "Service", "lambda:InvokeFunction", function_arn, source_arn)
    return _policy_allows(found[0], context, service)


def queue_allows(queue_arn: str, service: str, source_arn: str) -> bool:
    """Return whether the policy of a queue lets `service` send to it for `source_arn`."""
    account_id = request_context.account_id()
    return bool(sqs.queue_policy_allows(queue_arn, service, source_arn, account_id))


def _context(
    principal_arn: str, kind: str, action: str, resource_arn: str, source_arn: str
) -> iam_evaluator.EvalContext:
    account_id = request_context.account_id()
    source = {"aws:sourcearn": source_arn, "aws:sourceaccount": account_id} if source_arn else {}
    return iam_evaluator.EvalContext(
        principal_arn=principal_arn,
        principal_type=kind,
        principal_account=account_id,
        action=action,
        resource_arn=resource_arn,
        region=request_context.region(),
        service_context=source,
    )


def _policy_allows(policy: Any, context: iam_evaluator.EvalContext, service: str) -> bool:  # noqa: ANN401 - JSON, or what it says
    result = iam_evaluator.evaluate_resource_policy(policy, context, service=service)
    return bool(result.decision == "Allow")


def _role_name(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]
