"""
The events of the account's default event bus, whose source is `site.maintenance`. Pure.

    detail-type                when
    -------------------------  ---------------------------------------------------------------
    Maintenance Mode Changed   CloudFront has accepted a change of mode, or it is deployed
    Maintenance End Changed    a maintenance that was announced is extended or shortened
    Maintenance Planned        a window is about to begin, or no longer as it was announced
    Maintenance Run Failed     a run failed, for the first time since one succeeded
    Maintenance Run Recovered  a run succeeded, for the first time since that

Each has a `title` and a `text` for people (`event_text`). The other members are for programs;
docs/events.schema.json has them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from maintenance.model import Mode
from maintenance.reporting.event_text import paragraph, plain
from maintenance.reporting.plans import PlanChange
from maintenance.reporting.status import (
    EndChange,
    FailureChange,
    Phase,
    Planned,
    Status,
    Transition,
)
from maintenance.schedule.request import Requester

_TITLES = {
    (Mode.MAINTENANCE, Phase.ACCEPTED): "Closing now",
    (Mode.MAINTENANCE, Phase.DEPLOYED): "Closed everywhere",
    (Mode.LIVE, Phase.ACCEPTED): "Opening now",
    (Mode.LIVE, Phase.DEPLOYED): "Open everywhere",
}


class EventSite(Struct, frozen=True):
    """
    What an event names a site by: its stack and switch; texts are on the clocks of `zone`.

    `rollout` is how long a change takes to every edge.
    """

    stack: str
    switch: str
    zone: ZoneInfo
    rollout: str = "minutes"

    def clock(self, instant: datetime) -> str:
        """Return an instant on the site's clocks, for people."""
        return f"{instant.astimezone(self.zone):%a %d %b %Y %H:%M %Z}"


class ModeChanged(Struct, frozen=True):
    """The detail of `Maintenance Mode Changed`."""

    title: str
    text: str
    mode: Mode
    previous_mode: Mode | None
    phase: Phase
    reason: str
    until: datetime | None
    message: str | None
    distributions: int
    failed: int
    seconds: int | None
    requested_by: str
    requested_by_arn: str
    stack: str
    switch: str


class EndChanged(Struct, frozen=True):
    """The detail of `Maintenance End Changed`; an end is null if the maintenance has none."""

    title: str
    text: str
    change: Literal["extended", "shortened"]
    previous_until: datetime | None
    until: datetime | None
    reason: str
    message: str | None
    requested_by: str
    requested_by_arn: str
    stack: str
    switch: str


class MaintenancePlanned(Struct, frozen=True):
    """
    The detail of `Maintenance Planned`.

    `begins` and `ends` are what is planned now, null if it was cancelled; `previous_begins` and
    `previous_ends` what was announced before, null if nothing was.
    """

    title: str
    text: str
    change: Literal["planned", "changed", "cancelled"]
    window: str
    begins: datetime | None
    ends: datetime | None
    previous_begins: datetime | None
    previous_ends: datetime | None
    message: str | None
    requested_by: str
    requested_by_arn: str
    stack: str
    switch: str


class RunFailed(Struct, frozen=True):
    """The detail of `Maintenance Run Failed`, and of `Maintenance Run Recovered` with `until`."""

    title: str
    text: str
    error: str
    since: datetime
    until: datetime | None
    stack: str
    switch: str


type Detail = ModeChanged | EndChanged | MaintenancePlanned | RunFailed


DETAILS: Mapping[str, type[Detail]] = {
    "Maintenance Mode Changed": ModeChanged,
    "Maintenance End Changed": EndChanged,
    "Maintenance Planned": MaintenancePlanned,
    "Maintenance Run Failed": RunFailed,
    "Maintenance Run Recovered": RunFailed,
}


class Event(Struct, frozen=True):
    """An event to send; `detail_type` is one of `DETAILS`."""

    detail_type: str
    detail: Detail


def mode_event(transition: Transition, status: Status, site: EventSite) -> Event:
    """Return the event that announces a phase of a change of mode."""
    change, seconds = transition.change, transition.seconds
    failed = sum(bool(each.errors) for each in status.targets)
    progress = _progress(transition.phase, len(status.targets), failed, site.rollout)
    requester = status.persisted.requester
    detail = ModeChanged(
        title=_TITLES[change.mode, transition.phase],
        text=paragraph(progress, *_why(status, site)),
        mode=change.mode,
        previous_mode=change.previous_mode,
        phase=transition.phase,
        reason=status.reason,
        until=status.until,
        message=status.message,
        distributions=len(status.targets),
        failed=failed,
        seconds=round(seconds) if seconds is not None else None,
        requested_by=requester.name if requester else "",
        requested_by_arn=requester.arn if requester else "",
        stack=site.stack,
        switch=site.switch,
    )
    return Event("Maintenance Mode Changed", detail)


