"""Write and delete the files of the owner's page, page/<name> in the state bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maintenance.aws.errors import translate_errors
from maintenance.errors import ApplyError
from maintenance.lambda_edge.page_files import PAGE_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MEDIA_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}


class PageWrites:
    """Writes into one bucket; only the command line does."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, content: bytes) -> None:
        """Write a file; raise ApplyError."""
        key = f"{PAGE_PREFIX}{name}"
        media_type = _MEDIA_TYPES[name.rpartition(".")[2].lower()]
        with translate_errors(ApplyError, f"{self.address(name)} was not written"):
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=media_type
            )

    def delete(self, name: str) -> None:
        """Delete a file, of which the versioned bucket keeps the old version; raise ApplyError."""
        with translate_errors(ApplyError, f"{self.address(name)} was not deleted"):
            self._client.delete_object(Bucket=self._bucket, Key=f"{PAGE_PREFIX}{name}")

    def address(self, name: str) -> str:
        """Return the address of a file, for people."""
        return f"s3://{self._bucket}/{PAGE_PREFIX}{name}"
