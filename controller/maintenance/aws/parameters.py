"""
The switch and the windows in SSM Parameter Store.

    <switch>                 what the operator says now
    <switch>/windows/<name>  when maintenance runs by itself

Events may arrive before a read knows of the change that they tell of. Such a read is repeated a few
times. The history is read only where it decides something, and once for each version of the switch:
SSM answers three such calls a second (doc: AWS General Reference, Systems Manager quotas).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from maintenance.aws.errors import CALL_ERRORS, retry_if_truncated
from maintenance.errors import ApplyError, ObservationError, UnreadableValue
from maintenance.schedule.history import (
    HistoryEntry,
    Version,
    last_off,
    last_readable,
    last_readable_window,
)
from maintenance.schedule.switch import ALLOWED_PATTERN, ReadSwitch, Switch, parse_switch
from maintenance.schedule.window import ReadWindows, Window, parse_window
from maintenance.wakeup import ParameterChanged

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_ssm.type_defs import ParameterTypeDef

# An event carries whole seconds, and its time is not the parameter's to the millisecond.
_CLOCK_TOLERANCE = timedelta(seconds=1)
_PAUSES_SECONDS = (0.2, 0.4, 0.8)

# A version of the switch; one that is deleted and written again counts from 1 again.
type _Identity = tuple[int, datetime]


class Parameters:
    """The adapter. `clock` returns the present, aware; `pause` sleeps for a number of seconds."""

    def __init__(
        self,
        client: SSMClient,
        *,
        switch_parameter: str,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        pause: Callable[[float], None],
    ) -> None:
        self._client = client
        self._name = switch_parameter
        self._windows_path = f"{switch_parameter}/windows"
        self._zone = zone
        self._clock = clock
        self._pause = pause
        # The hands of a run may look at once: each has the version that it has read itself.
        self._read = threading.local()
        self._last_off: tuple[_Identity, datetime | None] | None = None

    def read_switch(self, *, changed: ParameterChanged | None = None) -> ReadSwitch:
        """Return what the switch says; raise ObservationError if SSM does not answer."""
        news = changed if changed and changed.name == self._name else None
        parameter = self._heeding(news, self._get, lambda found: found)
        self._read.version = _identity(parameter) if parameter else None
        if parameter is None:
            return ReadSwitch(None, self._missing())
        try:
            written = parameter["LastModifiedDate"]
            return ReadSwitch(parse_switch(parameter["Value"], written=written, zone=self._zone))
        except UnreadableValue as error:
            stand_in = last_readable(self._history(self._name), self._zone)
            never = "so nothing is closed by it and nothing is lifted"
            return ReadSwitch(
                stand_in, _unreadable(f"the switch {self._name}", stand_in, error, never=never)
            )

    def read_last_off(self) -> datetime | None:
        """
        Return the instant of the newest off in the switch's history, if it has one.

        What came before the version that was read last cannot change, so it is not asked for again.
        """
        version: _Identity | None = getattr(self._read, "version", None)
        if version and self._last_off and self._last_off[0] == version:
            return self._last_off[1]
        history = self._history(self._name)
        found = last_off(history, self._zone)
        # A history that does not know of this version yet may lack the ones before it, too.
        if version and any(each.written == version[1] for each in history):
            self._last_off = (version, found)
        return found

    def read_windows(self, *, changed: ParameterChanged | None = None) -> ReadWindows:
        """Return all windows; raise ObservationError if SSM does not answer."""
        is_window = changed and changed.name.startswith(f"{self._windows_path}/")
        news = changed if is_window else None
        parameters = self._heeding(
            news,
            self._list_windows,
            lambda found: next(
                (each for each in found if news and each["Name"] == news.name), None
            ),
        )
        windows = []
        errors = []
        unknown = []
        for parameter in parameters:
            try:
                windows.append(self._window(parameter["Name"], parameter["Value"]))
            except UnreadableValue as unreadable:
                try:
                    stand_in, error = self._last_readable_window(parameter["Name"], unreadable)
                except ObservationError as unread:
                    unknown.append(f"{unread} - {unreadable}")
                    continue
                windows += [stand_in] if stand_in else []
                errors.append(error)
        return ReadWindows(tuple(windows), tuple(errors), tuple(unknown))

    def write_switch(self, value: str) -> ParameterChanged:
        """
        Write the switch, creating it where it is missing, and return the news, for the next read.

        Raises ApplyError if SSM refuses.
        """
        news = ParameterChanged(self._name, self._clock())
        try:
            retry_if_truncated(
                lambda: self._client.put_parameter(
                    Name=self._name,
                    Value=value,
                    Type="String",
                    Description="Takes the site into maintenance: on or off, see docs/windows.md",
                    AllowedPattern=ALLOWED_PATTERN,
                    Overwrite=True,
                )
            )
        except CALL_ERRORS as error:
            raise ApplyError(f"the switch {self._name} cannot be written: {error}") from error
        return news

    def _heeding[Found](
        self,
        news: ParameterChanged | None,
        read: Callable[[], Found],
        pick: Callable[[Found], ParameterTypeDef | None],
    ) -> Found:
        """Read, and again a few times while what was read has not heard the news."""
        found = read()
        for seconds in _PAUSES_SECONDS:
            if news is None or _has_heard(pick(found), news):
                break
            self._pause(seconds)
            found = read()
        return found

    def _window(self, parameter: str, value: str) -> Window:
        name = parameter.removeprefix(f"{self._windows_path}/")
        return parse_window(name, value, zone=self._zone)

    def _last_readable_window(
        self, parameter: str, error: UnreadableValue
    ) -> tuple[Window | None, str]:
        name = parameter.removeprefix(f"{self._windows_path}/")
        stand_in = last_readable_window(name, self._history(parameter), self._zone)
        what = f"the window {parameter}"
        return stand_in, _unreadable(what, stand_in, error, never="so it is no window")

    def _get(self) -> ParameterTypeDef | None:
        try:
            return self._client.get_parameter(Name=self._name)["Parameter"]
        except self._client.exceptions.ParameterNotFound:
            return None
        except CALL_ERRORS as error:
            raise ObservationError(f"the switch {self._name} cannot be read: {error}") from error

    def _list_windows(self) -> list[ParameterTypeDef]:
        try:
            pages = self._client.get_paginator("get_parameters_by_path").paginate(
                Path=self._windows_path, Recursive=True
            )
            return [each for page in pages for each in page["Parameters"]]
        except CALL_ERRORS as error:
            message = f"the windows under {self._windows_path} cannot be read: {error}"
            raise ObservationError(message) from error

    def _history(self, name: str) -> list[Version]:
        """Return the versions that SSM still has, which are the last hundred."""
        try:
            pages = self._client.get_paginator("get_parameter_history").paginate(Name=name)
            versions = [each for page in pages for each in page["Parameters"]]
        except CALL_ERRORS as error:
            message = f"the history of {name} cannot be read: {error}"
            raise ObservationError(message) from error
        return [
            Version(each["Value"], each["LastModifiedDate"].astimezone(UTC)) for each in versions
        ]

    def _missing(self) -> str:
        return (
            f"the switch {self._name} does not exist, so nothing is closed by it and nothing is "
            f"lifted: write it with aws ssm put-parameter --name {self._name} --type String "
            "--value off"
        )


def _identity(parameter: ParameterTypeDef) -> _Identity:
    return parameter["Version"], parameter["LastModifiedDate"].astimezone(UTC)


def _has_heard(parameter: ParameterTypeDef | None, news: ParameterChanged) -> bool:
    """Tell whether a parameter, None where there is none, is as new as the event about it."""
    if parameter is None:
        return news.deleted
    return parameter["LastModifiedDate"] + _CLOCK_TOLERANCE >= news.time


def _unreadable(
    what: str, stand_in: Switch | Window | None, error: UnreadableValue, *, never: str
) -> str:
    if stand_in is None:
        return f"{what} is not understood and never was, {never}: {error}"
    return f"{what} is not understood, so its last readable value stands in for it: {error}"


def read_history(client: SSMClient, *, switch_parameter: str) -> Iterator[HistoryEntry]:
    """Yield every writing of the switch and of each window; raise ObservationError."""
    windows_path = f"{switch_parameter}/windows"
    yield from _versions(client, switch_parameter, None)
    try:
        pages = client.get_paginator("get_parameters_by_path").paginate(
            Path=windows_path, Recursive=True
        )
        names = [each["Name"] for page in pages for each in page["Parameters"]]
    except CALL_ERRORS as error:
        message = f"the windows under {windows_path} cannot be read: {error}"
        raise ObservationError(message) from error
    for name in names:
        yield from _versions(client, name, name.removeprefix(f"{windows_path}/"))


def _versions(client: SSMClient, name: str, window: str | None) -> Iterator[HistoryEntry]:
    try:
        pages = client.get_paginator("get_parameter_history").paginate(Name=name)
        versions = [each for page in pages for each in page["Parameters"]]
    except client.exceptions.ParameterNotFound:
        return
    except CALL_ERRORS as error:
        raise ObservationError(f"the history of {name} cannot be read: {error}") from error
    for each in versions:
        yield HistoryEntry(
            parameter=name,
            window=window,
            number=each["Version"],
            version=Version(each["Value"], each["LastModifiedDate"].astimezone(UTC)),
            user=each["LastModifiedUser"],
        )


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
        except CALL_ERRORS as error:
            raise ObservationError(f"the status {self.name} cannot be read: {error}") from error

    def write(self, text: str) -> None:
        """Write the text; raise ApplyError."""
        try:
            retry_if_truncated(
                lambda: self._client.put_parameter(
                    Name=self.name,
                    Value=text,
                    Type="String",
                    Description="Written by the maintenance controller; see docs/operations.md",
                    Overwrite=True,
                )
            )
        except CALL_ERRORS as error:
            message = f"the status {self.name} cannot be written: {error}"
            raise ApplyError(message) from error

    def remove(self) -> None:
        """Delete the parameter if it is there; raise ApplyError."""
        try:
            self._client.delete_parameter(Name=self.name)
        except self._client.exceptions.ParameterNotFound:
            return
        except CALL_ERRORS as error:
            message = f"the status {self.name} cannot be deleted, delete it yourself: {error}"
            raise ApplyError(message) from error
