"""An order that this machine carries out itself: how many at once, and how it ends."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from maintenance.cli.fleet.by_profile import Caller, UnusableProfile, carry_out
from maintenance.cli.fleet.order import Order, Outcome, Result
from maintenance.cli.fleet.stacks import FleetStack, Pace, Wave, waves
from maintenance.errors import ApplyError

from tests.builders import NOW

STATUS = Order("shops", "status", NOW, "ana", timedelta(minutes=1), pause=1)
OPEN: Mapping[str, Any] = {"verdict": None, "mode": "live", "state": "open", "errors": []}


def stacks(number: int) -> tuple[FleetStack, ...]:
    """Return so many stacks."""
    arn = "arn:aws:lambda:us-east-1:111111111111:function:c"
    return tuple(FleetStack(f"s{each}", f"{arn}{each}", "/a", "a") for each in range(number))


def silent(_wave: int, _outcome: Outcome) -> None:
    """Show nothing."""


def unheard(_stack: FleetStack, _error: str) -> None:
    """Show no warning."""


def test_what_goes_to_all_at_once_waits_for_none_of_them() -> None:
    """The last stack of an off must not stay closed until the first ones are open."""
    listed = stacks(120)
    all_asked = threading.Barrier(len(listed), timeout=30)

    def invoke(_stack: FleetStack, _event: Mapping[str, Any]) -> Mapping[str, Any]:
        all_asked.wait()
        return OPEN

    caller = Caller(invoke, lambda: NOW, threading.Event(), unheard)

    outcomes = carry_out(STATUS, waves(listed, Pace(), is_closing=False), caller, silent)

    assert {Result.OPEN} == {each.result for each in outcomes}


def test_an_interrupted_order_begins_nothing_more_and_waits_for_no_controller() -> None:
    """One that is closing a large site may take a quarter of an hour to answer."""
    asked: list[str] = []
    is_over = threading.Event()

    def invoke(stack: FleetStack, _event: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(stack.name)
        if len(asked) > 1:
            is_over.wait(30)
        return OPEN

    def interrupt(_wave: int, _outcome: Outcome) -> None:
        raise KeyboardInterrupt

    caller = Caller(invoke, lambda: NOW, threading.Event(), unheard)
    try:
        with pytest.raises(KeyboardInterrupt, match="the commands that were sent count"):
            carry_out(STATUS, (Wave(stacks(3), 0, 1),), caller, interrupt)
        kept = [each for each in threading.enumerate() if not each.daemon]
    finally:
        is_over.set()

    assert [threading.main_thread()] == kept
    assert "s2" not in asked


def test_an_unexpected_error_ends_the_order() -> None:
    """It is not waited for for ever."""

    def invoke(_stack: FleetStack, _event: Mapping[str, Any]) -> Mapping[str, Any]:
        raise LookupError

    caller = Caller(invoke, lambda: NOW, threading.Event(), unheard)

    with pytest.raises(LookupError):
        carry_out(STATUS, (Wave(stacks(1), 0, 1),), caller, silent)


@pytest.mark.parametrize("text", ["on for 2h", "off", "status"])
def test_a_profile_that_cannot_be_used_is_tried_once(text: str) -> None:
    """Also by an off, which otherwise tries again for half an hour."""
    sent: list[Mapping[str, Any]] = []

    def invoke(_: FleetStack, event: Mapping[str, Any]) -> Mapping[str, Any]:
        sent.append(event)
        raise UnusableProfile("the profile typo cannot be used")

    caller = Caller(invoke, lambda: NOW, threading.Event(), unheard)
    order = Order("shops", text, NOW, "me", timedelta(minutes=30), pause=0)

    shown: list[Outcome] = []
    outcomes = carry_out(
        order, [Wave(stacks(1), 100, 1)], caller, lambda _, outcome: shown.append(outcome)
    )

    failed = Outcome("s0", Result.NOT_REACHED, "the profile typo cannot be used")
    assert ((failed,), [failed], 1) == (outcomes, shown, len(sent))


def test_nothing_more_is_begun_once_too_many_have_failed() -> None:
    """Not even the stack whose turn it is when the failure comes."""
    asked: list[str] = []

    def invoke(stack: FleetStack, _: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(stack.name)
        raise UnusableProfile("the profile typo cannot be used")

    caller = Caller(invoke, lambda: NOW, threading.Event(), unheard)
    order = Order("shops", "on for 2h", NOW, "me", timedelta(minutes=30), pause=0)

    outcomes = carry_out(order, [Wave(stacks(50), 0, 1)], caller, silent)

    assert ["s0"] == asked
    assert [Result.NOT_REACHED, *[Result.NOT_BEGUN] * 49] == [each.result for each in outcomes]


def test_credentials_that_expire_while_a_stack_is_awaited_end_it() -> None:
    """The command was sent, and the sentence says why this machine cannot see its effect."""

    def invoke(_: FleetStack, event: Mapping[str, Any]) -> Mapping[str, Any]:
        if "status" in event:
            raise UnusableProfile("the profile shop cannot be used: it has expired")
        return {**OPEN, "verdict": "written", "mode": "maintenance"}

    caller = Caller(invoke, lambda: NOW, threading.Event(), unheard)
    order = Order("shops", "on for 2h", NOW, "me", timedelta(minutes=30), pause=0)

    [outcome] = carry_out(order, [Wave(stacks(1), 0, 1)], caller, silent)

    expired = "the profile shop cannot be used: it has expired"
    assert Outcome("s0", Result.NOT_REACHED, expired) == outcome


def test_what_is_tried_again_is_shown_once() -> None:
    """Or the operator of an off would see nothing for half an hour."""
    errors = [ApplyError("denied"), ApplyError("denied"), ApplyError("no answer")]

    def invoke(_: FleetStack, _event: Mapping[str, Any]) -> Mapping[str, Any]:
        if errors:
            raise errors.pop(0)
        return {**OPEN, "verdict": "written"}

    warnings: list[tuple[str, str]] = []
    caller = Caller(
        invoke,
        lambda: NOW,
        threading.Event(),
        lambda stack, error: warnings.append((stack.name, error)),
    )
    order = Order("shops", "off", NOW, "me", timedelta(minutes=30), pause=0)

    [outcome] = carry_out(order, [Wave(stacks(1), 100, 1)], caller, silent)

    assert ([("s0", "denied"), ("s0", "no answer")], Result.OPEN) == (warnings, outcome.result)