def end_event(change: EndChange, status: Status, site: EventSite) -> Event:
    """Return the event that announces another end of the present maintenance."""
    requester = status.persisted.requester
    before = f"until {site.clock(change.previous)}" if change.previous else "without an end"
    ends = f"ends {site.clock(change.until)}" if change.until else "has no end"
    word: Literal["extended", "shortened"] = "extended" if change.is_extension else "shortened"
    detail = EndChanged(
        title=plain(f"Maintenance {word}: now {ends}"),
        text=paragraph(f"It was announced {before}, and now {ends}.", *_why(status, site)),
        change=word,
        previous_until=change.previous,
        until=change.until,
        reason=status.reason,
        message=status.message,
        requested_by=requester.name if requester else "",
        requested_by_arn=requester.arn if requester else "",
        stack=site.stack,
        switch=site.switch,
    )
    return Event("Maintenance End Changed", detail)


def plan_event(change: PlanChange, requester: Requester | None, site: EventSite) -> Event:
    """Return the event that announces a window before it begins."""
    now, before = change.now, change.before
    planned = now.planned if now else None
    message = now.message if now else None
    detail = MaintenancePlanned(
        title=plain(_plan_title(planned, before, site)),
        text=paragraph(
            *_plan_sentences(change, site),
            f"Message for visitors: '{message}'." if message else "",
            _requested(requester),
        ),
        change="cancelled" if planned is None else "changed" if before else "planned",
        window=change.window,
        begins=planned.begins if planned else None,
        ends=planned.ends if planned else None,
        previous_begins=before.begins if before else None,
        previous_ends=before.ends if before else None,
        message=message,
        requested_by=requester.name if requester else "",
        requested_by_arn=requester.arn if requester else "",
        stack=site.stack,
        switch=site.switch,
    )
    return Event("Maintenance Planned", detail)


def failure_event(change: FailureChange, site: EventSite) -> Event:
    """Return the event that announces that runs fail, or that they do not any more."""
    error = change.error
    if error.until is None:
        title, text = "The controller reports an error", error.message
    else:
        title = "The controller works again"
        text = f"It had failed since {site.clock(error.since)}: {error.message}"
    detail = RunFailed(
        title=title,
        text=paragraph(text),
        error=error.message,
        since=error.since,
        until=error.until,
        stack=site.stack,
        switch=site.switch,
    )
    return Event(f"Maintenance Run {'Recovered' if error.until else 'Failed'}", detail)


def _plan_title(planned: Planned | None, before: Planned | None, site: EventSite) -> str:
    if planned is None:
        return (
            f"Maintenance cancelled: it was planned for {site.clock(before.begins)}"
            if before
            else ""
        )
    word = "changed: now" if before else "planned:"
    return f"Maintenance {word} {site.clock(planned.begins)}"


def _plan_sentences(change: PlanChange, site: EventSite) -> tuple[str, ...]:
    """Return what a window does, and what was announced before."""
    window, now, before = f"Window '{change.window}'", change.now, change.before
    announced = _stretch(before, site) if before else ""
    if now is None:
        return (f"{window} no longer closes the site {announced}, as it was announced.",)
    closes = f"{window} closes the site {_stretch(now.planned, site)}."
    return (closes, f"It was announced {announced}.") if before else (closes,)


def _stretch(planned: Planned, site: EventSite) -> str:
    return f"from {site.clock(planned.begins)} to {site.clock(planned.ends)}"


def _progress(phase: Phase, distributions: int, failed: int, rollout: str) -> str:
    """Return how far CloudFront is."""
    noun = "distribution" if distributions == 1 else "distributions"
    if phase is Phase.DEPLOYED:
        return f"Deployed: {distributions} {noun}."
    done = f"{distributions - failed} of {distributions} {noun}, and {failed} failed"
    if failed == distributions:
        done = f"parts of {distributions} {noun}, and the rest failed"
    return (
        f"CloudFront has accepted the change for {done if failed else f'{distributions} {noun}'}; "
        f"it takes {rollout} to reach every edge."
    )


def _why(status: Status, site: EventSite) -> tuple[str, ...]:
    """Return why the site is in its mode, until when, and who asked for it."""
    return (
        status.reason,
        f"Ends {site.clock(status.until)}." if status.until else "",
        f"Message for visitors: '{status.message}'." if status.message else "",
        _requested(status.persisted.requester),
    )


def _requested(requester: Requester | None) -> str:
    return f"Requested by {requester.name}." if requester and requester.name else ""
