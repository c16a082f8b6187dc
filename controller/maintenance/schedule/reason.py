"""The sentence that explains a decision, and the causes that it names. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from maintenance.schedule.switch import Says, Switch
from maintenance.schedule.times import format_to_second
from maintenance.schedule.window import Occurrence, Window

_NAMED = 3


class End(NamedTuple):
    """An end of maintenance; `window` is the one that ends then, "" if it is the switch."""

    at: datetime
    window: str = ""


class Causes(Struct, frozen=True):
    """
    What keeps the site in maintenance: the switch, if it is in force, and open windows.

    `occurrences` are the last ones of their windows, that of the window open longest first.
    """

    switch: Switch | None
    occurrences: tuple[Occurrence, ...]

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.switch or self.occurrences)

    @property
    def ends(self) -> tuple[End, ...]:
        """The ends that are known."""
        own = (End(self.switch.until),) if self.switch and self.switch.until else ()
        return (*own, *(End(each.ends, each.window.name) for each in self.occurrences))

    @property
    def is_open_ended(self) -> bool:
        """Whether the switch says on without an end."""
        return self.switch is not None and self.switch.until is None

    @property
    def message(self) -> str | None:
        """The switch's message, or that of the window that has been open longest and has one."""
        own = (self.switch.message,) if self.switch else ()
        return next(filter(None, (*own, *(each.window.message for each in self.occurrences))), None)


def explain(
    switch: Switch | None,
    causes: Causes,
    end: End | None,
    t_off: datetime,
    skipping: Sequence[Window] = (),
) -> str:
    """
    Return the sentence that explains the decision; it does not change as time passes.

    `t_off` is up to when the newest off ends what began, `skipping` are the windows whose skip has
    the same effect for them alone.
    """
    if not causes:
        return f"{_without_maintenance(switch)}{_of_skips(skipping)}"
    clauses = [_of_switch(causes.switch)] if causes.switch else []
    clauses += [
        f"window '{each.window.name}' is open until {format_to_second(each.ends)}"
        for each in causes.occurrences[:_NAMED]
    ]
    if len(causes.occurrences) > _NAMED:
        clauses.append(f"{len(causes.occurrences) - _NAMED} more windows are open")
    if switch and switch.says is Says.OFF and _is_late(switch, causes):
        clauses.append(
            f"the off of {format_to_second(t_off)}, which was written at "
            f"{format_to_second(switch.written)}, ends only what began before it"
        )
    if end and end.at > max(causes.ends).at:
        clauses.append("the windows that follow leave no gap")
    return f"Maintenance {_duration(causes, end)}: {', '.join(clauses)}."


def _is_late(off: Switch, causes: Causes) -> bool:
    """Return whether an off has been written after what it does not end had begun."""
    return any(each.begins <= off.written for each in causes.occurrences)


def _duration(causes: Causes, end: End | None) -> str:
    if end:
        return f"until {format_to_second(end.at)}"
    if causes.is_open_ended:
        return "until someone ends it"
    return "with no end in sight, because windows follow one another without a gap"


def _of_switch(switch: Switch) -> str:
    written = format_to_second(switch.written)
    if switch.until:
        return f"the switch of {written} is on until {format_to_second(switch.until)}"
    return f"the switch has been on since {written}"


def _of_skips(skipping: Sequence[Window]) -> str:
    named = "".join(
        f" Window '{each.name}' skips what begins up to {format_to_second(each.skip.until)}."
        for each in skipping[:_NAMED]
        if each.skip
    )
    more = len(skipping) - _NAMED
    if more <= 0:
        return named
    return f"{named} So {'does' if more == 1 else 'do'} {more} more."


def _without_maintenance(switch: Switch | None) -> str:
    if switch is None:
        return (
            "Unchanged: the switch has no valid value and no window is open, "
            "so the site stays as it is."
        )
    until = format_to_second(switch.until) if switch.until else None
    if switch.says is Says.ON:
        return f"Live: the switch was on until {until}, and no window is open."
    since = f"Live: the switch has been off since {format_to_second(switch.written)}"
    if until:
        return f"{since} and skips windows that begin up to {until}."
    return f"{since}, and no window that began later is open."
