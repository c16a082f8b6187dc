"""
The parameter `<switch>/status`: what operators read, and what one run leaves to the next.

Parameter Store has no conditional write: of two runs at once the later one's status stays, and both
may find that nobody was told yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maintenance.aws_faults import FAULTS, called_again_if_cut
from maintenance.errors import ApplyError, ObservationError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class StatusParameter:
    """The adapter."""

    def __init__(self, client: SSMClient, *, switch_parameter: str) -> None:
        self._client = client
        self.name = f"{switch_parameter}/status"

    def read(self) -> str | None:
        """Return the text, None where there is none; raise ObservationError."""
        try:
            return self._client.get_parameter(Name=self.name)["Parameter"]["Value"]
        except self._client.exceptions.ParameterNotFound:
            return None
        except FAULTS as error:
            raise ObservationError(f"the status {self.name} cannot be read: {error}") from error

    def write(self, text: str) -> None:
        """Write the text; raise ApplyError."""
        try:
            called_again_if_cut(
                lambda: self._client.put_parameter(
                    Name=self.name,
                    Value=text,
                    Type="String",
                    Description="Written by the maintenance controller; see docs/operations.md",
                    Overwrite=True,
                )
            )
        except FAULTS as error:
            message = f"the status {self.name} cannot be written: {error}"
            raise ApplyError(message) from error

    def remove(self) -> None:
        """Delete the parameter if it is there; raise ApplyError."""
        try:
            self._client.delete_parameter(Name=self.name)
        except self._client.exceptions.ParameterNotFound:
            return
        except FAULTS as error:
            message = f"the status {self.name} cannot be deleted, delete it yourself: {error}"
            raise ApplyError(message) from error
