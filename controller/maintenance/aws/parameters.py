"""
The switch, the windows and their history in SSM Parameter Store.

    <switch>                      what the operator says now
    <switch>/windows/<name>       when maintenance runs by itself (window_parameters)

An event may arrive before a read returns the change that it announces; the read is then repeated a
few times. An invalid value is replaced by the newest valid version of its parameter. SSM keeps the
last hundred versions, and none of a deleted parameter (doc: SSM API Reference,
GetParameterHistory); it answers three calls for them a second (doc: AWS General Reference, Systems
Manager quotas). So the history is read only if it decides something, and once for each version of
the switch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from maintenance.aws.errors import retry_if_truncated, translate_errors
from maintenance.aws.parameter_store import ParameterReads, value_of, version_of
from maintenance.aws.window_parameters import WindowParameters, describe_invalid
from maintenance.errors import ApplyError, ObservationError, UnreadableValue
from maintenance.schedule.history import (
    CommandOrigin,
    HistoryEntry,
    Version,
    Write,
    last_off,
    last_readable,
    readable_writes,
)
from maintenance.schedule.switch import ALLOWED_PATTERN, Off, ReadSwitch, parse_switch
from maintenance.schedule.times import format_to_second
from maintenance.schedule.window import ReadWindows
from maintenance.wakeup import ParameterChanged

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_ssm.type_defs import ParameterTypeDef

_DESCRIPTION = "Takes the site into maintenance: on or off, see docs/windows.md"

# A version of the switch; if the switch is deleted and written again, its numbers start over. The
# answer to a write does not name its date.
type _VersionKey = tuple[int, datetime | None]


class Parameters:
    """
    Reads the switch, the windows and their history, and writes the switch.

    `clock` returns the present, aware; `sleep` waits for a number of seconds.
    """

    def __init__(
        self,
        client: SSMClient,
        *,
        switch_parameter: str,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._client = client
        self._switch = switch_parameter
        self._windows_path = f"{switch_parameter}/windows"
        self._zone = zone
        self._clock = clock
        self._reads = ParameterReads(client, sleep)
        self._windows = WindowParameters(self._reads, self._windows_path, zone, clock)
        # Workers may read at the same time: each remembers the version that it has read itself.
        self._thread = threading.local()
        self._history: tuple[_VersionKey, list[Version]] | None = None

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:
        """
        Return what the switch says; raise ObservationError if SSM does not answer.

        `changed` is the change that woke the controller, which this read must know of.
        """
        change = changed if changed and changed.name == self._switch else None
        parameter, notice = self._read_up_to_date(
            change, lambda: self._reads.get_switch(self._switch), lambda found: found
        )
        self._thread.version = _version_key(parameter) if parameter else None
        if parameter is None:
            return ReadSwitch(None, self._missing(), notice=notice)
        try:
            written = parameter["LastModifiedDate"]
            switch = parse_switch(value_of(parameter), written=written, zone=self._zone)
        except UnreadableValue as error:
            fallback = last_readable(self._read_versions(self._switch), self._zone)
            what, otherwise = f"the switch {self._switch}", "it neither closes nor opens the site"
            invalid = describe_invalid(what, fallback, error, otherwise=otherwise)
            return ReadSwitch(fallback, invalid, notice=notice)
        is_own_change = change is not None and notice is None
        return ReadSwitch(switch, is_own_change=is_own_change, notice=notice)

    def read_last_off(self) -> Off | None:
        """Return the newest off in the switch's history, if any; raise ObservationError."""
        return last_off(self.versions(self._switch), self._zone)

    def read_writes(self) -> tuple[Write, ...]:
        """
        Return the readable versions of the switch, newest first; raise ObservationError.

        They begin with what this thread has read or written last, or with a newer one.
        """
        history = self._switch_history(getattr(self._thread, "version", None))
        return tuple(readable_writes(history, self._zone))

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """
        Return all windows; raise ObservationError if SSM does not answer.

        `changed` is the change that woke the controller, which this read must know of.
        """
        is_window = changed and changed.name.startswith(f"{self._windows_path}/")
        change = changed if is_window else None
        parameters, notice = self._read_up_to_date(
            change,
            lambda: self._reads.list_windows(self._windows_path),
            lambda found: next(
                (each for each in found if change and each["Name"] == change.name), None
            ),
        )
        return self._windows.parse(parameters, notice=notice)

    def read_history(self) -> Iterator[HistoryEntry]:
        """Yield every version of the switch and of each window; raise ObservationError."""
        yield from self._entries(self._switch, window=None)
        for parameter in self._reads.list_windows(self._windows_path):
            name = parameter["Name"]
            yield from self._entries(name, window=self._windows.name(name))

    def versions(self, name: str) -> list[Version]:
        """
        Return the versions of the switch or a window that SSM keeps; raise ObservationError.

        Versions before the one that this thread has read cannot change, so those of the switch are
        read once for each.
        """
        if name != self._switch:
            return self._read_versions(name)
        version: _VersionKey | None = getattr(self._thread, "version", None)
        if version and self._history and self._history[0] == version:
            return self._history[1]
        found = self._switch_history(version)
        if version:
            self._history = (version, found)
        return found

    def write_switch(self, value: str, origin: CommandOrigin | None = None) -> ParameterChanged:
        """
        Write the switch, creating it if it is missing; return the change, for the next read.

        `origin` is the command that it is written for. Raises ApplyError if SSM refuses.
        """
        change = ParameterChanged(self._switch, self._clock())
        description = origin.describe(change.time) if origin else _DESCRIPTION
        with translate_errors(ApplyError, f"the switch {self._switch} cannot be written"):
            written = retry_if_truncated(
                lambda: self._client.put_parameter(
                    Name=self._switch,
                    Value=value,
                    Type="String",
                    Description=description,
                    AllowedPattern=ALLOWED_PATTERN,
                    Overwrite=True,
                )
            )
        self._thread.version = (written["Version"], None)
        return change

    def _read_up_to_date[Found](
        self,
        change: ParameterChanged | None,
        read: Callable[[], Found],
        pick: Callable[[Found], ParameterTypeDef | None],
    ) -> tuple[Found, str | None]:
        """
        Read, and a few times again while the picked parameter is older than the change.

        Returns a notice too if it still is.
        """

        def is_up_to_date(found: Found) -> bool:
            return change is None or _is_up_to_date(pick(found), change)

        found = self._reads.until(is_up_to_date, read)
        if change is None or is_up_to_date(found):
            return found, None
        return found, (
            f"SSM's answer is older than the change of {change.name} at "
            f"{format_to_second(change.time)}: the controller reads it again in a minute"
        )

    def _switch_history(self, version: _VersionKey | None) -> list[Version]:
        """
        Return the switch's history with this version, an empty one if the switch was deleted.

        Raises ObservationError if it lacks the version.
        """
        is_missing = version is None
        history = self._reads.until(
            lambda found: _has_version(found, version),
            lambda: self._read_versions(self._switch, may_be_deleted=is_missing),
        )
        if not _has_version(history, version):
            # It may lack earlier ones too.
            raise ObservationError(f"the history of {self._switch} lacks its newest version")
        return history

    def _read_versions(self, name: str, *, may_be_deleted: bool = False) -> list[Version]:
        history = self._reads.history(name, may_be_deleted=may_be_deleted)
        return [version_of(each) for each in history]

    def _entries(self, name: str, *, window: str | None) -> Iterator[HistoryEntry]:
        for each in self._reads.history(name, may_be_deleted=True):
            yield HistoryEntry(name, window, version_of(each))

    def _missing(self) -> str:
        return (
            f"the switch {self._switch} does not exist, so it neither closes nor opens the site: "
            f"create it with aws ssm put-parameter --name {self._switch} --type String --value off"
            ", or on if the site should be closed"
        )


def _version_key(parameter: ParameterTypeDef) -> _VersionKey:
    return parameter["Version"], parameter["LastModifiedDate"].astimezone(UTC)


def _has_version(history: Sequence[Version], version: _VersionKey | None) -> bool:
    if version is None:
        return True
    number, written = version
    return any(
        each.number == number and (written is None or each.written == written) for each in history
    )


def _is_up_to_date(parameter: ParameterTypeDef | None, change: ParameterChanged) -> bool:
    """Return whether a parameter, None if it does not exist, is as new as the change."""
    if parameter is None:
        return change.deleted
    return change.is_known_by(parameter["LastModifiedDate"])
