"""An event of each kind that quotes a text of others in as many places as possible."""

from datetime import timedelta

from maintenance.model import Mode
from maintenance.reporting.events import (
    Event,
    end_event,
    failure_event,
    mode_event,
    plan_event,
)
from maintenance.reporting.plans import ComingOccurrence, PlanChange
from maintenance.reporting.status import (
    EndChange,
    FailureChange,
    LastError,
    ModeChange,
    PersistedState,
    Phase,
    Planned,
    Status,
    TargetStatus,
    Transition,
)
from maintenance.schedule.request import Request, Requester

from tests.builders import NOW, SITE

HOSTILE = '<!channel> say "hi"\\n\x1b[31m\r\nC:\\temp \N{RIGHT-TO-LEFT OVERRIDE}'


def events_with(text: str) -> list[Event]:
    """Return an event of each detail type."""
    requester = Requester(Request(NOW), text, "arn:aws:iam::123456789012:user/ana")
    targets = (TargetStatus("E1", "InProgress"),)
    left = PersistedState(requester=requester)
    status = Status(Mode.MAINTENANCE, text, NOW, text, targets=targets, persisted=left)
    transition = Transition(Phase.ACCEPTED, ModeChange(Mode.MAINTENANCE, Mode.LIVE, NOW, NOW), None)
    planned = Planned(text[:64], NOW, NOW + timedelta(hours=1))
    coming = ComingOccurrence(planned, NOW, text)
    return [
        mode_event(transition, status, SITE),
        end_event(EndChange(NOW, None), status, SITE),
        plan_event(PlanChange(text[:64], coming), requester, SITE),
        failure_event(FailureChange(LastError(text, NOW)), SITE),
        failure_event(FailureChange(LastError(text, NOW, NOW)), SITE),
    ]
