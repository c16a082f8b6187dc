"""SSM's calls for parameters; an error says what cannot be read, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING

from maintenance.aws.errors import translate_errors
from maintenance.errors import ObservationError, UnreadableValue
from maintenance.schedule.history import ENCRYPTED, Version

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_ssm.type_defs import ParameterHistoryTypeDef, ParameterTypeDef

_ENCRYPTED_TYPE = "SecureString"
_PAUSES_SECONDS = (0.2, 0.4, 0.8)


class ParameterReads:
    """Reads parameters and their history; `sleep` waits for a number of seconds."""

    def __init__(self, client: SSMClient, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._sleep = sleep

    def get_switch(self, name: str) -> ParameterTypeDef | None:
        """Return the switch, None if it does not exist; raise ObservationError."""
        with translate_errors(ObservationError, f"the switch {name} cannot be read"):
            try:
                return self._client.get_parameter(Name=name)["Parameter"]
            except self._client.exceptions.ParameterNotFound:
                return None

    def list_windows(self, path: str) -> list[ParameterTypeDef]:
        """Return all windows under a path; raise ObservationError."""
        with translate_errors(ObservationError, f"the windows under {path} cannot be read"):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(
                Path=path, Recursive=True
            )
            return [each for page in pages for each in page["Parameters"]]

    def history(self, name: str, *, may_be_deleted: bool = False) -> list[ParameterHistoryTypeDef]:
        """Return the versions of a parameter that SSM keeps; raise ObservationError."""
        with translate_errors(ObservationError, f"the history of {name} cannot be read"):
            try:
                pages = self._client.get_paginator("get_parameter_history").paginate(Name=name)
                return [each for page in pages for each in page["Parameters"]]
            except self._client.exceptions.ParameterNotFound:
                if may_be_deleted:
                    return []
                raise

    def until[Found](self, is_enough: Callable[[Found], bool], read: Callable[[], Found]) -> Found:
        """Read, and a few times again until it is enough; return the last answer."""
        found = read()
        for seconds in _PAUSES_SECONDS:
            if is_enough(found):
                break
            self._sleep(seconds)
            found = read()
        return found


def value_of(parameter: ParameterTypeDef) -> str:
    """Return the value; raise UnreadableValue instead of quoting it if it is encrypted."""
    if parameter["Type"] == _ENCRYPTED_TYPE:
        raise UnreadableValue(ENCRYPTED)
    return parameter["Value"]


def version_of(entry: ParameterHistoryTypeDef) -> Version:
    """Return a version with its description; one that is encrypted has a mark as its value."""
    is_encrypted = entry["Type"] == _ENCRYPTED_TYPE
    return Version(
        "(encrypted)" if is_encrypted else entry["Value"],
        entry["LastModifiedDate"].astimezone(UTC),
        entry["Version"],
        entry.get("Description", ""),
        is_encrypted,
        entry.get("LastModifiedUser", ""),
    )
