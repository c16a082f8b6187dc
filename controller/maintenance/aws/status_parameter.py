"""
The parameter `<switch>/status`: what operators read, and what one run leaves for the next.

Parameter Store has no conditional write. Of two runs at the same time the later one's status stays,
and both may announce the same change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maintenance.aws.errors import retry_if_truncated, translate_errors
from maintenance.errors import ApplyError, ObservationError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class StatusParameter:
    """Reads, writes and deletes the status, as text."""

    def __init__(self, client: SSMClient, *, switch_parameter: str) -> None:
        self._client = client
        self.name = f"{switch_parameter}/status"

    def read(self) -> str | None:
        """Return the text, None if there is none; raise ObservationError."""
        with translate_errors(ObservationError, f"the status {self.name} cannot be read"):
            try:
                return self._client.get_parameter(Name=self.name)["Parameter"]["Value"]
            except self._client.exceptions.ParameterNotFound:
                return None

    def write(self, text: str) -> None:
        """Write the text; raise ApplyError."""
        with translate_errors(ApplyError, f"the status {self.name} cannot be written"):
            retry_if_truncated(
                lambda: self._client.put_parameter(
                    Name=self.name,
                    Value=text,
                    Type="String",
                    Description="Written by the maintenance controller; see docs/operations.md",
                    Overwrite=True,
                )
            )

    def delete(self) -> None:
        """Delete the parameter if it exists; raise ApplyError."""
        message = f"the status {self.name} cannot be deleted, delete it yourself"
        with translate_errors(ApplyError, message):
            try:
                self._client.delete_parameter(Name=self.name)
            except self._client.exceptions.ParameterNotFound:
                return
