"""
The page files that the site's owner has put under `page/` in the state bucket.

What they have to hold is the edge function's to judge. Here only what could not be put into a
package is refused: names of folders, names that are ours, and files that are too large to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from maintenance.aws_faults import FAULTS
from maintenance.errors import ObservationError, PageRefused
from maintenance.overlay import ANNOUNCEMENT_FILE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_PREFIX = "page/"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# CloudFront takes answers of 40 KB, so nothing that is much larger can be a part of one.
_LARGEST_BYTES = 1_000_000


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
            faults = [fault for each in objects if (fault := _fault(each))]
            if faults:
                raise PageRefused(" ".join(faults))
            return {each["Key"].removeprefix(_PREFIX): self._content(each) for each in objects}
        except FAULTS as error:
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


def _fault(listed: ObjectTypeDef) -> str | None:
    key, size = listed["Key"], listed["Size"]
    name = key.removeprefix(_PREFIX)
    if name == ANNOUNCEMENT_FILE:
        return f"{key} is written by the controller from the switch and the windows: remove it."
    if not _NAME.fullmatch(name):
        return f"{key} cannot be part of a page: put files alone under {_PREFIX}, and remove it."
    if size > _LARGEST_BYTES:
        return f"{key} has {size} bytes, and CloudFront accepts 40000 with headers: shorten it."
    return None
