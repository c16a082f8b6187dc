"""
The S3 bucket of the Lambda packages: take one, or create it, and upload to it.

Lambda takes code only from a bucket in its own Region (doc: Lambda API Reference, FunctionCode).
Each call names the account that the bucket must belong to, so that another's bucket of the same
name gets nothing (doc: S3 User Guide, bucket-owner-condition).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.errors import CALL_ERRORS, CallError, error_code, translate_errors
from maintenance.errors import ApplyError, ConfigurationError, MaintenanceError, ObservationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REGION = "us-east-1"
_MISSING = {"404", "NoSuchBucket", "NotFound"}
_FORBIDDEN = {"403", "AccessDenied"}
# What S3 calls us-east-1 (doc: S3 API Reference, GetBucketLocation).
_LOCATIONS_OF_THE_REGION = (None, "", _REGION)


class PackageBucket(Struct, frozen=True):
    """A bucket of that name, in the account of that id."""

    client: S3Client
    name: str
    account: str

    def exists(self) -> bool:
        """
        Return whether there is such a bucket.

        Raises ConfigurationError if it is another account's or in another Region, and
        ObservationError if S3 does not say.
        """
        try:
            found = self.client.get_bucket_location(
                Bucket=self.name, ExpectedBucketOwner=self.account
            )
        except CALL_ERRORS as error:
            if error_code(error) in _MISSING:
                return False
            raise self._refusal(error) from error
        location = found.get("LocationConstraint")
        if location not in _LOCATIONS_OF_THE_REGION:
            raise ConfigurationError(
                f"the bucket {self.name} is in {location}, and Lambda in us-east-1 takes code only "
                "from a bucket in us-east-1: name another with --bucket"
            )
        return True

    def create(self) -> None:
        """Create it, private and encrypted as S3 does it for each; raise ApplyError."""
        with translate_errors(ApplyError, f"the bucket {self.name} cannot be created"):
            # Without a location it is in us-east-1, where a bucket of one's own is no error.
            self.client.create_bucket(Bucket=self.name)
            self.client.put_public_access_block(
                Bucket=self.name,
                ExpectedBucketOwner=self.account,
                PublicAccessBlockConfiguration={
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
            )

    def upload(self, key: str, content: bytes) -> bool:
        """Upload a file that does not exist there yet; return whether it did not."""
        message = f"{key} cannot be uploaded to the bucket {self.name}"
        with translate_errors(ApplyError, message):
            if self._has(key):
                return False
            self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ChecksumSHA256=b64encode(hashlib.sha256(content).digest()).decode(),
                ExpectedBucketOwner=self.account,
            )
        return True

    def _has(self, key: str) -> bool:
        """Return whether there is an object of that key; its key has the hash of its content."""
        try:
            self.client.head_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self.account)
        except CALL_ERRORS as error:
            # Who may not list the bucket gets 403 for a missing object too.
            if error_code(error) in _MISSING | _FORBIDDEN:
                return False
            raise
        return True

    def _refusal(self, error: CallError) -> MaintenanceError:
        if error_code(error) in _FORBIDDEN:
            return ConfigurationError(
                f"the bucket {self.name} is another account's, or you may not read its location "
                "(s3:GetBucketLocation): name another with --bucket"
            )
        return ObservationError(f"the bucket {self.name} cannot be read: {error}")
