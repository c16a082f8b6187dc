"""
The key-value store that the standby engine's function reads at each edge.

CloudFront accepts a write only with the ETag of the whole store (model:
cloudfront-keyvaluestore), so of two writers the second one gets a conflict, and starts over from
reading.

The client is botocore's, without its signature: that would need awscrt. Each attempt is signed by
`sigv4a` when it is sent. Each account has a host name of its own. An endpoint
from AWS_ENDPOINT_URL gets the calls of all accounts, as 127.0.0.1 can have no such prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from msgspec import Struct

from maintenance.aws.clients import CLIENT
from maintenance.aws.errors import CALL_ERRORS, CallError, error_code
from maintenance.aws.standby.sigv4a import Keys, Request, sign_request
from maintenance.errors import (
    ApplyError,
    MaintenanceError,
    ObservationError,
    StaleObservation,
    Throttled,
)
from maintenance.standby.changes import KEYS_PER_REQUEST, KeyChanges, requests_of

if TYPE_CHECKING:
    from datetime import datetime

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.credentials import Credentials
    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient as Client

# The configuration of a client: botocore does not sign, see `sign_calls`.
STORE_CLIENT = CLIENT.merge(Config(signature_version=UNSIGNED))
_SERVICE = "cloudfront-keyvaluestore"
_AWS = ".api.aws"
_ACCOUNT = re.compile(r"(?<=://)\d{12}\.")
_PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0)
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException"}
_HINTS = {
    "AccessDeniedException": "give the controller's role that permission (docs/iam.md)",
    "ResourceNotFoundException": "delete the stack (docs/remove.md) and deploy it again",
    "ServiceQuotaExceededException": "a store has 5 MB: remove keys that others wrote into it",
}


class StoreDescription(Struct, frozen=True):
    """The size of the store's keys and values in bytes, and the ETag that a write must name."""

    etag: str
    keys: int
    size_bytes: int


class KeyValueStore:
    """
    Reads and changes the keys of one store; `client` returns the client when it is first needed.

    `sleep` waits for a number of seconds; `jitter` returns a number from 0 to 1.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        *,
        arn: str,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._client = client
        self._arn = arn
        self._sleep = sleep
        self._jitter = jitter

    def describe(self) -> StoreDescription:
        """Return the store's size and ETag; raise ObservationError or Throttled."""
        try:
            found = self._client().describe_key_value_store(KvsARN=self._arn)
        except CALL_ERRORS as error:
            self._raise_unread(error)
        return StoreDescription(found["ETag"], found["ItemCount"], found["TotalSizeInBytes"])

    def read_key(self, key: str) -> str | None:
        """Return a value, None if there is no such key; raise ObservationError or Throttled."""
        client = self._client()
        try:
            return client.get_key(KvsARN=self._arn, Key=key)["Value"]
        except client.exceptions.ResourceNotFoundException:
            # A store that does not exist has the same answer.
            self.describe()
            return None
        except CALL_ERRORS as error:
            self._raise_unread(error)

    def read_keys(self) -> dict[str, str]:
        """
        Return all values by key; raise ObservationError or Throttled.

        Costs a call for each 50 keys (0.001 US dollars each).
        """
        pages = self._client().get_paginator("list_keys")
        try:
            return {
                each["Key"]: each["Value"]
                for page in pages.paginate(
                    KvsARN=self._arn, PaginationConfig={"PageSize": KEYS_PER_REQUEST}
                )
                for each in page["Items"]
            }
        except CALL_ERRORS as error:
            self._raise_unread(error)

    def apply(self, plan: Callable[[], Iterable[KeyChanges]]) -> None:
        """
        Make the changes that `plan` returns, each after all before it.

        `plan` reads what it needs. After a conflict with another writer it is called again, as a
        part of its changes may have been made. Raises StaleObservation if other writers always come
        first, Throttled, ObservationError or ApplyError.
        """
        for pause in _PAUSES_SECONDS:
            try:
                return self._apply(plan)
            except StaleObservation:
                self._sleep(pause * (0.5 + self._jitter()))
        return self._apply(plan)

    def _apply(self, plan: Callable[[], Iterable[KeyChanges]]) -> None:
        # Before the plan reads, so that a write after its reading is a conflict.
        etag = self.describe().etag
        for changes in requests_of(plan()):
            etag = self._update(changes, etag)

    def _update(self, changes: KeyChanges, etag: str) -> str:
        """Return the ETag of the store after the change."""
        try:
            answer = self._client().update_keys(
                KvsARN=self._arn,
                IfMatch=etag,
                Puts=[{"Key": key, "Value": value} for key, value in changes.puts.items()],
                Deletes=[{"Key": key} for key in changes.deletes],
            )
        except CALL_ERRORS as error:
            is_stale = error_code(error) == "ConflictException"
            kind = StaleObservation if is_stale else _kind(error, ApplyError)
            raise kind(self._sentence("was not changed", error)) from error
        return answer["ETag"]

    def _raise_unread(self, error: CallError) -> NoReturn:
        kind = _kind(error, ObservationError)
        raise kind(self._sentence("cannot be read", error)) from error

    def _sentence(self, what: str, error: CallError) -> str:
        hint = _HINTS.get(error_code(error))
        return f"the key-value store {self._arn} {what}: {error}" + (f" - {hint}" if hint else "")


def sign_calls(
    client: Client, credentials: Callable[[], Credentials | None], clock: Callable[[], datetime]
) -> Client:
    """Return the client, made with STORE_CLIENT, whose calls are signed with these credentials."""

    def sign(request: AWSPreparedRequest, **_: object) -> None:
        found = credentials()
        if found is None:
            raise NoCredentialsError
        # Read for each request, as temporary credentials change after some hours.
        frozen = found.get_frozen_credentials()
        keys = Keys(frozen.access_key or "", frozen.secret_key or "", frozen.token)
        if _AWS not in request.url:
            request.url = _ACCOUNT.sub("", request.url)
        for name, value in sign_request(_read(request), _SERVICE, keys, clock()).items():
            request.headers[name] = value

    client.meta.events.register("before-send", sign)
    return client


def _read(request: AWSPreparedRequest) -> Request:
    # botocore has bytes where its stub says str.
    headers: dict[str, Any] = dict(request.headers.items())
    body: Any = request.body
    return Request(
        request.method or "",
        request.url,
        {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in headers.items()
        },
        body or b"",
    )


def _kind(error: CallError, other: type[MaintenanceError]) -> type[MaintenanceError]:
    return Throttled if error_code(error) in _THROTTLED else other
