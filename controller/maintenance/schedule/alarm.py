"""
What the alarm clock should be set to after a run. Pure.

Runs that overlap set it in any order. So it remembers when the run that set it began to read, and a
run with an older read never moves it later:

    the alarm clock is set to     a run with a newer read  a run with an older read
    ----------------------------  -----------------------  ------------------------
    nothing, or has fired         sets it                  sets it
    an earlier instant            moves or stops it        leaves it
    the instant that is needed    leaves it                leaves it
    a later one within a minute   leaves it                leaves it
    a later one                   moves it                 moves it

Scheduler fires within a minute of the instant, and an instant that has come when it is written may
never fire (doc: EventBridge Scheduler User Guide, schedule-types). So the alarm clock is never set
to less than a minute ahead.
"""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

_MINUTE = timedelta(minutes=1)
# The years of EventBridge Scheduler end here (doc: EventBridge Scheduler User Guide,
# schedule-types).
LAST = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)


class Alarm(Struct, frozen=True):
    """An instant at which to wake the controller, and when the run that needs it began to read."""

    at: datetime
    read_at: datetime


def prevailing_alarm(
    found: Alarm | None, at: datetime | None, *, read_at: datetime, now: datetime
) -> Alarm | None:
    """
    Return what the alarm clock should be set to, None for nothing, by the table of this module.

    `found` is what it is set to. `at` is when this run needs a wakeup, None for never; `read_at` is
    when it began to read.
    """
    soonest = _round_up(now + _MINUTE)
    needed = _round_up(at) if at and at <= LAST else None
    alarm = Alarm(max(needed, soonest), read_at) if needed else None
    if found is None or found.at <= now - _MINUTE:
        return alarm
    if alarm and needed and now < found.at and needed <= found.at <= alarm.at:
        return found
    if read_at >= found.read_at:
        return alarm
    return Alarm(min(found.at, alarm.at), found.read_at) if alarm else found


def _round_up(at: datetime) -> datetime:
    """Return the instant, or the next whole second: Scheduler knows no fractions."""
    return at + timedelta(microseconds=-at.microsecond % 1_000_000)
