"""
Who asked for what the site does: the value that decides it, and who wrote that. Pure.

    the site is     because of                            who asked
    --------------  ------------------------------------  ----------------------------------
    in maintenance  the switch, whatever windows say      who wrote the switch
    in maintenance  windows only                          the window that is open longest
    live            an off, or an on that is over         who wrote the switch
    live            a window that ended later than that   that window, or the skip that ended it
    unchanged       neither                               unknown

Parameter Store records who wrote a version (doc: SSM API Reference, ParameterHistory). A command is
written by the controller, so all that is known of its sender is what its event said; only a version
that the controller wrote is believed to be a command's.
"""

from datetime import datetime

from msgspec import Struct

from maintenance.schedule.decision import Schedule, causes_of
from maintenance.schedule.history import Write
from maintenance.schedule.skip import SKIP_SUFFIX, window_skipped_by
from maintenance.schedule.switch import Says, Switch
from maintenance.schedule.window import Occurrence, Window


class Request(Struct, frozen=True):
    """
    A version of the switch, or of the window of this name, by when it was written.

    `window` is the name of a parameter below that of all windows, so it may be that of a skip.
    """

    written: datetime
    window: str = ""


class Requester(Struct, frozen=True):
    """
    Who wrote the version of a request: a name for people, and the ARN by Parameter Store.

    The ARN is '' if it is unknown; the name then too, unless a window asked.
    """

    request: Request
    name: str = ""
    arn: str = ""


def find_request(schedule: Schedule, *, now: datetime) -> Request | None:
    """Return the version that asks for what the site does at `now`, by the table of this module."""
    present, switch = schedule.present(now), schedule.switch
    causes = causes_of(schedule, present)
    if causes.switch:
        return Request(causes.switch.written)
    if causes.occurrences:
        return _of_window(causes.occurrences[0].window)
    if switch is None:
        return None
    openings = [(_opened_by(switch), Request(switch.written))]
    for each in schedule.last_occurrences(present):
        if each.begins > schedule.t_off:
            openings += _end_of(each)
    return max(openings, key=lambda opening: opening[0])[1]


def switch_requester(request: Request, writes: tuple[Write, ...], *, controller: str) -> Requester:
    """
    Return who wrote the version of the switch, by its history.

    `controller` is the name of the controller's function, under which Lambda's sessions run.
    """
    found = next((each for each in writes if each.version.written == request.written), None)
    if found is None:
        return Requester(request)
    arn = found.version.user
    name = short_name(arn)
    if found.origin and name == controller:
        said = f" that says it was sent {found.origin.sender}" if found.origin.sender else ""
        name = f"a command{said}"
    return Requester(request, name, arn)


def window_requester(request: Request, arn: str = "") -> Requester:
    """Return a window or its skip as who asked, with who wrote it if that is known."""
    writer = f", written by {short_name(arn)}" if arn else ""
    skipped = window_skipped_by(request.window)
    what = f"the skip of window '{skipped}'" if skipped else f"window '{request.window}'"
    return Requester(request, f"{what}{writer}", arn)


def short_name(arn: str) -> str:
    """
    Return how people know the owner of an ARN: a user's name, or the session of a role.

    The session of a person is often the person's name (doc: IAM User Guide,
    reference_identifiers).
    """
    return arn.rpartition("/")[2] if "/" in arn else arn.rpartition(":")[2]


def _of_window(window: Window) -> Request | None:
    return Request(window.written, window.name) if window.written else None


def _end_of(occurrence: Occurrence) -> list[tuple[datetime, Request]]:
    """Return when an occurrence that is over ended, and by which version, if it ever ran."""
    window, skip = occurrence.window, occurrence.window.skip
    if skip and occurrence.begins <= skip.until:
        is_early = occurrence.begins <= skip.written < occurrence.ends
        return (
            [(skip.written, Request(skip.written, window.name + SKIP_SUFFIX))] if is_early else []
        )
    request = _of_window(window)
    return [(occurrence.ends, request)] if request else []


def _opened_by(switch: Switch) -> datetime:
    """Return since when a switch that closes nothing opens the site."""
    return switch.until if switch.says is Says.ON and switch.until else switch.written
