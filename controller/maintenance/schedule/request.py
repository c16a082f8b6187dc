"""
Who asked for what the site does: the value that decides it, and who wrote that. Pure.

    the site is     because of                            who asked
    --------------  ------------------------------------  ----------------------------------
    in maintenance  the switch, whatever windows say      who wrote the switch
    in maintenance  windows only                          the window that is open longest
    live            an off, or an on that is over         who wrote the switch
    live            a window that ended later than that   that window, or the skip that ended it
    unchanged       neither                               unknown

A window that was deleted or moved while it was open opens the site too, and its history is gone or
says nothing. Then what asks now has asked before the site was closed.

Parameter Store records who wrote a version (doc: SSM API Reference, ParameterHistory). A command is
written by the controller, so all that is known of its sender is what its event said; only a version
that the controller wrote is believed to be a command's.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.schedule.decision import Schedule, causes_of
from maintenance.schedule.history import Write
from maintenance.schedule.skip import SKIP_SUFFIX, window_skipped_by
from maintenance.schedule.switch import Says, Switch
from maintenance.schedule.window import Occurrence, Window

# Of SSM, which dates versions, and of the controller.
_CLOCK_TOLERANCE = timedelta(seconds=2)
WINDOW_GONE = "someone who deleted or changed a window"


class Request(Struct, frozen=True):
    """
    A version of the switch, or of the window of this name, by when it was written.

    `window` is the name of a parameter below that of all windows, so it may be that of a skip.
    `since` is from when on it asks for what the site does, if that is known.
    """

    written: datetime
    window: str = ""
    since: datetime | None = None

    def is_same(self, other: "Request") -> bool:
        """Return whether both are the same version."""
        return (self.written, self.window) == (other.written, other.window)

    def is_later_than(self, instant: datetime) -> bool:
        """Return whether it may have asked after this instant, as far as clocks agree."""
        return self.since is None or self.since + _CLOCK_TOLERANCE >= instant


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
        return Request(causes.switch.written, since=causes.switch.written)
    if causes.occurrences:
        first = causes.occurrences[0]
        return _of_window(first.window, since=first.begins)
    if switch is None:
        return None
    opened = _opened_by(switch)
    latest = Request(switch.written, since=opened)
    for each in schedule.last_occurrences(present):
        ended = _end_of(each) if each.begins > schedule.t_off else None
        if ended and ended.since and ended.since > opened:
            latest, opened = ended, ended.since
    return latest


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


def window_gone(request: Request) -> Requester:
    """Return who opened the site if what asks for that asked already before it was closed."""
    return Requester(request, WINDOW_GONE)


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


def _of_window(window: Window, *, since: datetime) -> Request | None:
    return Request(window.written, window.name, since) if window.written else None


def _end_of(occurrence: Occurrence) -> Request | None:
    """Return what ended an occurrence that is over, None if it never ran."""
    window, skip = occurrence.window, occurrence.window.skip
    if skip is None or occurrence.begins > skip.until:
        return _of_window(window, since=occurrence.ends)
    if occurrence.begins <= skip.written < occurrence.ends:
        return Request(skip.written, f"{window.name}{SKIP_SUFFIX}", skip.written)
    return None


def _opened_by(switch: Switch) -> datetime:
    """Return since when a switch that closes nothing opens the site."""
    return switch.until if switch.says is Says.ON and switch.until else switch.written
