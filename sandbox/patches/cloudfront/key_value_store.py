"""
Patch CloudFront KeyValueStore: propagate writes, and refuse what is larger than AWS accepts.

    limit                          refused with
    -----------------------------  ---------------------------------------
    a key of 512 bytes             ValidationException
    a value of 1,024 bytes         ValidationException
    50 keys a request              ValidationException
    3,000,000 bytes a request      ValidationException
    5,000,000 bytes a store        ServiceQuotaExceededException (402)

Source: CloudFront Developer Guide, cloudfront-limits, and botocore's model for the codes. Which
code belongs to which limit is our reading of it.

A deleted store takes its keys with it.
"""

# ruff: noqa: SLF001 - ministack has no public names for what is read here

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from ministack.services import cloudfront, cloudfront_keyvaluestore

from sandbox.api import errors
from sandbox.api.asgi import Response
from sandbox.api.errors import Refusal
from sandbox.api.operations import Request, json_members
from sandbox.cloudfront.store_propagation import StorePropagation
from sandbox.patches.wrap import Forward, Reply, wrap_function, wrap_service
from sandbox.settings import CurrentSettings

_SERVICE = "cloudfront-keyvaluestore"
_OK, _NO_CONTENT = 200, 204
_KEY_BYTES = 512
_VALUE_BYTES = 1_024
_KEYS_A_REQUEST = 50
_REQUEST_BYTES = 3_000_000
_STORE_BYTES = 5_000_000
_PATH = re.compile(r"/key-value-stores/(?P<arn>arn:[^/]+/[^/]+)/keys(?:/(?P<key>.+))?")


def install(stores: StorePropagation, current: CurrentSettings) -> None:
    """Patch the calls of a store's data; writes propagate to `stores`."""

    async def serve(request: Request, forward: Forward) -> Response:
        path = _PATH.match(request.path)
        if not path or request.method == "GET":
            return await forward(request)
        arn = unquote(path["arn"])
        puts, deletes = _changes(request, path["key"])
        refusal = next(_refusals(puts, deletes, _stored(arn), len(request.body)), None)
        if refusal:
            return errors.to_response(refusal, _SERVICE)
        response = await forward(request)
        if response.status == _OK:
            settings = current.now
            stores.accept(
                arn,
                _stored(arn),
                settings.delays(settings.store_seconds),
                missing_seconds=settings.missing_seconds,
            )
        return response

    def patch_delete(delete: Callable[..., Reply]) -> Callable[..., Reply]:
        def delete_with_keys(name: str, headers: Mapping[str, str]) -> Reply:
            arn = cloudfront._kvs_arn(name)
            reply = delete(name, headers)
            if reply[0] == _NO_CONTENT:
                remove_keys(arn, stores)
            return reply

        return delete_with_keys

    wrap_service(cloudfront_keyvaluestore, serve)
    wrap_function(cloudfront, "_delete_kvs", patch_delete)


def remove_keys(arn: str, stores: StorePropagation) -> None:
    """Remove the keys of a store that was deleted, also at the edge."""
    cloudfront_keyvaluestore._stores.pop(arn, None)
    stores.remove(arn)


def _stored(arn: str) -> Mapping[str, str]:
    items: Mapping[str, str] = cloudfront_keyvaluestore._stores.get(arn, {}).get("items", {})
    return items


def _changes(request: Request, key: str | None) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the keys with their values to put, and the keys to delete."""
    members = json_members(request.body)
    if key:
        return [(unquote(key), str(members.get("Value", "")))], []
    puts = [(str(one.get("Key", "")), str(one.get("Value", ""))) for one in _items(members, "Puts")]
    return puts, [str(one.get("Key", "")) for one in _items(members, "Deletes")]


def _items(members: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    return (one for one in members.get(name) or [] if isinstance(one, dict))


def _refusals(
    puts: list[tuple[str, str]], deletes: list[str], stored: Mapping[str, str], body_bytes: int
) -> Iterator[Refusal]:
    if len(puts) + len(deletes) > _KEYS_A_REQUEST:
        yield _invalid(f"A request changes at most {_KEYS_A_REQUEST} keys.")
    if body_bytes > _REQUEST_BYTES:
        yield _invalid(f"A request has at most {_REQUEST_BYTES} bytes.")
    for key in itertools.chain((key for key, _ in puts), deletes):
        if len(key.encode()) > _KEY_BYTES:
            yield _invalid(f"A key has at most {_KEY_BYTES} bytes.")
    for key, value in puts:
        if len(value.encode()) > _VALUE_BYTES:
            yield _invalid(f"The value of {key} has more than {_VALUE_BYTES} bytes.")
    after = {key: value for key, value in {**stored, **dict(puts)}.items() if key not in deletes}
    if sum(len(key.encode()) + len(value.encode()) for key, value in after.items()) > _STORE_BYTES:
        message = f"A store has at most {_STORE_BYTES} bytes."
        yield Refusal("ServiceQuotaExceededException", message, 402)


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)
