"""
The bypass tokens in the stack's state bucket.

A write has the condition that the stored object still is the one that was read, so that two
operators never lose each other's token (doc: S3 User Guide, conditional-writes).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, error_code, translate_errors
from maintenance.errors import (
    ApplyError,
    ConfigurationError,
    ObservationError,
    StaleObservation,
)
from maintenance.lambda_edge.bypass import TOKENS_KEY, Token, decode_tokens, encode_tokens

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}
# A thousand tokens take a quarter of it.
_LARGEST_BYTES = 1_000_000


class StoredTokens(Struct, frozen=True):
    """The tokens as they were read; `etag` is None if there is no object."""

    tokens: tuple[Token, ...] = ()
    etag: str | None = None


class BypassTokens:
    """Reads and writes them; `client` returns the client when it is first needed."""

    def __init__(self, client: Callable[[], S3Client], *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self.name = f"s3://{bucket}/{TOKENS_KEY}"

    def read(self) -> StoredTokens:
        """Return the tokens; raise ObservationError, or ConfigurationError if they are invalid."""
        client = self._client()
        with translate_errors(ObservationError, f"the bypass tokens {self.name} cannot be read"):
            try:
                answer = client.get_object(Bucket=self._bucket, Key=TOKENS_KEY)
            except client.exceptions.NoSuchKey:
                return StoredTokens()
            is_too_large = answer["ContentLength"] > _LARGEST_BYTES
            body = b"too large" if is_too_large else answer["Body"].read()
        answer["Body"].close()
        try:
            return StoredTokens(decode_tokens(body), answer["ETag"])
        except ConfigurationError as error:
            message = (
                f"the bypass tokens {self.name} are invalid ({error}): restore its last good "
                "version (the bucket is versioned), or delete it, which ends every bypass link"
            )
            raise ConfigurationError(message) from error

    def write(self, tokens: tuple[Token, ...], *, over: StoredTokens) -> None:
        """
        Write the tokens if the stored ones still are those that were read.

        Raises StaleObservation if they are not, ApplyError if S3 refuses otherwise.
        """
        put = functools.partial(
            self._client().put_object,
            Bucket=self._bucket,
            Key=TOKENS_KEY,
            Body=encode_tokens(tokens),
            ContentType="application/json",
        )
        try:
            put(IfNoneMatch="*") if over.etag is None else put(IfMatch=over.etag)
        except CALL_ERRORS as error:
            lost_race = error_code(error) in _LOST_RACE
            message = f"the bypass tokens {self.name} were not written: {error}"
            raise (StaleObservation if lost_race else ApplyError)(message) from error
