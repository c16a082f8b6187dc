"""
The notes in the state bucket, one object per distribution, written only under a condition.

S3 refuses the write with 412 when the object is not the one that was read, and with 409 when two
conditional writes meet (doc: S3 User Guide, conditional-writes). Both mean: observe again.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from maintenance.aws.errors import CALL_ERRORS
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
from maintenance.lambda_edge.package import ANNOUNCEMENT_FILE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, ObjectTypeDef

_LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}
# The note of 75 behaviors with four functions each takes a twentieth of it.
_LARGEST_BYTES = 5_000_000


class RecordStore:
    """
    The adapter. `new_write_id` returns a fresh random text at each call.

    `client` returns the client, and is called when it is first needed: most runs touch no note.
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
        """Return the note, an empty one if there is none; raise ObservationError."""
        key = _key(distribution_id)
        client = self._client()
        try:
            answer = client.get_object(Bucket=self._bucket, Key=key)
            body = _read(answer)
        except client.exceptions.NoSuchKey:
            return ReadRecord(
                empty_record(stack=self._stack, distribution_id=distribution_id), None
            )
        except CALL_ERRORS as error:
            raise ObservationError(
                f"the note {self._where(key)} cannot be read: {error}"
            ) from error
        try:
            record = decode(body, stack=self._stack, distribution_id=distribution_id)
        except RecordUnreadable as error:
            message = (
                f"the note {self._where(key)} cannot be used: {error}. Bring back its last good "
                "version (the bucket is versioned); without it nobody knows what was displaced"
            )
            raise RecordUnreadable(message) from error
        return ReadRecord(record, answer["ETag"])

    def write(self, record: DisplacedRecord, *, over: ReadRecord) -> None:
        """
        Write the note if the stored one still is the one that was read.

        Raises StaleObservation if it is not, ApplyError if S3 refuses otherwise.
        """
        key = _key(record.distribution_id)
        body = encode(record, write=self._new_write_id())
        put = functools.partial(self._client().put_object, Bucket=self._bucket, Key=key, Body=body)
        try:
            if over.etag is None:
                put(IfNoneMatch="*")
            else:
                put(IfMatch=over.etag)
        except ClientError as error:
            message = f"the note {self._where(key)} was not written: {error}"
            lost_race = error.response["Error"]["Code"] in _LOST_RACE
            raise (StaleObservation if lost_race else ApplyError)(message) from error
        except CALL_ERRORS as error:
            raise ApplyError(f"the note {self._where(key)} was not written: {error}") from error

    def _where(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def _read(answer: GetObjectOutputTypeDef) -> bytes:
    """Return the body; what is larger than any note is none, and does not fill the memory."""
    if answer["ContentLength"] > _LARGEST_BYTES:
        answer["Body"].close()
        return b"larger than any note"
    return answer["Body"].read()


def _key(distribution_id: str) -> str:
    return f"displaced/{distribution_id}.json"


_PREFIX = "page/"


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


# CloudFront takes answers of 40 KB, so nothing that is much larger can be a part of one.
_LARGEST_PAGE_BYTES = 1_000_000


class PageFiles:
    """The adapter; `client` gives the client, which most wakeups do without."""

    def __init__(self, client: Callable[[], S3Client], *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self) -> dict[str, bytes]:
        """
        Return the files by name, without `page/`; none is an empty dict.

        Raises PageRefused naming every file that cannot be part of a page, ObservationError where
        the bucket cannot be read.
        """
        try:
            objects = self._listed()
            errors = [refusal for each in objects if (refusal := _error(each))]
            if errors:
                raise PageRefused(" ".join(errors))
            return {each["Key"].removeprefix(_PREFIX): self._content(each) for each in objects}
        except CALL_ERRORS as error:
            where = f"s3://{self._bucket}/{_PREFIX}"
            raise ObservationError(f"the page in {where} cannot be read: {error}") from error

    def _listed(self) -> list[ObjectTypeDef]:
        pages = (
            self._client()
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self._bucket, Prefix=_PREFIX)
        )
        listed = [each for page in pages for each in page.get("Contents", [])]
        # The console makes an object of that name when somebody makes the folder.
        return [each for each in listed if each["Key"] != _PREFIX]

    def _content(self, listed: ObjectTypeDef) -> bytes:
        return self._client().get_object(Bucket=self._bucket, Key=listed["Key"])["Body"].read()


def _error(listed: ObjectTypeDef) -> str | None:
    key, size = listed["Key"], listed["Size"]
    name = key.removeprefix(_PREFIX)
    if name == ANNOUNCEMENT_FILE:
        return f"{key} is written by the controller from the switch and the windows: remove it."
    if not _NAME.fullmatch(name):
        return f"{key} cannot be part of a page: put files alone under {_PREFIX}, and remove it."
    if size > _LARGEST_PAGE_BYTES:
        return f"{key} has {size} bytes, and CloudFront accepts 40000 with headers: shorten it."
    return None
