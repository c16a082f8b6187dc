"""
Patch CloudFormation: distributions follow CloudFront's rules, and a failed deletion stops.

ministack writes a stack's distributions into CloudFront's store without calling CloudFront. Here
they are checked, get their defaults and deploy as if the API had made them. A refusal fails the
resource, and so the stack, with CloudFront's sentence.

When a resource fails to delete, ministack goes on and deletes what that resource depends on.
CloudFormation keeps it, so that the deletion can be tried again: a custom resource needs its
function for that.

A change set of ministack lists resources whose condition is false. CloudFormation ignores these
(doc: CloudFormation User Guide, conditions-section-structure).
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import itertools
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation, cloudfront
from ministack.services.cloudformation import changesets, engine, provisioners, stacks

from sandbox.cloudfront import configuration, defaults
from sandbox.cloudfront.association_rules import association_refusals
from sandbox.cloudfront.distribution_rules import (
    alias_refusals,
    config_refusals,
    create_refusals,
)
from sandbox.patches.cloudfront.distributions import Distributions
from sandbox.patches.cloudfront.records import (
    CallingAccount,
    find_record,
    other_aliases,
    read_config,
)
from sandbox.patches.wrap import wrap_function

# The physical id of a resource and its attributes.
type _Created = tuple[str, dict[str, Any]]


class StackDistributions:
    """The distributions of stacks; `distributions` deploys what is accepted."""

    def __init__(self, distributions: Distributions) -> None:
        self._distributions = distributions

    def install(self) -> None:
        """Patch what creates, updates and deletes the resources of a stack."""
        handlers = provisioners._RESOURCE_HANDLERS["AWS::CloudFront::Distribution"]
        wrap_function(handlers, "create", self._patch_create)
        wrap_function(handlers, "update", self._patch_update)
        wrap_function(handlers, "delete", self._patch_delete)
        wrap_function(stacks, "_delete_resource", _patch_delete_resource)
        wrap_function(changesets, "_resolve_props_for_diff", _patch_resources_to_compare)

    def _patch_create(self, create: Callable[..., _Created]) -> Callable[..., _Created]:
        def create_checked(*arguments: object) -> _Created:
            created = create(*arguments)
            try:
                self._check_and_deploy(created[0])
            except ValueError:
                cloudfront._distributions.pop(created[0], None)
                raise
            return created

        return create_checked

    def _patch_update(self, update: Callable[..., _Created]) -> Callable[..., _Created]:
        def update_checked(physical_id: str, *arguments: object, **named: object) -> _Created:
            before = dict(find_record(physical_id) or {})
            updated = update(physical_id, *arguments, **named)
            try:
                self._check_and_deploy(updated[0])
            except ValueError:
                cloudfront._distributions[updated[0]].update(before)
                raise
            return updated

        return update_checked

    def _patch_delete(self, delete: Callable[..., None]) -> Callable[..., None]:
        def delete_served(physical_id: str, *arguments: object) -> None:
            self._distributions.remove(physical_id)
            delete(physical_id, *arguments)

        return delete_served

    def _check_and_deploy(self, distribution_id: str) -> None:
        """Check, fill and deploy what is stored; ministack fails a resource on a ValueError."""
        record = cloudfront._distributions[distribution_id]
        config = read_config(record)
        refusals = itertools.chain(
            create_refusals(config),
            config_refusals(config),
            alias_refusals(config, other_aliases(distribution_id)),
            association_refusals(config, CallingAccount()),
        )
        refusal = next(refusals, None)
        if refusal:
            raise ValueError(f"Invalid request provided: {refusal.code}: {refusal.message}")
        defaults.fill(config)
        record["config_xml"] = configuration.write(config).decode()
        self._distributions.deploy(distribution_id)


def _patch_resources_to_compare(
    resolve: Callable[..., dict[str, Any]],
) -> Callable[..., dict[str, Any]]:
    def resolve_existing(
        template: dict[str, Any], parameters: dict[str, Any], *stack: str
    ) -> dict[str, Any]:
        conditions = engine._evaluate_conditions(template, parameters)
        resources = resolve(template, parameters, *stack).get("Resources", {})
        return {
            "Resources": {
                name: each
                for name, each in resources.items()
                if conditions.get(each.get("Condition"), True)
            }
        }

    return resolve_existing


def _patch_delete_resource(delete_resource: Callable[..., None]) -> Callable[..., None]:
    def delete(kind: str, physical_id: str, properties: object, stack: str, name: str) -> None:
        needed_by = _find_failed_dependent(stack, name)
        if needed_by:
            raise ValueError(f"Kept, because {needed_by} depends on it and failed to delete.")
        delete_resource(kind, physical_id, properties, stack, name)

    return delete


def _find_failed_dependent(stack_name: str, logical_id: str) -> str:
    """Return a resource that depends on this one and failed to delete, or ''."""
    stack = cloudformation._stacks.get(stack_name) or {}
    if stack.get("StackStatus") != "DELETE_IN_PROGRESS":
        return ""
    definitions = (stack.get("_template") or {}).get("Resources", {})
    resources = stack.get("_resources", {})
    for other, resource in resources.items():
        has_failed = other != logical_id and resource.get("ResourceStatus") == "DELETE_FAILED"
        needed = stacks._with_dependencies([other], definitions, set(resources))
        if has_failed and logical_id in needed:
            return str(other)
    return ""
