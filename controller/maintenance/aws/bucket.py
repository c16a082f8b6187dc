"""
The stack's state bucket in S3: records of displaced functions, and the owner's page files.

    displaced/<distribution id>.json   the record of one distribution; only the controller writes it
    page/<file>                        a file of the owner's page; the controller only reads it
    page-bypass.json                   the bypass tokens (bypass_tokens.py)

A record is written only if the stored one still is the one that was read. S3 refuses the write with
412 if it is not, and with 409 if two conditional writes meet (doc: S3 User Guide,
conditional-writes). Both mean: read again.

The edge function judges what page files contain. Which of them are read at all is judged by their
listing (`page_files`), which is one call, however many there are: folders are not read. The same
call shows whether there are tokens.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from maintenance.aws.errors import CALL_ERRORS, error_code, translate_errors
from maintenance.cloudfront.displaced import (
    DisplacedRecord,
    ReadRecord,
    decode,
    empty_record,
    encode,
)
from maintenance.errors import (
    ApplyError,
    ObservationError,
    PageRefused,
    RecordUnreadable,
    StaleObservation,
)
from maintenance.lambda_edge.page_files import PAGE_PREFIX, page_refusal, page_sizes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef


_LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}
# The record of 75 behaviors with four functions each takes a twentieth of it.
_LARGEST_RECORD_BYTES = 5_000_000
# Page and tokens, and nothing else of ours.
_LISTED = "page"
# Lambda ends a run after 15 minutes, and S3's instants are in seconds.
_LONGEST_RUN = timedelta(minutes=16)


class RecordStore:
    """
    Reads and writes records of displaced functions.

    `client` returns the client when it is first needed: most runs touch no record. `new_write_id`
    returns a fresh random text at each call.
    """

    def __init__(
        self,
        client: Callable[[], S3Client],
        *,
        bucket: str,
        stack: str,
        new_write_id: Callable[[], str],
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._stack = stack
        self._new_write_id = new_write_id

    def read(self, distribution_id: str) -> ReadRecord:
        """Return the record, an empty one if there is none; raise ObservationError."""
        key, record = _record_key(distribution_id), self._name(distribution_id)
        client = self._client()
        with translate_errors(ObservationError, f"{record} cannot be read"):
            try:
                answer = client.get_object(Bucket=self._bucket, Key=key)
                body = _record_body(answer)
            except client.exceptions.NoSuchKey:
                empty = empty_record(stack=self._stack, distribution_id=distribution_id)
                return ReadRecord(empty, None)
        try:
            decoded = decode(body, stack=self._stack, distribution_id=distribution_id)
        except RecordUnreadable as error:
            message = (
                f"{record} cannot be used: {error}. Restore its last good version (the bucket is "
                "versioned): nothing else says what was displaced"
            )
            raise RecordUnreadable(message) from error
        return ReadRecord(decoded, answer["ETag"], is_fresh=_is_fresh(answer))

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> ReadRecord:
        """
        Write the record if the stored one still is the one that was read; return it as stored.

        Raises StaleObservation if it is not, ApplyError if S3 refuses otherwise.
        """
        put = functools.partial(
            self._client().put_object,
            Bucket=self._bucket,
            Key=_record_key(record.distribution_id),
            Body=encode(record, write=self._new_write_id()),
        )
        try:
            answer = put(IfNoneMatch="*") if over.etag is None else put(IfMatch=over.etag)
        except CALL_ERRORS as error:
            message = f"{self._name(record.distribution_id)} was not written: {error}"
            lost_race = error_code(error) in _LOST_RACE
            raise (StaleObservation if lost_race else ApplyError)(message) from error
        return ReadRecord(record, answer["ETag"])

    def _name(self, distribution_id: str) -> str:
        key = _record_key(distribution_id)
        return f"the record of displaced functions s3://{self._bucket}/{key}"


def _record_key(distribution_id: str) -> str:
    return f"displaced/{distribution_id}.json"


def _record_body(answer: GetObjectOutputTypeDef) -> bytes:
    """Return the body, or invalid text if it is too large to be a record and to be held."""
    if answer["ContentLength"] > _LARGEST_RECORD_BYTES:
        answer["Body"].close()
        return b"larger than any record"
    return answer["Body"].read()


def _is_fresh(answer: GetObjectOutputTypeDef) -> bool:
    """Return whether the run that wrote the object may not have ended, by S3's own clock."""
    present = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return present - answer["LastModified"] <= _LONGEST_RUN


class PageFiles:
    """
    Reads the files of the owner's page.

    `client` returns the client when it is first needed: most wakeups need no page.
    """

    def __init__(self, client: Callable[[], S3Client], *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._unreadable = f"the page in s3://{bucket}/{PAGE_PREFIX} cannot be read"

    def read(self) -> dict[str, bytes]:
        """
        Return the files by name, without `page/`; an empty dict if there are none.

        Raises PageRefused if there is anything else or too much, or ObservationError if the bucket
        cannot be read.
        """
        return self.read_listed(self.list())

    def read_listed(self, sizes: Mapping[str, int]) -> dict[str, bytes]:
        """Do the same for files that have been listed."""
        refusal = page_refusal(sizes)
        if refusal:
            raise PageRefused(refusal)
        with translate_errors(ObservationError, self._unreadable):
            return {name: self._content(name) for name in sizes}

    def list(self) -> dict[str, int]:
        """Return the size of each object by name, 0 of a folder; raise ObservationError."""
        return page_sizes(self.list_with_tokens())

    def list_with_tokens(self) -> dict[str, int]:
        """Return the size of each object by key, also of the bypass tokens: one call's worth."""
        with translate_errors(ObservationError, self._unreadable):
            listing = self._client().list_objects_v2(Bucket=self._bucket, Prefix=_LISTED)
            return {each["Key"]: each["Size"] for each in listing.get("Contents", [])}

    def _content(self, name: str) -> bytes:
        key = f"{PAGE_PREFIX}{name}"
        return self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read()
