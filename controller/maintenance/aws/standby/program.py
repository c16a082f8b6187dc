"""
The program that the site's owner has composed with the standby function, in the state bucket.

    standby/program.js    the program; only `site-maintenance standby compose` writes it, and the
                          controller publishes it in place of its own, with the state in it

Without this object the controller publishes the program of its package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from maintenance.aws.errors import translate_errors
from maintenance.errors import ApplyError, ConfigurationError, ObservationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PROGRAM_KEY = "standby/program.js"
# CloudFront's limit is a hundredth of it.
_LARGEST_BYTES = 1_000_000


class StandbyProgram:
    """Reads and writes it; `client` returns the client when it is first needed."""

    def __init__(self, client: Callable[[], S3Client], *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self.name = f"s3://{bucket}/{PROGRAM_KEY}"

    def read(self) -> str | None:
        """
        Return the program, None if there is none.

        Raises ObservationError, or ConfigurationError if it is no text.
        """
        client = self._client()
        with translate_errors(ObservationError, f"the program {self.name} cannot be read"):
            try:
                answer = client.get_object(Bucket=self._bucket, Key=PROGRAM_KEY)
            except client.exceptions.NoSuchKey:
                return None
            is_too_large = answer["ContentLength"] > _LARGEST_BYTES
            body = b"" if is_too_large else answer["Body"].read()
        answer["Body"].close()
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise ConfigurationError(
                f"the program {self.name} is no text ({error}): make it again with "
                "site-maintenance standby compose, or delete it"
            ) from error

    def write(self, program: str) -> None:
        """Write the program; raise ApplyError."""
        with translate_errors(ApplyError, f"the program {self.name} was not written"):
            self._client().put_object(
                Bucket=self._bucket,
                Key=PROGRAM_KEY,
                Body=program.encode(),
                ContentType="text/javascript; charset=utf-8",
            )

    def delete(self) -> None:
        """Delete the program, of which the bucket keeps the old versions; raise ApplyError."""
        with translate_errors(ApplyError, f"the program {self.name} was not deleted"):
            self._client().delete_object(Bucket=self._bucket, Key=PROGRAM_KEY)
