"""
An order for a fleet: what a controller is sent, and when a stack is done with it. Pure.

What a controller answers to the command, and then to a question for its status each `pause`:

    answer                                          the stack
    ----------------------------------------------  ----------------------------------------------
    a question's                                    is done
    a plan's, with errors or something refused      is REFUSED
    verdict `over`                                  is OVERTAKEN
    verdict `newer`, in another mode                is OVERTAKEN
    any other verdict                               is asked for its status
    the wanted mode and state                       is done
    another mode, closing                           is OVERTAKEN
    another mode, opening                           is sent the command again until the deadline
    the wanted mode, another state                  is asked again; TOO SLOW at the deadline
    a failed run, closing; any failure, opening     is sent the command again until the deadline
    a profile that cannot be used                   is NOT REACHED at once, also opening
    any other failure                               is NOT REACHED

fleet/machine.asl.json has the same rules for a hub; tests/fleet has one table for both.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

_WANTED = {"on": ("maintenance", "closed"), "off": ("live", "open")}


class Result(StrEnum):
    """What became of an order at one stack."""

    CLOSED = "closed"
    OPEN = "open"
    CLOSING = "closing"
    OPENING = "opening"
    STUCK = "stuck"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"
    TOO_SLOW = "too slow"
    NOT_REACHED = "not reached"
    STOPPED = "stopped"
    NOT_BEGUN = "not begun"


FAILURES = (
    Result.STUCK,
    Result.REFUSED,
    Result.OVERTAKEN,
    Result.TOO_SLOW,
    Result.NOT_REACHED,
    Result.STOPPED,
    Result.NOT_BEGUN,
)


class Outcome(Struct, frozen=True):
    """What became of one stack, with the sentence that explains a failure."""

    name: str
    result: Result
    detail: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the order was not carried out there, or the site is stuck."""
        return self.result in FAILURES


class Order(Struct, frozen=True):
    """
    `text` is the switch's value, or status, or plan and the value to suppose.

    Each stack has the time `deadline` for it; `pause` is in seconds.
    """

    fleet: str
    text: str
    at: datetime
    by: str
    deadline: timedelta
    pause: int
    endless: bool = False

    @property
    def verb(self) -> str:
        """Return on, off, plan or status."""
        return self.text.replace(":", " ").split()[0].lower()

    @property
    def is_question(self) -> bool:
        """Whether it changes nothing."""
        return self.verb not in _WANTED

    def event(self, site: str) -> dict[str, Any]:
        """Return what the controller of this site is sent."""
        addressed = {"site": site, "brief": True}
        if self.is_question:
            _, _, supposed = self.text.partition(" ")
            return {self.verb: supposed or True, **addressed}
        command = {"maintenance": self.text, "at": self.at.isoformat(), "by": self.by}
        return {**command, **addressed}

    def outcome(self, name: str, answer: Mapping[str, Any]) -> "Outcome":
        """Return the outcome of a stack where the order is carried out, or a question's answer."""
        errors = answer["errors"] if self.is_question else []
        if self.verb != "plan":
            return Outcome(name, Result(answer["state"]), "; ".join(errors))
        refused = answer["counts"]["refused"]
        result = Result.REFUSED if refused or errors else Result(answer["state"])
        return Outcome(name, result, "; ".join([_describe_plan(answer), *errors]))

    def is_overtaken(self, answer: Mapping[str, Any]) -> bool:
        """Return whether a command does not count, by the answer to it."""
        mode, _ = _WANTED[self.verb]
        is_newer = answer["verdict"] == "newer" and answer["mode"] != mode
        return bool(is_newer or answer["verdict"] == "over")

    def is_in_mode(self, status: Mapping[str, Any]) -> bool:
        """Return whether the site is in the wanted mode."""
        return bool(status["mode"] == _WANTED[self.verb][0])

    def is_done(self, status: Mapping[str, Any]) -> bool:
        """Return whether visitors get what was ordered."""
        mode, state = _WANTED[self.verb]
        return bool(status["mode"] == mode and status["state"] == state)


class FleetRun(Struct, frozen=True):
    """What became of an order: the outcome of each stack, and why the hub failed, '' if not."""

    order: Order
    outcomes: tuple[Outcome, ...]
    failure: str = ""


def _describe_plan(answer: Mapping[str, Any]) -> str:
    counts = answer["counts"]
    refusal = f" and refuse {counts['refused']}" if counts["refused"] else ""
    changes = f"would change {counts['waiting']}{refusal} of {sum(counts.values())} distributions"
    return f"{answer['mode']}: {changes}"


def describe_overtaken(answer: Mapping[str, Any]) -> str:
    """Return why an order does not count at a site."""
    return (
        "the order does not count, because the switch or a window says something else: the mode is "
        f"{answer['mode']} ({answer['reason']})"
    )


def describe_late(status: Mapping[str, Any]) -> str:
    """Return what a site is at the deadline."""
    left = [f"{count} {name}" for name, count in status["counts"].items() if count]
    said = "; ".join([*left, *status["errors"]])
    return f"the site is {status['state']} at the deadline: {said}"
