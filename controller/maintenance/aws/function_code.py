"""
The code of the standby engine's CloudFront Function, and how it is published.

    DescribeFunction     of the stage DEVELOPMENT: its ETag and its configuration, with the store
    UpdateFunction       on the condition of that ETag; changes DEVELOPMENT only
    PublishFunction      on the condition of the ETag after that; copies DEVELOPMENT to LIVE

Of two writers the second one gets a conflict, and starts over from reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, CallError, error_code
from maintenance.errors import ApplyError, MaintenanceError, ObservationError, StaleObservation

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

_STALE = {"PreconditionFailed", "InvalidIfMatchVersion"}
_HINTS = {
    "AccessDenied": "give the controller's role that permission (docs/iam.md)",
    "NoSuchFunctionExists": "delete the stack (docs/remove.md) and deploy it again",
    "FunctionSizeLimitExceeded": "shorten 'allowed_paths', or what is composed with it",
}


def _etag(answer: Mapping[str, Any]) -> str:
    """Return the ETag after an update; botocore's model looks for it in a header ETtag."""
    headers: Mapping[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return headers.get("etag") or headers["ettag"]


def _stores(config: Mapping[str, Any]) -> set[str]:
    """Return the ARNs of the stores that a function reads; it may have one."""
    found = config.get("KeyValueStoreAssociations", {}).get("Items", [])
    return {each["KeyValueStoreARN"] for each in found}


class LiveCode(Struct, frozen=True):
    """
    The code that visitors get, and when it was published.

    The code is empty if the function was never published, or if it has lost its store: without the
    store it cannot follow the switch.
    """

    code: bytes
    published: datetime | None


class Development(Struct, frozen=True):
    """The stage DEVELOPMENT as it was read; an update names its ETag."""

    etag: str
    config: Mapping[str, Any]


class FunctionCode:
    """Reads, updates and publishes the function; `client` returns the client when needed."""

    def __init__(
        self, client: Callable[[], CloudFrontClient], *, name: str, store_arn: str
    ) -> None:
        self._client = client
        self._name = name
        self._store_arn = store_arn

    def read_live(self) -> LiveCode:
        """Return the published code; raise ObservationError."""
        client = self._client()
        try:
            answer = client.get_function(Name=self._name, Stage="LIVE")
            code = answer["FunctionCode"].read()
            described = client.describe_function(Name=self._name, Stage="LIVE")
        except CALL_ERRORS as error:
            if error_code(error) == "NoSuchFunctionExists":
                return LiveCode(b"", None)
            raise ObservationError(self._sentence("cannot be read", error)) from error
        summary = described["FunctionSummary"]
        published = summary["FunctionMetadata"]["LastModifiedTime"]
        is_ours = self._store_arn in _stores(summary["FunctionConfig"])
        return LiveCode(code if is_ours else b"", published)

    def read_development(self) -> Development:
        """Return what an update has to name; raise ObservationError."""
        try:
            found = self._client().describe_function(Name=self._name, Stage="DEVELOPMENT")
        except CALL_ERRORS as error:
            raise ObservationError(self._sentence("cannot be read", error)) from error
        return Development(found["ETag"], found["FunctionSummary"]["FunctionConfig"])

    def publish(self, code: bytes, *, over: Development) -> None:
        """
        Update the function, with the store, and publish it.

        Raises StaleObservation or ApplyError.
        """
        client = self._client()
        config: Any = over.config
        if self._store_arn not in _stores(config):
            stores = {"Quantity": 1, "Items": [{"KeyValueStoreARN": self._store_arn}]}
            config = {**config, "KeyValueStoreAssociations": stores}
        try:
            updated = client.update_function(
                Name=self._name, IfMatch=over.etag, FunctionConfig=config, FunctionCode=code
            )
            client.publish_function(Name=self._name, IfMatch=_etag(updated))
        except CALL_ERRORS as error:
            raise self._refusal(error) from error

    def _refusal(self, error: CallError) -> MaintenanceError:
        kind = StaleObservation if error_code(error) in _STALE else ApplyError
        return kind(self._sentence("was not published", error))

    def _sentence(self, what: str, error: CallError) -> str:
        hint = _HINTS.get(error_code(error))
        sentence = f"the function {self._name} {what}: {error}"
        return f"{sentence} - {hint}" if hint else sentence
