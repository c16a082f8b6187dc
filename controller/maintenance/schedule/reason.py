"""TODO docstring of maintenance.schedule.reason."""

from collections.abc import Sequence
from datetime import datetime

from maintenance.schedule.switch import Says, Switch
from maintenance.schedule.times import format_instant
from maintenance.schedule.window import Occurrence

_NAMED = 3


def _ends(holding: Switch | None, in_force: Sequence[Occurrence]) -> tuple[datetime, ...]:
    """Return the known ends of all that keeps the site in maintenance now."""
    own = (holding.until,) if holding and holding.until else ()
    return (*own, *(occurrence.ends for occurrence in in_force))


def _reason(
    switch: Switch | None,
    holding: Switch | None,
    in_force: Sequence[Occurrence],
    until: datetime | None,
) -> str:
    """Return the sentence that explains the decision; nothing in it moves with the clock."""
    if not holding and not in_force:
        return _reason_without_maintenance(switch)
    causes = [_cause(holding)] if holding else []
    causes += [
        f"window '{one.window.name}' is open until {_shown(one.ends)}" for one in in_force[:_NAMED]
    ]
    if len(in_force) > _NAMED:
        causes.append(f"{len(in_force) - _NAMED} more windows are open")
    if until and until > max(_ends(holding, in_force)):
        causes.append("the windows that follow leave no gap")
    return f"Maintenance {_duration(holding, until)}: {', '.join(causes)}."


def _duration(holding: Switch | None, until: datetime | None) -> str:
    if until:
        return f"until {_shown(until)}"
    if holding and holding.until is None:
        return "until somebody ends it"
    return "with no end in sight, because windows follow one another without a gap"


def _cause(holding: Switch) -> str:
    if holding.until:
        return f"the switch of {_shown(holding.written)} is on until {_shown(holding.until)}"
    return f"the switch has said on since {_shown(holding.written)}"


def _reason_without_maintenance(switch: Switch | None) -> str:
    if switch is None:
        return (
            "Unchanged: no switch can be read and no window is open, "
            "so nothing is closed and nothing is lifted."
        )
    if switch.says is Says.ON and switch.until:
        return (
            f"Live: the switch was on until {_shown(switch.until)}, which is over, "
            "and no window is open."
        )
    since = f"Live: the switch has said off since {_shown(switch.written)}"
    if switch.until:
        return f"{since} and skips windows that begin up to {_shown(switch.until)}."
    return f"{since}, and no window that began later is open."


def _shown(instant: datetime) -> str:
    """Return the instant as people read it: nobody asks for the fraction of a second."""
    return format_instant(instant.replace(microsecond=0))
