"""
CloudFormation over ministack: distributions keep CloudFront's rules, failed deletions stop.

ministack writes a stack's distributions into CloudFront's store without CloudFront being asked.
Here they are checked and filled like those of the API, and deploy like them; a refusal fails the
resource, and so the stack, with CloudFront's sentence.

When a resource fails to delete, ministack goes on and deletes what it depends on; CloudFormation
keeps that, so that the deletion can be tried again. A custom resource needs its function for it.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is surrounded here

import itertools
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation, cloudfront
from ministack.services.cloudformation import provisioners, stacks

from sandbox.cloudfront import configuration, defaults
from sandbox.cloudfront.association_rules import association_refusals
from sandbox.cloudfront.distribution_rules import config_refusals
from sandbox.patches import seam
from sandbox.patches.cloudfront import Distributions, ServedAccount, config_of, record_of

type _Made = tuple[str, dict[str, Any]]


class StackDistributions:
    """The distributions of stacks; `distributions` deploys what is accepted."""

    def __init__(self, distributions: Distributions) -> None:
        self._distributions = distributions

    def install(self) -> None:
        """Surround what makes, changes and deletes the resources of a stack."""
        table = provisioners._RESOURCE_HANDLERS["AWS::CloudFront::Distribution"]
        seam.surround(table, "create", self._creating)
        seam.surround(table, "update", self._updating)
        seam.surround(table, "delete", self._deleting)
        seam.surround(stacks, "_delete_resource", _keeping)

    def _creating(self, create: Callable[..., _Made]) -> Callable[..., _Made]:
        def create_checked(*parts: object) -> _Made:
            made = create(*parts)
            try:
                self._settle(made[0])
            except ValueError:
                cloudfront._distributions.pop(made[0], None)
                raise
            return made

        return create_checked

    def _updating(self, update: Callable[..., _Made]) -> Callable[..., _Made]:
        def update_checked(physical_id: str, *parts: object, **named: object) -> _Made:
            before = dict(record_of(physical_id) or {})
            made = update(physical_id, *parts, **named)
            try:
                self._settle(made[0])
            except ValueError:
                cloudfront._distributions[made[0]].update(before)
                raise
            return made

        return update_checked

    def _deleting(self, delete: Callable[..., None]) -> Callable[..., None]:
        def delete_noted(physical_id: str, *parts: object) -> None:
            self._distributions.forget(physical_id)
            delete(physical_id, *parts)

        return delete_noted

    def _settle(self, distribution_id: str) -> None:
        """Check and fill what was stored; a ValueError is how ministack fails a resource."""
        record = cloudfront._distributions[distribution_id]
        config = config_of(record)
        checks = config_refusals(config), association_refusals(config, ServedAccount())
        refusal = next(itertools.chain(*checks), None)
        if refusal:
            raise ValueError(f"Invalid request provided: {refusal.code}: {refusal.message}")
        defaults.fill(config)
        record["config_xml"] = configuration.write(config).decode()
        self._distributions.accept(distribution_id)


def _keeping(delete_resource: Callable[..., None]) -> Callable[..., None]:
    def delete(kind: str, physical_id: str, properties: object, stack: str, name: str) -> None:
        needed_by = _failed_dependent(stack, name)
        if needed_by:
            raise ValueError(f"Kept, because {needed_by} depends on it and failed to delete.")
        delete_resource(kind, physical_id, properties, stack, name)

    return delete


def _failed_dependent(stack_name: str, logical_id: str) -> str:
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
