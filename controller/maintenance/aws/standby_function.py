"""
The code of the standby engine's CloudFront Function: what visitors get, and how it is published.

A function has two stages and no versions (doc: CloudFront Developer Guide, update-function,
publish-function). DEVELOPMENT is what was updated last, and LIVE what was published. An update and
a publish need the ETag of DEVELOPMENT, so of two writers the second one starts over from reading.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, CallError, error_code
from maintenance.errors import (
    ApplyError,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

_PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0)
_STALE = {"PreconditionFailed", "InvalidIfMatchVersion"}
_THROTTLED = {"Throttling", "ThrottlingException"}
_HINTS = {
    "AccessDenied": "give the controller's role that permission (docs/iam.md)",
    "NoSuchFunctionExists": "deploy the stack again, which creates it",
    "FunctionSizeLimitExceeded": "make a smaller program with site-maintenance standby compose",
}


class LiveCode(Struct, frozen=True):
    """The code that visitors get, or will once it has reached every edge, and since when."""

    code: bytes
    published: datetime


class StandbyFunctionCode:
    """
    Reads and publishes the code of one function; `client` returns the client at its first use.

    `sleep` waits for a number of seconds; `jitter` returns a number from 0 to 1.
    """

    def __init__(
        self,
        client: Callable[[], CloudFrontClient],
        *,
        name: str,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        self._jitter = jitter

    def read_live(self) -> LiveCode:
        """Return what is published; raise ObservationError or Throttled."""
        try:
            described = self._client().describe_function(Name=self._name, Stage="LIVE")
            code = self._client().get_function(Name=self._name, Stage="LIVE")["FunctionCode"].read()
        except CALL_ERRORS as error:
            raise self._error("cannot be read", error, ObservationError) from error
        metadata = described["FunctionSummary"]["FunctionMetadata"]
        return LiveCode(code, metadata["LastModifiedTime"])

    def publish(self, make: Callable[[], bytes]) -> None:
        """
        Publish the code that `make` returns; its comment, runtime and store stay.

        `make` reads what it needs. After a conflict with another writer it is called again. Raises
        StaleObservation if other writers always come first, Throttled, ObservationError or
        ApplyError; what `make` raises passes.
        """
        for pause in _PAUSES_SECONDS:
            try:
                return self._publish(make)
            except StaleObservation:
                self._sleep(pause * (0.5 + self._jitter()))
        return self._publish(make)

    def _publish(self, make: Callable[[], bytes]) -> None:
        client = self._client()
        try:
            # Before `make` reads, so that a publish after its reading is a conflict.
            described = client.describe_function(Name=self._name, Stage="DEVELOPMENT")
        except CALL_ERRORS as error:
            raise self._error("cannot be read", error, ObservationError) from error
        code = make()
        try:
            updated = client.update_function(
                Name=self._name,
                IfMatch=described["ETag"],
                FunctionConfig=described["FunctionSummary"]["FunctionConfig"],
                FunctionCode=code,
            )
            client.publish_function(Name=self._name, IfMatch=updated["ETag"])
        except CALL_ERRORS as error:
            raise self._error("was not published", error, ApplyError) from error

    def _error(self, what: str, error: CallError, kind: type[MaintenanceError]) -> MaintenanceError:
        code = error_code(error)
        if code in _STALE:
            kind = StaleObservation
        elif code in _THROTTLED:
            kind = Throttled
        hint = f" - {_HINTS[code]}" if code in _HINTS else ""
        return kind(f"the CloudFront Function {self._name} {what}: {error}{hint}")
