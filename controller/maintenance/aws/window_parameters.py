"""
What the parameters below `<switch>/windows` say: the windows, and their skips.

    <switch>/windows/<name>       when maintenance runs by itself
    <switch>/windows/<name>/skip  up to when its occurrences do not run
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from maintenance.aws.parameter_store import ParameterReads, value_of, version_of
from maintenance.errors import ObservationError, UnreadableValue
from maintenance.schedule.history import last_readable_value
from maintenance.schedule.skip import Skip, parse_skip, window_skipped_by
from maintenance.schedule.window import ReadWindows, Window, parse_window

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import ParameterTypeDef


class WindowParameters:
    """
    Reads windows and skips; the newest valid version takes the place of an invalid value.

    `path` is the parent of all windows, `clock` returns the present, aware.
    """

    def __init__(
        self, reads: ParameterReads, path: str, zone: ZoneInfo, clock: Callable[[], datetime]
    ) -> None:
        self._reads = reads
        self._path = path
        self._zone = zone
        self._clock = clock

    def name(self, parameter: str) -> str:
        """Return the name of a window by that of its parameter."""
        return parameter.removeprefix(f"{self._path}/")

    def parse(self, parameters: Iterable[ParameterTypeDef], *, notice: str | None) -> ReadWindows:
        """Return the windows with their skips; `notice` says that the parameters are outdated."""
        windows: dict[str, Window | None] = {}
        skips: dict[str, Skip] = {}
        errors, unknown = [], []
        for each in parameters:
            name = self.name(each["Name"])
            skipped = window_skipped_by(name)
            try:
                if skipped is None:
                    windows[name], error = self._window(name, each)
                else:
                    skip, error = self._skip(each)
                    skips |= {skipped: skip} if skip else {}
            except ObservationError as unread:
                # It exists, even so.
                windows.setdefault(skipped or name, None)
                unknown.append(str(unread))
            else:
                errors += [error] if error else []
        errors += self._stray(skips, windows)
        with_skips = (replace(each, skip=skips.get(each.name)) for each in windows.values() if each)
        return ReadWindows(tuple(with_skips), tuple(errors), tuple(unknown), notice)

    def _window(self, name: str, parameter: ParameterTypeDef) -> tuple[Window | None, str | None]:
        return self._read(
            parameter,
            lambda text, written: parse_window(name, text, zone=self._zone, written=written),
            what=f"the window {parameter['Name']}",
        )

    def _skip(self, parameter: ParameterTypeDef) -> tuple[Skip | None, str | None]:
        return self._read(
            parameter,
            lambda text, written: parse_skip(text, written=written, zone=self._zone),
            what=f"the skip {parameter['Name']}",
        )

    def _read[Value](
        self,
        parameter: ParameterTypeDef,
        parse: Callable[[str, datetime], Value],
        *,
        what: str,
    ) -> tuple[Value | None, str | None]:
        """
        Return a value; if it is invalid, its last valid version, if any, and the error.

        Raises ObservationError if the history is needed and cannot be read.
        """
        try:
            return parse(value_of(parameter), parameter["LastModifiedDate"]), None
        except UnreadableValue as invalid:
            try:
                history = [version_of(each) for each in self._reads.history(parameter["Name"])]
            except ObservationError as unread:
                raise ObservationError(f"{unread} - {invalid}") from unread
            fallback = last_readable_value(history, parse)
            return fallback, describe_invalid(what, fallback, invalid, otherwise="it is ignored")

    def _stray(self, skips: dict[str, Skip], windows: dict[str, Window | None]) -> list[str]:
        """Return an error for each skip still to come of a window that does not exist."""
        now = self._clock()
        return [
            f"the skip {self._path}/{name}/skip skips nothing, because there is no window {name}: "
            "correct the name, or delete the parameter"
            for name, skip in skips.items()
            if name not in windows and skip.until > now
        ]


def describe_invalid(
    what: str, fallback: object | None, error: UnreadableValue, *, otherwise: str
) -> str:
    """Return what happens as a parameter is invalid: a fallback applies, or `otherwise`."""
    if fallback is None:
        return f"{what} is invalid, and no earlier version is valid, so {otherwise}: {error}"
    return f"{what} is invalid, so its last valid version applies: {error}"
