"""
What AWS's services may do on a customer's behalf, judged without a caller's request.

    who acts                            is let by
    ----------------------------------  ------------------------------------------------------------
    a service in a role                 the role's trust in the service, and the role's policies
    a service as itself                 the resource's own policy, which names the service

ministack judges requests, and what it carries out by itself it does not judge.
Source: IAM User Guide, reference_policies_elements_principal and confused-deputy.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is asked here

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, lambda_svc, sqs

from sandbox.patches import seam


def role_may(role_arn: str, action: str, resource_arn: str) -> bool:
    """Say whether the policies of a role of this account allow `action` on `resource_arn`."""
    policies = iam_evaluator._gather_role_policies(_name(role_arn), seam.account_id())
    context = _context(role_arn, "AssumedRole", action, resource_arn, "")
    return bool(iam_evaluator.evaluate(context, policies).decision == "Allow")


def trusts(role_arn: str, service: str, source_arn: str) -> bool:
    """Say whether `service` may assume a role of this account for the resource `source_arn`."""
    role = iam._roles.get(_name(role_arn))
    if role is None:
        return False
    context = _context("", "Service", "sts:AssumeRole", role_arn, source_arn)
    return _allows(role["AssumeRolePolicyDocument"], context, service)


def function_admits(function_arn: str, service: str, source_arn: str) -> bool:
    """Say whether the policy of a function lets `service` invoke it for `source_arn`."""
    found = lambda_svc.function_policy_for_arn(function_arn)
    if found is None:
        return False
    context = _context("", "Service", "lambda:InvokeFunction", function_arn, source_arn)
    return _allows(found[0], context, service)


def queue_admits(queue_arn: str, service: str, source_arn: str) -> bool:
    """Say whether the policy of a queue lets `service` send to it for `source_arn`."""
    account_id = seam.account_id()
    return bool(sqs.queue_policy_allows(queue_arn, service, source_arn, account_id))


def _context(
    principal_arn: str, kind: str, action: str, resource_arn: str, source_arn: str
) -> iam_evaluator.EvalContext:
    account_id = seam.account_id()
    source = {"aws:sourcearn": source_arn, "aws:sourceaccount": account_id} if source_arn else {}
    return iam_evaluator.EvalContext(
        principal_arn=principal_arn,
        principal_type=kind,
        principal_account=account_id,
        action=action,
        resource_arn=resource_arn,
        region=seam.region(),
        service_context=source,
    )


def _allows(policy: Any, context: iam_evaluator.EvalContext, service: str) -> bool:  # noqa: ANN401 - JSON, or what it says
    judged = iam_evaluator.evaluate_resource_policy(policy, context, service=service)
    return bool(judged.decision == "Allow")


def _name(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]
