"""Writes and deletes windows and their skips, with the operator's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.errors import retry_if_truncated, translate_errors
from maintenance.errors import ApplyError, ObservationError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_ENCRYPTED = "SecureString"


class WindowWrites(Struct, frozen=True):
    """Writes the parameters below `path`, the parent of all windows."""

    client: SSMClient
    path: str

    def parameter(self, name: str) -> str:
        """Return the name of the parameter of a window or skip."""
        return f"{self.path}/{name}"

    def read(self, name: str) -> str | None:
        """Return the present value, None without one; raise ObservationError."""
        parameter = self.parameter(name)
        with translate_errors(ObservationError, f"{parameter} cannot be read"):
            try:
                found = self.client.get_parameter(Name=parameter)["Parameter"]
            except self.client.exceptions.ParameterNotFound:
                return None
        return "(encrypted)" if found["Type"] == _ENCRYPTED else found["Value"]

    def write(self, name: str, value: str) -> None:
        """Write a value; raise ApplyError if SSM refuses it."""
        parameter = self.parameter(name)
        with translate_errors(ApplyError, f"{parameter} cannot be written"):
            retry_if_truncated(
                lambda: self.client.put_parameter(
                    Name=parameter, Value=value, Type="String", Overwrite=True
                )
            )

    def delete(self, name: str) -> None:
        """Delete a parameter, if it exists; raise ApplyError if SSM refuses."""
        parameter = self.parameter(name)
        with translate_errors(ApplyError, f"{parameter} cannot be deleted"):
            try:
                self.client.delete_parameter(Name=parameter)
            except self.client.exceptions.ParameterNotFound:
                return
