"""When to attach the version of a window ahead of its start, and let visitors through. Pure."""

from datetime import datetime, timedelta

from msgspec import Struct

from maintenance.schedule.decision import Decision


class Arming(Struct, frozen=True):
    """The next start of a window, and from when on its version may be attached."""

    at: datetime
    begins: datetime


def arming_of(decision: Decision, lead_time: timedelta) -> Arming | None:
    """Return it for the next occurrence that runs; None without one, or without a lead time."""
    following = decision.next_occurrence
    if following is None or not lead_time:
        return None
    return Arming(following.begins - lead_time, following.begins)
