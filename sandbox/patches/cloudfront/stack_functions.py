"""
Patch CloudFormation's CloudFront Functions and key-value stores.

ministack writes them into CloudFront's stores without calling CloudFront. Here a function

- has 10 KB at most, and reaches the edge as if PublishFunction had been called;
- cannot be deleted while a behavior has it;
- has its ARN as physical id, so that Ref returns that (doc: CloudFormation Template Reference,
  aws-resource-cloudfront-function; its primary identifier is FunctionARN).

A store cannot take the place of one that exists, nor be deleted while a function reads it. Its ARN
ends in an id, not in its name (doc: CloudFront API Reference, KeyValueStoreAssociation).
"""

# ruff: noqa: SLF001 - ministack has no public names for what is patched here

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import cloudfront, cloudfront_keyvaluestore
from ministack.services.cloudformation import provisioners

from sandbox.api.errors import Refusal
from sandbox.cloudfront.store_propagation import StorePropagation
from sandbox.patches.cloudfront.functions import Functions, in_use, too_large
from sandbox.patches.cloudfront.key_value_store import remove_keys
from sandbox.patches.cloudfront.records import users_of_store
from sandbox.patches.wrap import wrap_function

# The physical id of a resource and its attributes.
type _Created = tuple[str, dict[str, Any]]


class StackFunctions:
    """The functions and stores of stacks; `functions` publishes to the edge."""

    def __init__(self, functions: Functions, stores: StorePropagation) -> None:
        self._functions = functions
        self._stores = stores

    def install(self) -> None:
        """Patch what creates, updates and deletes the resources of a stack, and ARNs of stores."""
        functions = provisioners._RESOURCE_HANDLERS["AWS::CloudFront::Function"]
        wrap_function(functions, "create", self._patch_create)
        wrap_function(functions, "update", self._patch_update)
        wrap_function(functions, "delete", self._patch_delete)
        stores = provisioners._RESOURCE_HANDLERS["AWS::CloudFront::KeyValueStore"]
        wrap_function(stores, "create", _patch_create_store)
        wrap_function(stores, "delete", self._patch_delete_store)
        wrap_function(cloudfront, "_kvs_arn", _patch_store_arn)
        wrap_function(cloudfront_keyvaluestore, "_kvs_name_from_arn", _patch_store_name)

    def _patch_create(self, create: Callable[..., _Created]) -> Callable[..., _Created]:
        def create_limited(logical_id: str, properties: Mapping[str, Any], stack: str) -> _Created:
            _check_size(properties)
            return self._published(create(logical_id, properties, stack), properties)

        return create_limited

    def _patch_update(self, update: Callable[..., _Created]) -> Callable[..., _Created]:
        def update_limited(
            physical_id: str,
            before: Mapping[str, Any],
            after: Mapping[str, Any],
            *stack: str,
            **named: str,
        ) -> _Created:
            _check_size(after)
            return self._published(
                update(_name(physical_id), before, after, *stack, **named), after
            )

        return update_limited

    def _patch_delete(self, delete: Callable[..., None]) -> Callable[..., None]:
        def delete_unused(physical_id: str, properties: object) -> None:
            name = _name(physical_id)
            _raise(in_use(name))
            delete(name, properties)
            self._functions.remove(name)

        return delete_unused

    def _published(self, created: _Created, properties: Mapping[str, Any]) -> _Created:
        name, attributes = created
        if str(properties.get("AutoPublish", "")).lower() == "true":
            self._functions.publish(name)
        return attributes["FunctionARN"], attributes

    def _patch_delete_store(self, delete: Callable[..., None]) -> Callable[..., None]:
        def delete_unused(name: str, properties: object) -> None:
            arn = cloudfront._kvs_arn(name)
            if users_of_store(arn):
                message = "The key value store is associated with a function."
                _raise(Refusal("CannotDeleteEntityWhileInUse", message, 409))
            delete(name, properties)
            remove_keys(arn, self._stores)

        return delete_unused


def _patch_create_store(create: Callable[..., _Created]) -> Callable[..., _Created]:
    def create_new(logical_id: str, properties: Mapping[str, Any], stack: str) -> _Created:
        name = properties.get("Name")
        if name in cloudfront._kvstores:
            message = f"A key value store with name {name} already exists."
            _raise(Refusal("EntityAlreadyExists", message, 409))
        return create(logical_id, properties, stack)

    return create_new


def _patch_store_arn(by_name: Callable[[str], str]) -> Callable[[str], str]:
    def find_or_make(name: str) -> str:
        store = cloudfront._kvstores.get(name)
        return str(store["ARN"]) if store else by_name(str(uuid.uuid4()))

    return find_or_make


def _patch_store_name(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def find(arn: str) -> Any:  # noqa: ANN401 - ministack's own pair of name and refusal
        stores = cloudfront._kvstores.values()
        names = [store["Name"] for store in stores if store["ARN"] == arn]
        return (names[0], None) if names else read(arn)

    return find


def _check_size(properties: Mapping[str, Any]) -> None:
    _raise(too_large(str(properties.get("FunctionCode", "")).encode()))


def _raise(refusal: Refusal | None) -> None:
    """Fail the resource: ministack does so on a ValueError."""
    if refusal:
        raise ValueError(f"Invalid request provided: {refusal.code}: {refusal.message}")


def _name(function_arn: str) -> str:
    return function_arn.rpartition("/")[2]
